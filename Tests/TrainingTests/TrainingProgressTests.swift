import Foundations
import Testing
import Training

@Suite struct TrainingProgressTests {
  private let progress = TrainingProgress(
    weightUpdates: 12, scheduledWeightUpdates: 100, globalBatchSize: 24, bundleDigest: "abc",
    seed: 1984, datasetSize: 5000, datasetDigest: "12ab", shuffles: true, lossScale: 64)

  @Test func theTextReadsBack() throws {
    let read = try #require(TrainingProgress(json: progress.json))
    #expect(read == progress)
    #expect(read.samples == 288)
  }

  @Test(arguments: [
    ("\"weight_updates\":12", "\"weight_updates\":-1"), ("tessera.training-state/1", "other/1"),
    ("\"global_batch_size\":24", "\"global_batch_size\":9223372036854775807"),
    ("\"shuffle\":true", "\"shuffle\":1"), ("\"bundle_digest\":\"abc\"", "\"x\":1"),
  ])
  func damagedTextIsNone(from: String, to: String) {
    #expect(progress.json.contains(from))
    #expect(TrainingProgress(json: progress.json.replacing(from, with: to)) == nil)
  }

  @Test func whatDiffersIsToldAtOnce() {
    var other = progress
    other.seed = 7
    other.datasetSize = 1
    other.shuffles = false
    let error = #expect(throws: TesseraError.self) {
      try progress.check(continues: other, path: "step-12.safetensors")
    }
    #expect(error?.exitCode == .incompatible)
    #expect(error?.diagnostics.first?.notes.count == 3)
  }

  /// Other samples of the same number are other data; that nobody looked at them is no difference.
  @Test func samplesAreKnownAgain() throws {
    var other = progress
    other.datasetDigest = "other"
    #expect(throws: TesseraError.self) { try progress.check(continues: other, path: "x") }
    other.datasetDigest = ""
    try progress.check(continues: other, path: "x")
  }
}
