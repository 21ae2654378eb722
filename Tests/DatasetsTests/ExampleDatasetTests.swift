import Datasets
import Foundation
import Foundations
import Testing

@Suite struct ExampleDatasetTests {
  static let shape = PretrainingShape(sequenceLength: 16, predictionCount: 4, vocabularySize: 100)

  /// Two files whose names sort against the order of writing, 30 and 7 samples.
  static func withDataset<Result>(
    order: ExampleDataset.Order,
    _ body: (ExampleDataset, [PretrainingExample]) throws -> Result
  ) throws -> Result {
    try withTemporaryDirectory { directory in
      let samples = (0..<37).map { sample($0, shape: shape) }
      try write(Array(samples[30...]), to: directory.appending(path: "b.tfrecord").path)
      try write(Array(samples[..<30]), to: directory.appending(path: "a.tfrecords").path)
      try Data("no data".utf8).write(to: directory.appending(path: "notes.txt"))
      return try body(
        ExampleDataset(directory: directory.path, shape: .pretraining(shape), order: order), samples
      )
    }
  }

  @Test func fileOrder() throws {
    try Self.withDataset(order: .file) { dataset, samples in
      #expect(dataset.count == 37)
      #expect(dataset.paths.map { $0.split(separator: "/").last } == ["a.tfrecords", "b.tfrecord"])
      for position in 0..<80 {
        let sample = try dataset.sample(at: UInt64(position))
        #expect(sample.values == samples[position % 37].values)
      }
    }
  }

  @Test func shufflingIsAPermutationPerEpoch() throws {
    try Self.withDataset(order: .shuffled(seed: 7)) { dataset, samples in
      let epochs = try (0..<3).map { epoch in
        try (0..<37).map { try dataset.sample(at: UInt64(epoch * 37 + $0)).values }
      }
      for epoch in epochs {
        #expect(Set(epoch) == Set(samples.map(\.values)))
        #expect(epoch != samples.map(\.values))
      }
      #expect(epochs[0] != epochs[1])
      #expect(epochs[1] != epochs[2])
    }
  }

  @Test func microBatch() throws {
    try Self.withDataset(order: .file) { dataset, samples in
      let batch = try dataset.microBatch(2, size: 3)
      #expect(batch.sampleCount == 3)
      let expected: [(String, [Int32])] = [
        ("input_ids", samples[6..<9].flatMap(\.inputIDs)),
        ("attention_mask", samples[6..<9].flatMap(\.inputMask)),
        ("token_type_ids", samples[6..<9].flatMap(\.segmentIDs)),
        ("masked_lm_positions", samples[6..<9].flatMap(\.maskedLMPositions)),
        ("masked_lm_ids", samples[6..<9].flatMap(\.maskedLMIDs)),
        ("next_sentence_labels", samples[6..<9].flatMap(\.nextSentenceLabels)),
      ]
      #expect(dataset.shape.features.map(\.stream) == expected.map(\.0))
      for (name, values) in expected {
        #expect(batch.values(ofStream: name) == values)
      }
      #expect(batch.values(ofStream: "other") == nil)
    }
  }

  @Test func shuffledMicroBatch() throws {
    try Self.withDataset(order: .shuffled(seed: 7)) { dataset, _ in
      let batch = try dataset.microBatch(13, size: 3)
      let samples = try (39..<42).map { try dataset.sample(at: UInt64($0)) }
      #expect(batch.values(ofStream: "input_ids") == samples.flatMap { $0.values[0] })
    }
  }

  @Test func missingData() throws {
    try withTemporaryDirectory { directory in
      for path in [directory.path, directory.path + "/none"] {
        let error = tesseraError {
          _ = try ExampleDataset(directory: path, shape: .pretraining(Self.shape), order: .file)
        }
        #expect(error?.exitCode == .inputMissing)
      }
      try write([] as [Example], to: directory.appending(path: "a.tfrecord").path)
      let error = tesseraError {
        _ = try ExampleDataset(
          directory: directory.path, shape: .pretraining(Self.shape), order: .file)
      }
      #expect(error?.diagnostics.first?.code.rawValue == "empty-dataset")
    }
  }

  @Test(arguments: [
    (PretrainingShape(sequenceLength: 32, predictionCount: 4, vocabularySize: 100), "16", "32"),
    (PretrainingShape(sequenceLength: 16, predictionCount: 5, vocabularySize: 100), "4", "5"),
    (PretrainingShape(sequenceLength: 16, predictionCount: 4, vocabularySize: 8), "8", "0..<8"),
  ])
  func incompatibleShape(shape: PretrainingShape, found: String, expected: String) throws {
    try withTemporaryDirectory { directory in
      try write([sample(0, shape: Self.shape)], to: directory.appending(path: "a.tfrecord").path)
      let error = tesseraError {
        _ = try ExampleDataset(directory: directory.path, shape: .pretraining(shape), order: .file)
      }
      #expect(error?.exitCode == .incompatible)
      let message = error?.diagnostics.first?.message ?? ""
      #expect(message.contains("a.tfrecord, record at byte 0"))
      #expect(message.contains(found) && message.contains(expected), "\(message)")
    }
  }

  /// The first sample is good, the second one is not: the error comes with that sample.
  @Test(arguments: ["input_mask", "segment_ids", "masked_lm_positions", "next_sentence_labels"])
  func valuesOutOfRange(name: String) throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      var bad = sample(1, shape: Self.shape).example
      if case .integers(var values) = bad.features[name] {
        values[0] = 16
        bad.features[name] = .integers(values)
      }
      let good = sample(0, shape: Self.shape).example.encoded()
      var writer = try TFRecordWriter(path: path)
      try writer.append(good)
      try writer.append(bad.encoded())
      try writer.finish()
      let dataset = try ExampleDataset(
        directory: directory.path, shape: .pretraining(Self.shape), order: .file)
      let error = tesseraError { _ = try dataset.sample(at: 1) }
      #expect(error?.exitCode == .badData)
      let message = error?.diagnostics.first?.message ?? ""
      #expect(message.contains("byte \(good.count + 16)") && message.contains(name))
    }
  }

  @Test func damagedFilesAreFound() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "a.tfrecord").path
      try write((0..<3).map { sample($0, shape: Self.shape) }, to: path)
      let whole = try Data(contentsOf: URL(filePath: path))
      func open() throws -> ExampleDataset {
        try ExampleDataset(directory: directory.path, shape: .pretraining(Self.shape), order: .file)
      }
      try whole.dropLast().write(to: URL(filePath: path))
      #expect(
        tesseraError { _ = try open() }?.diagnostics.first?.code.rawValue == "tfrecord-truncated")

      var damaged = whole
      damaged[whole.count - 20] ^= 1
      try damaged.write(to: URL(filePath: path))
      let dataset = try open()
      let error = tesseraError { _ = try dataset.sample(at: 2) }
      #expect(error?.diagnostics.first?.code.rawValue == "tfrecord-corrupt")
    }
  }
}
