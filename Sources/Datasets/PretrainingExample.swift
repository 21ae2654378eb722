import Foundations

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

  /// Reads a sample out of a record's content and checks it. `source` says in errors where it is.
  ///
  /// Throws `badData` for a feature that is missing, of another kind or with a meaningless value,
  /// and `incompatible` where lengths or token ids do not fit `shape`.
  package init(_ example: Example, shape: PretrainingShape, source: String) throws {
    let fields = FeatureFields(example: example, shape: shape, source: source)
    let sequence = shape.sequenceLength
    let predictions = shape.predictionCount
    inputIDs = try fields.integers("input_ids", count: sequence, below: shape.vocabularySize)
    inputMask = try fields.integers("input_mask", count: sequence, below: 2)
    segmentIDs = try fields.integers("segment_ids", count: sequence, below: shape.segmentCount)
    maskedLMPositions = try fields.integers(
      "masked_lm_positions", count: predictions, below: sequence)
    maskedLMIDs = try fields.integers(
      "masked_lm_ids", count: predictions, below: shape.vocabularySize)
    maskedLMWeights = try fields.floats("masked_lm_weights", count: predictions)
    nextSentenceLabels = try fields.integers("next_sentence_labels", count: 1, below: 2)
  }
}

/// Takes the features of one record out, checked.
private struct FeatureFields {
  let example: Example
  let shape: PretrainingShape
  let source: String

  func integers(_ name: String, count: Int, below limit: Int) throws -> [Int32] {
    guard case .integers(let values) = try feature(name) else {
      throw wrongKind(name, "int64_list")
    }
    try check(name, found: values.count, expected: count)
    return try values.map { value in
      guard value >= 0, value < limit, let small = Int32(exactly: value) else {
        throw outOfRange(name, value: value, limit: limit)
      }
      return small
    }
  }

  func floats(_ name: String, count: Int) throws -> [Float] {
    guard case .floats(let values) = try feature(name) else { throw wrongKind(name, "float_list") }
    try check(name, found: values.count, expected: count)
    return values
  }

  private func feature(_ name: String) throws -> Example.Feature {
    if let feature = example.features[name] { return feature }
    let found = example.features.keys.sorted().joined(separator: ", ")
    throw TesseraError(
      .badData, code: "missing-feature", "\(source) has no feature \"\(name)\"",
      notes: [found.isEmpty ? "It has no features at all." : "It has: \(found)."],
      remedies: ["use a data set that was made for BERT's pre-training"])
  }

  private func wrongKind(_ name: String, _ expected: String) -> TesseraError {
    TesseraError(
      .badData, code: "wrong-feature-kind", "\(source): the feature \"\(name)\" is no \(expected)")
  }

  private func check(_ name: String, found: Int, expected: Int) throws {
    guard found != expected else { return }
    let isAboutPredictions = name.hasPrefix("masked_lm")
    let what = isAboutPredictions ? "mask tokens" : "sequence length"
    throw TesseraError(
      .incompatible, code: "data-shape-mismatch",
      "\(source): \"\(name)\" has \(found) values, the model expects \(expected)",
      notes: [
        "The model has sequence length \(shape.sequenceLength) and \(shape.predictionCount) mask "
          + "tokens (max_predictions_per_seq) a sample."
      ],
      remedies: [
        "use data made with \(what) \(expected)",
        "compile the model for the \(what) of the data",
      ])
  }

  private func outOfRange(_ name: String, value: Int64, limit: Int) -> TesseraError {
    let isTokenID = name == "input_ids" || name == "masked_lm_ids"
    return TesseraError(
      isTokenID ? .incompatible : .badData,
      code: isTokenID ? "data-vocabulary-mismatch" : "feature-out-of-range",
      "\(source): \"\(name)\" holds \(value), which is not in 0..<\(limit)",
      notes: isTokenID ? ["The model's vocabulary has \(limit) tokens."] : [],
      remedies: isTokenID
        ? ["use data made with the model's vocabulary", "raise vocab_size and compile again"]
        : [])
  }
}
