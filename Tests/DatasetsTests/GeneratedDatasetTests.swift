import Datasets
import Testing

/// Random samples in place of data.
@Suite struct GeneratedDatasetTests {
  static let shape = PretrainingShape(sequenceLength: 64, predictionCount: 10, vocabularySize: 300)

  /// The values of each sample, by stream.
  private func values(_ batch: Batch, _ stream: String) -> [[Int32]] {
    let values = batch.values(ofStream: stream) ?? []
    let size = values.count / batch.sampleCount
    return (0..<batch.sampleCount).map { Array(values[$0 * size..<($0 + 1) * size]) }
  }

  @Test func samplesAreValid() throws {
    let dataset = GeneratedDataset(shape: .pretraining(Self.shape), seed: 1, count: 200)
    let batch = try dataset.microBatch(0, size: 200)
    let ids = values(batch, "input_ids")
    var labels: [Int32] = []
    for sample in 0..<200 {
      let mask = values(batch, "attention_mask")[sample]
      let count = Int(mask.reduce(0, +))
      #expect((32...64).contains(count))
      #expect(mask == (0..<64).map { $0 < count ? 1 : 0 })
      #expect(ids[sample][..<count].allSatisfy { $0 > 0 && $0 < 300 })
      #expect(ids[sample][count...].allSatisfy { $0 == 0 })
      let segments = values(batch, "token_type_ids")[sample]
      #expect(segments[..<count] == segments[..<count].sorted()[...])
      #expect(segments[count...].allSatisfy { $0 == 0 })
      let masked = values(batch, "masked_lm_ids")[sample]
      let used = masked.count { $0 != 0 }
      #expect(used == min(10, Int((0.15 * Double(count)).rounded(.toNearestOrEven))))
      #expect(masked[used...].allSatisfy { $0 == 0 })
      let positions = values(batch, "masked_lm_positions")[sample]
      #expect(Array(positions[..<used]) == Set(positions[..<used]).sorted())
      #expect(positions.allSatisfy { $0 >= 0 && $0 < count })
      labels += values(batch, "next_sentence_labels")[sample]
    }
    #expect((60...140).contains(Int(labels.reduce(0, +))))
    #expect(Set(ids).count == 200)
  }

  @Test func answersLieInTheText() throws {
    let shape = RecordShape.questionAnswering(
      sequenceLength: 32, vocabularySize: 50, segmentCount: 2)
    let batch = try GeneratedDataset(shape: shape, seed: 1).microBatch(7, size: 300)
    for sample in 0..<300 {
      let count = values(batch, "attention_mask")[sample].reduce(0, +)
      let start = values(batch, "start_positions")[sample][0]
      let end = values(batch, "end_positions")[sample][0]
      #expect(start >= 0 && start <= end && end < count)
    }
  }

  /// A sample follows from seed and number, whatever the micro-batches; an epoch comes again.
  @Test func samplesFollowFromTheirNumber() throws {
    let dataset = GeneratedDataset(shape: .pretraining(Self.shape), seed: 1, count: 12)
    let all = values(try dataset.microBatch(0, size: 12), "input_ids")
    #expect(values(try dataset.microBatch(2, size: 3), "input_ids") == Array(all[6..<9]))
    #expect(values(try dataset.microBatch(1, size: 12), "input_ids") == all)
    let other = GeneratedDataset(shape: .pretraining(Self.shape), seed: 2, count: 12)
    #expect(values(try other.microBatch(0, size: 12), "input_ids") != all)
  }

  @Test(arguments: [(1, 1, 2), (2, 2, 1), (3, 3, 3)])
  func smallShapes(length: Int, predictions: Int, vocabularySize: Int) throws {
    let shape = PretrainingShape(
      sequenceLength: length, predictionCount: predictions, vocabularySize: vocabularySize,
      segmentCount: 1)
    let batch = try GeneratedDataset(shape: .pretraining(shape), seed: 1).microBatch(0, size: 50)
    #expect(values(batch, "input_ids").allSatisfy { $0.count == length })
    #expect(values(batch, "token_type_ids").allSatisfy { $0.allSatisfy { $0 == 0 } })
    #expect(values(batch, "masked_lm_ids").allSatisfy { $0.allSatisfy { $0 < vocabularySize } })
  }
}
