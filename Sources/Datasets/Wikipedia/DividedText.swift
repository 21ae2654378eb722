import Foundations

/// Writes articles to as many files as their division asks for.
struct DividedText: ~Copyable {
  private let path: String
  private let division: WikipediaText.Division
  private let inputByteCount: UInt64
  private let overwrites: Bool
  private var file: TextFile?
  private var summary = WikipediaText.Summary()
  /// Articles in the file that is being written.
  private var fileArticleCount = 0
  /// Whether the article that is being written has a sentence.
  private var hasSentence = false
  /// The bytes of the input before the article.
  private var inputOffset: UInt64 = 0

  init(
    _ path: String, division: WikipediaText.Division, inputByteCount: UInt64, overwrites: Bool
  ) {
    self.path = path
    self.division = division
    self.inputByteCount = inputByteCount
    self.overwrites = overwrites
  }

  /// An article begins at a byte of the input.
  mutating func beginArticle(atInputByte offset: UInt64) throws {
    hasSentence = false
    inputOffset = offset
  }

  /// A sentence of the article.
  mutating func append(_ sentence: String) throws {
    if !hasSentence {
      try beginFileWhereDue()
      if fileArticleCount > 0 { try file?.append("\n") }
      fileArticleCount += 1
      hasSentence = true
    }
    try file?.append(sentence + "\n")
    summary.sentenceCount += 1
    summary.wordCount += sentence.utf8.count { $0 == UInt8(ascii: " ") } + 1
  }

  /// The article ends.
  mutating func endArticle() {
    if hasSentence {
      summary.articleCount += 1
    } else {
      summary.emptyArticleCount += 1
    }
  }

  /// Completes the last file.
  consuming func finish() throws -> WikipediaText.Summary {
    guard summary.sentenceCount > 0 else {
      throw TesseraError(
        .badData, code: .textWithoutWords,
        "the input has \(countText(summary.emptyArticleCount, "article")) and no sentence",
        remedies: ["extract the dump with WikiExtractor, without --json and --compress"])
    }
    try endFile()
    return summary
  }

  private mutating func beginFileWhereDue() throws {
    guard isFileDue else { return }
    try endFile()
    let next = nextPath
    summary.paths.append(next)
    file = try TextFile(path: next, overwrites: overwrites)
    fileArticleCount = 0
  }

  private var isFileDue: Bool {
    guard file != nil else { return true }
    switch division {
    case .articlesPerFile(let count): return fileArticleCount == count
    case .files(let count):
      // File k ends where its share of the input does.
      let share = Double(inputByteCount) * Double(summary.paths.count) / Double(count)
      return summary.paths.count < count && Double(inputOffset) > share
    }
  }

  private var nextPath: String {
    let names = NumberedFiles(path, suffix: ".txt")
    switch division {
    case .articlesPerFile: return names.path(summary.paths.count)
    case .files(let count):
      return count == 1 ? path : names.paths(count: count)[summary.paths.count]
    }
  }

  private mutating func endFile() throws {
    guard let file else { return }
    summary.byteCount += try file.finish()
    self.file = nil
  }
}

/// A text file that appears when it is complete. A class, because it owns the file.
private final class TextFile {
  private var file: AtomicFile?
  private var pending: [UInt8] = []
  private var byteCount = 0
  private static let pendingByteLimit = 1 << 20

  init(path: String, overwrites: Bool) throws {
    file = try AtomicFile(path: path, overwrite: overwrites)
  }

  func append(_ text: String) throws {
    pending += text.utf8
    if pending.count >= Self.pendingByteLimit { try flush() }
  }

  /// Gives the file its name; returns its size.
  func finish() throws -> Int {
    try flush()
    try file.take()?.commit()
    return byteCount
  }

  private func flush() throws {
    try file?.write(pending)
    byteCount += pending.count
    pending.removeAll(keepingCapacity: true)
  }
}
