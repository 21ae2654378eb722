import Foundations

/// One sample of a data set: what each of the model's input streams gets of it.
package struct TokenExample: Hashable, Sendable {
  /// For each of `RecordShape.features`, in their order, as many values as its extent says.
  package let values: [[Int32]]

  /// Reads a sample out of a record's content and checks it. `source` says in errors where it is.
  /// Features that `shape` does not name are left alone.
  ///
  /// Throws `badData` for a feature that is missing, of another kind or with a meaningless value,
  /// and `incompatible` where lengths or token ids do not fit `shape`.
  package init(_ example: Example, shape: RecordShape, source: String) throws {
    let record = Record(example: example, task: shape.task, source: source)
    values = try shape.features.map { try record.values(of: $0) }
  }

  /// A sample that is made for its shape, feature by feature.
  init(generated values: [[Int32]]) {
    self.values = values
  }
}

/// Takes the features of one record out, checked.
private struct Record {
  let example: Example
  let task: String
  let source: String

  func values(of feature: TokenFeature) throws -> [Int32] {
    guard let list = example.features[feature.name] else { throw missing(feature) }
    guard case .integers(let values) = list else {
      throw TesseraError(
        .badData, code: .wrongFeatureKind,
        "\(source): the feature \"\(feature.name)\" is no int64_list")
    }
    guard values.count == feature.extent.count else {
      throw wrongCount(feature, found: values.count)
    }
    let limit = feature.content.limit
    return try values.map { value in
      guard value >= 0, value < limit, let small = Int32(exactly: value) else {
        throw outOfRange(feature, value: value)
      }
      return small
    }
  }

  private func missing(_ feature: TokenFeature) -> TesseraError {
    let found = example.features.keys.sorted().joined(separator: ", ")
    return TesseraError(
      .badData, code: .missingFeature, "\(source) has no feature \"\(feature.name)\"",
      notes: [found.isEmpty ? "It has no features at all." : "It has: \(found)."],
      remedies: ["use a data set that was made for BERT's \(task)"])
  }

  private func wrongCount(_ feature: TokenFeature, found: Int) -> TesseraError {
    let expected = feature.extent.count
    let note: String
    let remedies: [Remedy]
    switch feature.extent {
    case .tokens:
      note = "The model has sequence length \(expected)."
      remedies = Self.remedies("sequence length \(expected)", "sequence length")
    case .predictions:
      note = "The model has \(expected) mask tokens (max_predictions_per_seq) a sample."
      remedies = Self.remedies("\(expected) mask tokens a sample", "number of mask tokens")
    case .sample:
      note = "A sample has one such value."
      remedies = ["use a data set that was made for BERT's \(task)"]
    }
    return TesseraError(
      .incompatible, code: .dataShapeMismatch,
      "\(source): \"\(feature.name)\" has \(found) values, the model expects \(expected)",
      notes: [note], remedies: remedies)
  }

  private static func remedies(_ wanted: String, _ quantity: String) -> [Remedy] {
    ["use data made with \(wanted)", "compile the model for the \(quantity) of the data"]
  }

  private func outOfRange(_ feature: TokenFeature, value: Int64) -> TesseraError {
    let message =
      "\(source): \"\(feature.name)\" holds \(value), which is not in 0..<\(feature.content.limit)"
    switch feature.content {
    case .tokenID(let vocabularySize):
      return TesseraError(
        .incompatible, code: .dataVocabularyMismatch, message,
        notes: ["The model's vocabulary has \(vocabularySize) tokens."],
        remedies: [
          "use data made with the model's vocabulary", "raise vocab_size and compile again",
        ])
    case .position(let sequenceLength):
      return TesseraError(
        .badData, code: .featureOutOfRange, message,
        notes: ["The value is the number of one of the sample's \(sequenceLength) tokens."],
        remedies: ["leave out samples with a position beyond their tokens"])
    case .segment, .flag:
      return TesseraError(.badData, code: .featureOutOfRange, message)
    }
  }
}
