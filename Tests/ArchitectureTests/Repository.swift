import Foundation
import TestSupport

/// The package's files.
enum Repository {
  static let root = Checkout.root

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The names of the folders that stand directly in `path`, sorted.
  static func folders(in path: String) throws -> [String] {
    let urls = try FileManager.default.contentsOfDirectory(
      at: root.appending(path: path), includingPropertiesForKeys: [.isDirectoryKey])
    return try urls.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
      .map(\.lastPathComponent).sorted()
  }

  /// The files under `path` with one of these endings, as paths from the root, sorted.
  static func files(in path: String, endings: [String]) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: path).path)
      .filter { file in endings.contains { file.hasSuffix($0) } }
      .map { "\(path)/\($0)" }.sorted()
  }
}

/// The lines of a Swift file without comments and with string literals emptied, so that a word in a
/// message is not taken for code. `/* */` is not recognised; the project does not use it.
func codeLines(of text: String) -> [String] {
  var isInsideLongLiteral = false
  return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    var result = ""
    var rest = line
    var isInsideLiteral = false
    while let character = rest.first {
      if rest.hasPrefix("\"\"\"") && !isInsideLiteral {
        isInsideLongLiteral.toggle()
        rest = rest.dropFirst(3)
      } else if isInsideLongLiteral || (isInsideLiteral && character != "\"") {
        rest = rest.dropFirst(character == "\\" ? 2 : 1)
      } else if character == "\"" {
        isInsideLiteral.toggle()
        result.append(character)
        rest = rest.dropFirst()
      } else if rest.hasPrefix("//") {
        break
      } else {
        result.append(character)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

/// An `import` of a Swift file.
struct Import: Hashable {
  var module: String
  var line: Int
  var isExported: Bool

  /// The imports of a file's text.
  static func all(in text: String) throws -> [Import] {
    let pattern =
      #/^\s*(?<attributes>(?:@\w+(?:\([^)]*\))?\s+)*)(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?(?<module>\w+)/#
    var imports: [Import] = []
    for (index, line) in codeLines(of: text).enumerated() {
      guard let match = try pattern.firstMatch(in: line) else { continue }
      imports.append(
        Import(
          module: String(match.output.module), line: index + 1,
          isExported: match.output.attributes.contains("@_exported")))
    }
    return imports
  }
}
