/// A declaration with `package` access that has no `///` comment.
struct UndocumentedDeclaration: Hashable {
  var line: Int
  var code: String

  /// The undocumented declarations of a file's text, in its order.
  ///
  /// Exempt are initializers that cannot fail, since most only assign documented properties, and
  /// the witnesses of the standard library's protocols, whose meaning is the protocol's.
  static func all(in text: String) throws -> [UndocumentedDeclaration] {
    let attributes = #/\s*(?:@\w+(?:\([^)]*\))?\s*)+/#
    let declaration =
      #/\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:static|final|indirect|mutating|nonisolated|override)\s+)*package\s+(?:(?:internal|private)\(set\)\s+)?(?<declared>.*)/#
    let exempt =
      #/(?:init[(<]|import\s|extension\s|var (?:description|debugDescription): String\b|func hash\(into\b|static func (?:==|<) ?\()/#
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var undocumented: [UndocumentedDeclaration] = []
    for (index, code) in codeLines(of: text).enumerated() {
      guard let match = try declaration.wholeMatch(in: code),
        try exempt.prefixMatch(in: match.output.declared) == nil
      else { continue }
      let above = try lines[..<index].last { try attributes.wholeMatch(in: $0) == nil }
      if above?.drop(while: \.isWhitespace).hasPrefix("///") != true {
        undocumented.append(
          UndocumentedDeclaration(line: index + 1, code: String(match.output.declared)))
      }
    }
    return undocumented
  }
}
