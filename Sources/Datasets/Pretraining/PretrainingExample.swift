/// One sample of BERT's pre-training, under the names that its TFRecord files use.
package struct PretrainingExample: Hashable, Sendable {
  /// Token ids, 0 for padding: [S].
  package var inputIDs: [Int32]
  /// 1 for a token, 0 for padding: [S].
  package var inputMask: [Int32]
  /// 0 for the first segment and padding, 1 for the second segment: [S].
  package var segmentIDs: [Int32]
  /// Where the masked tokens are, 0 for a place that is not used: [P].
  package var maskedLMPositions: [Int32]
  /// The tokens that were there, 0 for a place that is not used: [P].
  package var maskedLMIDs: [Int32]
  /// 1 for a masked token, 0 for a place that is not used: [P]. Training does not read it.
  package var maskedLMWeights: [Float]
  /// 1 where the second segment is from another document, 0 where it follows the first: [1].
  package var nextSentenceLabels: [Int32]

  package init(
    inputIDs: [Int32], inputMask: [Int32], segmentIDs: [Int32], maskedLMPositions: [Int32],
    maskedLMIDs: [Int32], maskedLMWeights: [Float], nextSentenceLabels: [Int32]
  ) {
    self.inputIDs = inputIDs
    self.inputMask = inputMask
    self.segmentIDs = segmentIDs
    self.maskedLMPositions = maskedLMPositions
    self.maskedLMIDs = maskedLMIDs
    self.maskedLMWeights = maskedLMWeights
    self.nextSentenceLabels = nextSentenceLabels
  }

  /// The sample as a record's content.
  package var example: Example {
    Example(features: [
      "input_ids": .integers(inputIDs.map { Int64($0) }),
      "input_mask": .integers(inputMask.map { Int64($0) }),
      "segment_ids": .integers(segmentIDs.map { Int64($0) }),
      "masked_lm_positions": .integers(maskedLMPositions.map { Int64($0) }),
      "masked_lm_ids": .integers(maskedLMIDs.map { Int64($0) }),
      "masked_lm_weights": .floats(maskedLMWeights),
      "next_sentence_labels": .integers(nextSentenceLabels.map { Int64($0) }),
    ])
  }
}
