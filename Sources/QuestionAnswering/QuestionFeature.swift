import Datasets

/// A question and a window of its context as the model reads them: `[CLS] context [SEP] question [SEP]`, and
/// padding up to S tokens.
///
/// The token of the context's window that is number k stands at place k + 1.
package struct QuestionFeature: Hashable, Sendable {
  /// Token ids: [S].
  package let ids: [Int32]
  /// The tokens of the context that are in it, counted from the context's first.
  package let window: Range<Int>
  /// How many tokens of the question are in it.
  package let questionTokenCount: Int
  /// The places of the answer's first and last token; 0 and 0 where it is not in the window, or not known.
  package let answer: ClosedRange<Int>

  /// Puts the tokens together; they fit `length`.
  init(
    context: ArraySlice<WordPieceTokenizer.Token>, question: ArraySlice<WordPieceTokenizer.Token>,
    answer: ClosedRange<Int>, vocabulary: Vocabulary, length: Int
  ) {
    var ids = [vocabulary.classificationID]
    ids.reserveCapacity(length)
    ids += context.lazy.map(\.id)
    ids.append(vocabulary.separatorID)
    ids += question.lazy.map(\.id)
    ids.append(vocabulary.separatorID)
    ids += repeatElement(vocabulary.paddingID, count: length - ids.count)
    self.ids = ids
    window = context.startIndex..<context.endIndex
    questionTokenCount = question.count
    self.answer = answer
  }

  /// 1 for a token, 0 for padding: [S].
  package var mask: [Int32] {
    ids.indices.map { $0 < window.count + questionTokenCount + 3 ? 1 : 0 }
  }

  /// 1 for the question and the `[SEP]` behind it, otherwise 0: [S].
  package var segments: [Int32] {
    let question = window.count + 2..<window.count + questionTokenCount + 3
    return ids.indices.map { question.contains($0) ? 1 : 0 }
  }

  /// The places of the context's tokens.
  package var contextPlaces: Range<Int> { 1..<window.count + 1 }

  /// The feature as a record's content, under the names that training reads.
  package var example: Example {
    Example(features: [
      "input_ids": .integers(ids.map { Int64($0) }),
      "input_mask": .integers(mask.map { Int64($0) }),
      "segment_ids": .integers(segments.map { Int64($0) }),
      "start_positions": .integers([Int64(answer.lowerBound)]),
      "end_positions": .integers([Int64(answer.upperBound)]),
    ])
  }
}
