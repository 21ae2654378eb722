import Foundations

/// Reads what WikiExtractor writes: articles between `<doc id="…" url="…" title="…">` and `</doc>`, the
/// title on the first line, then a paragraph a line. Memory stays at the longest line.
struct ArticleReader {
  /// What comes next in a file.
  enum Event: Hashable {
    /// An article begins.
    case begin(title: String)
    /// A line of the article that is neither its title nor empty; references of HTML are decoded.
    case paragraph(String)
    /// The article ends.
    case end
  }

  private let path: String
  private var lines: TextLines
  /// The title of the article that is being read; nil between articles.
  private var title: String?
  private var isFirstLine = false
  /// Bytes of the file that are read.
  var offset: UInt64 { lines.offset }

  /// Opens `path`. Throws `inputMissing` where there is no such file.
  init(path: String) throws {
    self.path = path
    lines = try TextLines(path: path)
  }

  /// The next event, or nil at the end of the file. Throws `badData` where text or a tag is out of place,
  /// with the line.
  mutating func next() throws -> Event? {
    while let line = try lines.next() {
      if line.hasPrefix("<doc "), line.hasSuffix(">") {
        guard title == nil else { throw misplaced("an article begins within another one") }
        let begun = Self.title(of: line)
        title = begun
        isFirstLine = true
        return .begin(title: begun)
      }
      guard let title else {
        guard line.allSatisfy(\.isWhitespace) else {
          throw misplaced("text is outside of articles")
        }
        continue
      }
      if line == "</doc>" {
        self.title = nil
        return .end
      }
      let text = HTMLEntities.decoded(line)
      guard !text.allSatisfy(\.isWhitespace) else { continue }
      let isTitle = isFirstLine && (title.isEmpty || Self.trimmed(text) == title)
      isFirstLine = false
      if !isTitle { return .paragraph(text) }
    }
    guard title == nil else { throw misplaced("the file ends within an article") }
    return nil
  }

  /// The attribute `title` of the tag, which comes last and may have quotes in it.
  private static func title(of tag: String) -> String {
    guard let range = tag.firstRange(of: " title=\""), let quote = tag.lastIndex(of: "\""),
      range.upperBound <= quote
    else { return "" }
    return trimmed(HTMLEntities.decoded(String(tag[range.upperBound..<quote])))
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  private func misplaced(_ what: String) -> TesseraError {
    TesseraError(
      .badData, code: .notArticles, what,
      at: SourceLocation(file: path, line: lines.lineNumber, column: 1),
      notes: ["Each article stands between a line <doc id=… url=… title=…> and a line </doc>."],
      remedies: ["extract the dump with WikiExtractor, without --json and --compress"])
  }
}
