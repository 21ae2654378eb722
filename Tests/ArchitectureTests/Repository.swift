import Foundation

/// The package's files, found from this one's place.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

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

/// A Swift source line without its comment and with its string literals emptied, so that a word in a
/// message is not taken for code. Lines of multi-line literals are not recognised.
func code(ofLine line: Substring) -> String {
  var result = ""
  var inString = false
  var previous: Character = " "
  for character in line {
    if character == "\"" && previous != "\\" {
      inString.toggle()
      result.append(character)
    } else if !inString {
      if character == "/" && previous == "/" {
        result.removeLast()
        break
      }
      result.append(character)
    }
    previous = character
  }
  return result
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
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard let match = try pattern.firstMatch(in: code(ofLine: line)) else { continue }
      imports.append(
        Import(
          module: String(match.output.module), line: index + 1,
          isExported: match.output.attributes.contains("@_exported")))
    }
    return imports
  }
}
