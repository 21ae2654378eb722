import Foundations
import Recipe
import Testing

/// The numbers are those that the original application's own tests expect.
@Suite struct BatchArithmeticTests {
  private func batches(
    microBatchSize: Int = 2, replicas: Int = 2, accumulation: Int = 2, dataset: Int = 16,
    perLog: Int = 1, samples: Int? = nil, phase: PretrainingPhase = .one
  ) throws(TesseraError) -> BatchArithmetic {
    try BatchArithmetic(
      microBatchSize: microBatchSize, replicas: replicas, accumulationCount: accumulation,
      datasetSize: dataset, globalBatchesPerLog: perLog, totalSamples: samples, phase: phase)
  }

  @Test func publishedPhaseOne() throws {
    let batches = try batches()
    #expect(batches.globalBatchSize == 8)
    #expect(batches.weightUpdates == 57_606_144)
    #expect(batches.epochs == 28_803_072)
    #expect(batches.totalMicroBatches == 230_424_576)
    #expect(batches.warnings.isEmpty)
  }

  @Test func products() throws {
    #expect(
      try batches(replicas: 4, accumulation: 4, dataset: 64).microBatchesPerWeightUpdate == 16)
    #expect(
      try batches(replicas: 4, accumulation: 3, dataset: 64).globalBatchSize == 24)
  }

  @Test(arguments: [18, 20]) func epochIsTruncated(dataset: Int) throws {
    let batches = try batches(replicas: 1, accumulation: 3, dataset: dataset, perLog: 2)
    #expect(batches.microBatchesPerEpoch == 6)
    #expect(batches.warnings.map(\.code.rawValue) == ["epoch-truncated"])
  }

  @Test func customSamples() throws {
    let batches = try batches(dataset: 8, samples: 80)
    #expect(batches.weightUpdates == 10)
    #expect(batches.epochs == 10)
    #expect(batches.totalMicroBatches == 40)
  }

  @Test func twoGlobalBatchesPerLog() throws {
    let batches = try batches(dataset: 18, perLog: 2)
    #expect(batches.totalMicroBatches == 204_821_840)
    #expect(batches.weightUpdates == 204_821_840 * 2 / 8)
  }

  @Test func executionIsCutToTheEpoch() throws {
    let batches = try batches(dataset: 18, perLog: 4, samples: 80)
    #expect(batches.microBatchesPerExecution == 9)
    #expect(batches.warnings.map(\.code.rawValue) == ["execution-longer-than-epoch"])
    #expect(batches.totalMicroBatches == 36)
    #expect(batches.weightUpdates == 9)
  }

  @Test func errors() {
    func code(_ body: () throws(TesseraError) -> BatchArithmetic) -> String? {
      do {
        return "\(try body().weightUpdates)"
      } catch {
        return error.exitCode == .badData ? error.diagnostics.first?.code.rawValue : nil
      }
    }
    #expect(
      code { () throws(TesseraError) in try batches(phase: .other) } == "total-samples-missing")
    #expect(code { () throws(TesseraError) in try batches(samples: 80, phase: .other) } == "10")
    #expect(
      code { () throws(TesseraError) in try batches(microBatchSize: 0) } == "batch-not-positive")
    #expect(code { () throws(TesseraError) in try batches(perLog: 0) } == "batch-not-positive")
    #expect(code { () throws(TesseraError) in try batches(dataset: 7) } == "dataset-too-small")
    #expect(code { () throws(TesseraError) in try batches(samples: 7) } == "total-samples-too-few")
    #expect(code { () throws(TesseraError) in try batches(perLog: .max) } == "batch-overflow")
    #expect(code { () throws(TesseraError) in try batches(replicas: .max) } == "batch-overflow")
  }

  @Test func phases() {
    #expect(PretrainingPhase(sequenceLength: 128) == .one)
    #expect(PretrainingPhase(sequenceLength: 384) == .two)
    #expect(PretrainingPhase(sequenceLength: 384).defaultSampleCount == 34_239_360)
    #expect(PretrainingPhase(sequenceLength: 64) == .other)
  }
}
