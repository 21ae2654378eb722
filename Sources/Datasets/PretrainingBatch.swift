/// Samples side by side, under the names of the model's input streams.
package struct PretrainingBatch: Hashable, Sendable {
  /// n: samples in the batch.
  package let sampleCount: Int
  /// [n, S], row by row, as all that follow.
  package let inputIDs: [Int32]
  /// [n, S]
  package let attentionMask: [Int32]
  /// [n, S]
  package let tokenTypeIDs: [Int32]
  /// [n, P]
  package let maskedLMPositions: [Int32]
  /// [n, P]
  package let maskedLMIDs: [Int32]
  /// [n]
  package let nextSentenceLabels: [Int32]

  /// Puts `examples` side by side; they all have the same lengths.
  package init(_ examples: [PretrainingExample]) {
    sampleCount = examples.count
    inputIDs = examples.flatMap(\.inputIDs)
    attentionMask = examples.flatMap(\.inputMask)
    tokenTypeIDs = examples.flatMap(\.segmentIDs)
    maskedLMPositions = examples.flatMap(\.maskedLMPositions)
    maskedLMIDs = examples.flatMap(\.maskedLMIDs)
    nextSentenceLabels = examples.flatMap(\.nextSentenceLabels)
  }

  /// The streams that a pre-training batch feeds.
  package static let streamNames = [
    "input_ids", "attention_mask", "token_type_ids", "masked_lm_positions", "masked_lm_ids",
    "next_sentence_labels",
  ]

  /// The values for the stream `name`, or nil where the batch has no such stream.
  package func values(ofStream name: String) -> [Int32]? {
    switch name {
    case "input_ids": inputIDs
    case "attention_mask": attentionMask
    case "token_type_ids": tokenTypeIDs
    case "masked_lm_positions": maskedLMPositions
    case "masked_lm_ids": maskedLMIDs
    case "next_sentence_labels": nextSentenceLabels
    default: nil
    }
  }
}
