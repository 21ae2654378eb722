import Foundations

/// Turns extracted articles into the text that `PretrainingDataBuilder` reads: a sentence a line, an
/// empty line between articles. Text is read and written piece by piece, so memory stays the same for
/// any amount.
package struct WikipediaText: Sendable {
  /// How the text is divided into files.
  package enum Division: Hashable, Sendable {
    /// So many files, equal shares of the input, articles whole; one file has the output's own name.
    case files(Int)
    /// So many articles in each file but the last.
    case articlesPerFile(Int)
  }

  /// What was read and written.
  package struct Summary: Hashable, Sendable {
    /// The files written, in the order of their numbers.
    package var paths: [String] = []
    /// Files read.
    package var inputCount = 0
    /// Articles that have a sentence.
    package var articleCount = 0
    /// Articles without one, which are left out.
    package var emptyArticleCount = 0
    /// Sentences, one on each line.
    package var sentenceCount = 0
    /// Words, as spaces divide them.
    package var wordCount = 0
    /// Bytes written.
    package var byteCount = 0
  }

  private let division: Division
  private let overwrites: Bool

  /// - Throws: `usage` for a division into less than one file or article.
  package init(division: Division, overwrites: Bool = false) throws {
    let count: Int
    switch division {
    case .files(let files): count = files
    case .articlesPerFile(let articles): count = articles
    }
    guard (1...99_999).contains(count) || (count > 0 && !division.isOfFiles) else {
      throw TesseraError(
        .usage, code: .badCount, "the text cannot be divided by \(count)",
        remedies: ["ask for 1 to 99999 files, or at least 1 article in each"])
    }
    self.division = division
    self.overwrites = overwrites
  }

  /// Writes the articles of `inputs`, which are files and folders, to `path` or files named after it.
  ///
  /// Folders are gone through with all folders in them, in the order of the bytes of the paths. `progress`
  /// is told the bytes that are read, of how many. Throws `inputMissing` where there is no file, `badData`
  /// where a file does not hold articles or there is no sentence at all.
  package func write(
    inputs: [String], to path: String,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws -> Summary {
    let files = try inputs.flatMap { try InputFiles.below($0) }
    let total = files.reduce(0) { $0 + $1.byteCount }
    var output = DividedText(
      path, division: division, inputByteCount: total, overwrites: overwrites)
    var done: UInt64 = 0
    for file in files {
      var reader = try ArticleReader(path: file.path)
      while let event = try reader.next() {
        switch event {
        case .begin: try output.beginArticle(atInputByte: done + reader.offset)
        case .paragraph(let text):
          for sentence in SentenceSplitter.sentences(in: text) { try output.append(sentence) }
        case .end:
          output.endArticle()
          progress(done + reader.offset, total)
        }
      }
      done += file.byteCount
    }
    var summary = try output.finish()
    summary.inputCount = files.count
    return summary
  }
}

extension WikipediaText.Division {
  fileprivate var isOfFiles: Bool {
    switch self {
    case .files: true
    case .articlesPerFile: false
    }
  }
}
