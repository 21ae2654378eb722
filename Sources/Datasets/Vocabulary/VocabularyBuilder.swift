import Foundations

/// Learns a WordPiece vocabulary from text.
package enum VocabularyBuilder {
  /// What came out, with figures for a summary.
  package struct Result: Sendable {
    /// The vocabulary: special tokens, learned ones, then `[unused…]` up to the size asked for.
    package var vocabulary: Vocabulary
    /// Words and punctuation marks in the text.
    package var wordCount: Int
    /// Different ones among them.
    package var distinctWordCount: Int
    /// Tokens that stand for one scalar.
    package var alphabetTokenCount: Int
    /// Tokens that were merged from others.
    package var mergedTokenCount: Int
    /// Tokens `[unusedK]` that only fill the vocabulary up.
    package var unusedTokenCount: Int
  }

  /// Learns from `files` a vocabulary of exactly `size` tokens: the special ones, then the
  /// characters of the text, then pieces in the order in which they were merged, then, where the
  /// text does not give that many, `[unused0]`, `[unused1]` and so on.
  ///
  /// From single characters on, the two neighbouring pieces that are most often neighbours within
  /// a word become one piece (Sennrich et al., "Neural machine translation of rare words with
  /// subword units", 2016), as long as they are so at least `minimumPairCount` times. Of equally
  /// frequent pairs the one whose pieces are older comes first, so the result depends on the text
  /// alone. Characters beyond the `alphabetLimit` most frequent ones get no token.
  ///
  /// Throws `usage` for a size that has no room for characters, `badData` for text without words.
  package static func build(
    files: [String], size: Int, lowercases: Bool = true, minimumPairCount: Int = 2,
    alphabetLimit: Int = 1000
  ) throws -> Result {
    let specialCount = Vocabulary.specialTokens.count
    guard size > specialCount, size <= Int(Int32.max) else {
      throw TesseraError(
        .usage, code: .vocabularySize,
        "a vocabulary of \(size) tokens is not possible",
        notes: ["The special tokens alone take \(specialCount)."],
        remedies: ["choose some hundreds to some ten thousands of tokens"])
    }
    let counts = try WordCounts(files: files, lowercases: lowercases)
    guard !counts.words.isEmpty else {
      throw TesseraError(
        .badData, code: .textWithoutWords,
        "there are no words in \(files.joined(separator: ", "))")
    }
    var merger = PieceMerger(
      counts: counts, alphabetLimit: alphabetLimit, limit: size - specialCount)
    let alphabetTokenCount = merger.pieces.count
    merger.merge(minimumPairCount: max(minimumPairCount, 1))
    let learned = merger.pieces.map { String(decoding: $0, as: UTF8.self) }
    let unusedCount = size - specialCount - learned.count
    let tokens =
      Vocabulary.specialTokens + learned + (0..<unusedCount).map { "[unused\($0)]" }
    return Result(
      vocabulary: try Vocabulary(tokens: tokens, source: "the learned vocabulary"),
      wordCount: counts.words.reduce(0) { $0 + $1.count },
      distinctWordCount: counts.words.count,
      alphabetTokenCount: alphabetTokenCount,
      mergedTokenCount: learned.count - alphabetTokenCount,
      unusedTokenCount: unusedCount)
  }
}

/// The different words of a text with their numbers of occurrences, sorted by their bytes.
struct WordCounts {
  private(set) var words: [(bytes: [UInt8], count: Int)] = []

  init(files: [String], lowercases: Bool) throws {
    let tokenizer = BasicTokenizer(lowercases: lowercases)
    var counts: [[UInt8]: Int] = [:]
    for path in files {
      var lines = try TextLines(path: path)
      while let line = try lines.next() {
        tokenizer.words(of: Array(line.unicodeScalars)[...], firstOrigin: 0) { word in
          guard word.count <= WordPieceTokenizer.maximumWordLength else { return }
          counts[word.flatMap { UTF8.encode($0.scalar).map(Array.init) ?? [] }, default: 0] += 1
        }
      }
    }
    words = counts.map { ($0.key, $0.value) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }
}
