import Datasets
import Foundation
import Foundations
import TestSupport
import Testing

/// The published sample data file against what other software reads in it.
@Suite(.enabled(if: SharedData.has("golden/sample_tfrecord.json"), "needs ../shared"))
struct SampleTFRecordTests {
  struct Golden: Decodable {
    struct Frame: Decodable {
      var offset: UInt64
      var length: Int
      var masked_crc32c_of_length: UInt32
      var masked_crc32c_of_data: UInt32
    }
    struct Statistics: Decodable {
      var tokens_not_padding: Int
      var masked_total: Int
      var masked_per_record: [Int]
      var lengths: [Int]
      var next_sentence_label_1: Int
      var segment_b_tokens: Int
      var sum_input_ids: Int
      var sum_masked_lm_ids: Int
      var sum_masked_lm_positions: Int
    }
    struct Record: Decodable {
      var input_ids: [Int32]
      var input_mask: [Int32]
      var segment_ids: [Int32]
      var masked_lm_positions: [Int32]
      var masked_lm_ids: [Int32]
      var masked_lm_weights: [Float]
      var next_sentence_labels: [Int32]

      var sample: PretrainingExample {
        PretrainingExample(
          inputIDs: input_ids, inputMask: input_mask, segmentIDs: segment_ids,
          maskedLMPositions: masked_lm_positions, maskedLMIDs: masked_lm_ids,
          maskedLMWeights: masked_lm_weights, nextSentenceLabels: next_sentence_labels)
      }
    }
    var records: Int
    var framing_first_3: [Frame]
    var statistics: Statistics
    var first_record: Record
    var last_record: Record
  }

  static let shape = PretrainingShape(
    sequenceLength: 128, predictionCount: 20, vocabularySize: 30_522)
  static let path = SharedData.path("data/sample_text.tfrecord")

  static func samples() throws -> [PretrainingExample] {
    try records(of: path).map {
      try PretrainingExample(Example(decoding: $0.payload), shape: shape, source: "sample")
    }
  }

  static func golden() throws -> Golden {
    try SharedData.json("golden/sample_tfrecord.json", as: Golden.self)
  }

  @Test func framing() throws {
    let golden = try Self.golden()
    let read = try records(of: Self.path)
    #expect(read.count == golden.records)
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: Self.path)))
    for (record, frame) in zip(read, golden.framing_first_3) {
      #expect(record.offset == frame.offset)
      #expect(record.payload.count == frame.length)
      #expect(
        CRC32C.masked(CRC32C.checksum(record.payload)) == frame.masked_crc32c_of_data)
      let start = Int(record.offset)
      #expect(
        CRC32C.masked(CRC32C.checksum(Array(bytes[start..<start + 8])))
          == frame.masked_crc32c_of_length)
    }
  }

  @Test func content() throws {
    let golden = try Self.golden()
    let statistics = golden.statistics
    let samples = try Self.samples()
    func sum(_ values: KeyPath<PretrainingExample, [Int32]>) -> Int {
      samples.reduce(0) { $0 + $1[keyPath: values].reduce(0) { $0 + Int($1) } }
    }
    #expect(samples.first == golden.first_record.sample)
    #expect(samples.last == golden.last_record.sample)
    #expect(sum(\.inputMask) == statistics.tokens_not_padding)
    #expect(samples.map { Int($0.inputMask.reduce(0, +)) } == statistics.lengths)
    #expect(
      samples.map { Int($0.maskedLMWeights.reduce(0, +)) } == statistics.masked_per_record)
    #expect(sum(\.nextSentenceLabels) == statistics.next_sentence_label_1)
    #expect(sum(\.segmentIDs) == statistics.segment_b_tokens)
    #expect(sum(\.inputIDs) == statistics.sum_input_ids)
    #expect(sum(\.maskedLMIDs) == statistics.sum_masked_lm_ids)
    #expect(sum(\.maskedLMPositions) == statistics.sum_masked_lm_positions)
  }

  /// TensorFlow wrote the features in another order; the bytes are as many.
  @Test func encodingIsAsLongAsTensorFlows() throws {
    for record in try records(of: Self.path) {
      #expect(try Example(decoding: record.payload).encoded().count == record.payload.count)
    }
  }

  @Test func rewritingKeepsTheContent() throws {
    try withTemporaryDirectory { directory in
      let samples = try Self.samples()
      try write(samples, to: directory.appending(path: "copy.tfrecord").path)
      let dataset = try ExampleDataset(
        directory: directory.path, shape: .pretraining(Self.shape), order: .file)
      #expect(try (0..<45).map { try dataset.sample(at: $0).values } == samples.map(\.values))
    }
  }
}
