import Datasets
import Foundation
import Foundations
import Testing

@Suite struct QuestionAnsweringRecordTests {
  static let shape = RecordShape.questionAnswering(
    sequenceLength: 8, vocabularySize: 50, segmentCount: 2)

  /// A valid record whose content depends on `number`.
  static func record(_ number: Int) -> [String: [Int64]] {
    [
      "input_ids": (0..<8).map { Int64((number * 7 + $0) % 50) },
      "input_mask": [1, 1, 1, 1, 1, 1, 0, 0],
      "segment_ids": [0, 0, 0, 0, 1, 1, 0, 0],
      "start_positions": [Int64(number % 4)],
      "end_positions": [Int64(number % 4 + 2)],
    ]
  }

  /// A data set whose one file holds `records`.
  static func withDataset<Result>(
    _ records: [[String: [Int64]]], shape: RecordShape = shape,
    _ body: (ExampleDataset) throws -> Result
  ) throws -> Result {
    try withTemporaryDirectory { directory in
      try write(
        records.map { Example(features: $0.mapValues { .integers($0) }) },
        to: directory.appending(path: "a.tfrecord").path)
      return try body(ExampleDataset(directory: directory.path, shape: shape, order: .file))
    }
  }

  /// The error of a data set whose only record is changed.
  static func error(
    shape: RecordShape = shape, _ change: (inout [String: [Int64]]) -> Void
  ) -> TesseraError? {
    var record = record(0)
    change(&record)
    return tesseraError { try withDataset([record], shape: shape) { _ in } }
  }

  @Test func roundTrip() throws {
    let records = (0..<7).map { Self.record($0) }
    try Self.withDataset(records) { dataset in
      #expect(dataset.count == 7)
      // The fourth sample of this micro-batch is the first one of the second epoch.
      let batch = try dataset.microBatch(1, size: 4)
      #expect(batch.sampleCount == 4)
      let streams = [
        ("input_ids", "input_ids"), ("attention_mask", "input_mask"),
        ("token_type_ids", "segment_ids"), ("start_positions", "start_positions"),
        ("end_positions", "end_positions"),
      ]
      #expect(dataset.shape.features.map(\.stream) == streams.map(\.0))
      for (stream, feature) in streams {
        let expected = [4, 5, 6, 0].flatMap { records[$0][feature] ?? [] }
        #expect(batch.values(ofStream: stream)?.map { Int64($0) } == expected, "\(stream)")
      }
      #expect(batch.values(ofStream: "masked_lm_ids") == nil)
      #expect(batch.values(ofStream: "input_mask") == nil)
    }
  }

  @Test func otherFeaturesAreLeftAlone() throws {
    var record = Self.record(3)
    record["question_number"] = [1, 2, 3]
    try Self.withDataset([record]) { dataset in
      let sample = try dataset.sample(at: 0)
      #expect(sample.values.count == 5)
    }
  }

  @Test(arguments: ["start_positions", "end_positions"], [-1, 8, 1 << 40] as [Int64])
  func positionOutOfRange(name: String, value: Int64) {
    let error = Self.error { $0[name] = [value] }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code.rawValue == "feature-out-of-range")
    let message = error?.diagnostics.first?.message ?? ""
    #expect(message.contains("a.tfrecord, record at byte 0: \"\(name)\" holds \(value)"))
    #expect(message.contains("0..<8"), "\(message)")
  }

  @Test(arguments: [
    "input_ids", "input_mask", "segment_ids", "start_positions", "end_positions",
  ])
  func missingFeature(name: String) {
    let error = Self.error { $0[name] = nil }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code.rawValue == "missing-feature")
    #expect(error?.diagnostics.first?.message.contains("no feature \"\(name)\"") == true)
    #expect(error?.diagnostics.first?.remedies.first?.text.contains("question answering") == true)
  }

  /// A sample of pre-training lacks the answer, and the message says what is there instead.
  @Test func pretrainingRecord() throws {
    let shape = PretrainingShape(sequenceLength: 8, predictionCount: 2, vocabularySize: 50)
    try withTemporaryDirectory { directory in
      try write([sample(0, shape: shape)], to: directory.appending(path: "a.tfrecord").path)
      let error = tesseraError {
        _ = try ExampleDataset(directory: directory.path, shape: Self.shape, order: .file)
      }
      #expect(error?.diagnostics.first?.code.rawValue == "missing-feature")
      #expect(error?.diagnostics.first?.notes.first?.contains("masked_lm_ids") == true)
    }
  }

  @Test func answerIsOneValue() {
    for values in [[], [1, 2]] as [[Int64]] {
      let error = Self.error { $0["start_positions"] = values }
      #expect(error?.exitCode == .incompatible)
      #expect(error?.diagnostics.first?.code.rawValue == "data-shape-mismatch")
      #expect(error?.diagnostics.first?.message.contains("has \(values.count) values") == true)
    }
  }

  @Test func otherSequenceLength() {
    let longer = RecordShape.questionAnswering(
      sequenceLength: 16, vocabularySize: 50, segmentCount: 2)
    let error = Self.error(shape: longer) { _ in }
    #expect(error?.exitCode == .incompatible)
    #expect(error?.diagnostics.first?.code.rawValue == "data-shape-mismatch")
    #expect(error?.diagnostics.first?.notes == ["The model has sequence length 16."])
  }

  @Test func otherVocabulary() {
    let error = Self.error { $0["input_ids"]?[3] = 50 }
    #expect(error?.exitCode == .incompatible)
    #expect(error?.diagnostics.first?.code.rawValue == "data-vocabulary-mismatch")
  }

  @Test func wrongKind() throws {
    try withTemporaryDirectory { directory in
      var example = Example(features: Self.record(0).mapValues { .integers($0) })
      example.features["end_positions"] = .floats([1])
      try write([example], to: directory.appending(path: "a.tfrecord").path)
      let error = tesseraError {
        _ = try ExampleDataset(directory: directory.path, shape: Self.shape, order: .file)
      }
      #expect(error?.exitCode == .badData)
      #expect(error?.diagnostics.first?.code.rawValue == "wrong-feature-kind")
    }
  }

  /// Only pre-training data can be made from plain text, so the remedy differs.
  @Test func emptyFolder() throws {
    try withTemporaryDirectory { directory in
      let error = tesseraError {
        _ = try ExampleDataset(directory: directory.path, shape: Self.shape, order: .file)
      }
      #expect(error?.exitCode == .inputMissing)
      let remedies = error?.diagnostics.first?.remedies.map(\.text).joined(separator: "\n") ?? ""
      #expect(remedies.contains("tessera squad train"))
      #expect(!remedies.contains("tessera data pretraining"))
    }
  }
}
