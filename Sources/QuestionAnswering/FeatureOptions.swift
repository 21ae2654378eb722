import Foundations

/// How questions and contexts become features.
package struct FeatureOptions: Hashable, Sendable {
  /// What happens to a context that is too long.
  package enum LongContexts: Hashable, Sendable {
    /// The pair is cut at its ends, the longer text first; what lies behind is lost. As in the original.
    case truncated
    /// The context is read in windows that overlap: each begins this many tokens behind the one before.
    case windows(stride: Int)
  }

  /// Tokens of a question that are read at the most, as BERT's own reader has it. Truncated pairs have no
  /// such limit, since the original has none.
  package static let longestQuestion = 64

  /// S: the tokens of a feature.
  package let sequenceLength: Int
  /// What happens to a context that is too long.
  package let longContexts: LongContexts

  /// - Parameter documentStride: tokens between the beginnings of two windows; 0 for truncated pairs.
  /// - Throws: `sequence-too-short` where S has no room for a token of each text.
  package init(sequenceLength: Int, documentStride: Int) throws(TesseraError) {
    guard sequenceLength >= 5 else {
      throw TesseraError(
        .usage, code: .sequenceTooShort,
        "a question and a context take at least 5 tokens; the sequence length is \(sequenceLength)")
    }
    self.sequenceLength = sequenceLength
    longContexts = documentStride > 0 ? .windows(stride: documentStride) : .truncated
  }

  /// The tokens of a question that are read, beside windows of the context: a quarter of the sequence always
  /// remains to the context.
  func questionLimit() -> Int {
    let room = sequenceLength - 3
    return min(Self.longestQuestion, room - max(1, room / 4))
  }
}
