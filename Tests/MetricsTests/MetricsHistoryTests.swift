import Foundation
import Foundations
import Metrics
import TestSupport
import Testing

@Suite struct MetricsHistoryTests {
  @Test func aCurveOfFewValuesHasThemAll() {
    var curve = MetricsCurve(name: "x")
    for update in 3...10 { curve.append(Double(update), at: update) }
    #expect(curve.points.map(\.mean) == (3...10).map(Double.init))
    #expect(curve.points.map(\.weightUpdates) == (3...10).map { $0...$0 })
  }

  /// Whatever the number of values, points are few, of equal width but for the last, and lose nothing.
  @Test(arguments: [1024, 1025, 2048, 2049, 5000, 100_003])
  func aCurveOfManyValuesKeepsMeansAndRanges(count: Int) throws {
    var curve = MetricsCurve(name: "x")
    for update in 1...count { curve.append(Double(update), at: update) }
    let points = curve.points
    #expect(points.count <= MetricsCurve.pointLimit && points.count > MetricsCurve.pointLimit / 2)
    let width = points[0].weightUpdates.count
    var next = 1
    for (index, point) in points.enumerated() {
      #expect(point.weightUpdates.lowerBound == next)
      #expect(index == points.count - 1 || point.weightUpdates.count == width)
      next = point.weightUpdates.upperBound + 1
      let (first, last) = (Double(point.weightUpdates.lowerBound), Double(next - 1))
      #expect(point.mean == (first + last) / 2)
      #expect(point.range == first...last)
    }
    #expect(next == count + 1)
  }

  @Test func valuesThatAreNotFiniteAreLeftOut() {
    var curve = MetricsCurve(name: "x")
    for update in 1...2048 { curve.append(update % 2 == 0 ? 1 : .infinity, at: update) }
    #expect(curve.points.allSatisfy { $0.mean == 1 && $0.range == 1...1 })
    var empty = MetricsCurve(name: "x")
    empty.append(.nan, at: 1)
    #expect(empty.points.map(\.mean) == [nil])
  }

  @Test func theHistoryOfAFileIsThatOfTheRun() throws {
    let folder = try TemporaryFolder()
    let log = try MetricsLog(path: folder.file("metrics.jsonl"))
    var history = MetricsHistory()
    for update in 1...250 {
      let metrics = TrainingMetrics.sample(
        update, lossScale: update < 100 ? 16 : update < 200 ? 8 : 16)
      try log.append(metrics)
      history.add(metrics)
    }
    #expect(try MetricsHistory(readingFrom: folder.file("metrics.jsonl")) == history)
    #expect(history.losses.map(\.name) == ["mlm_loss", "nsp_loss"])
    #expect(history.accuracies.map(\.name) == ["mlm_acc", "nsp_acc"])
    #expect(history.lossScales.map(\.fromWeightUpdate) == [1, 100, 200])
    #expect(history.lossScales.map(\.value) == [16, 8, 16])
    #expect(history.recent.map(\.weightUpdate) == Array(151...250))
  }

  @Test func theSummaryHoldsWhatTheRunReported() throws {
    var summary = RunSummary(
      name: "a \"run\"", bundleDigest: "abc", end: .interrupted, seconds: 2.5,
      samplesPerSecond: 4.8, history: MetricsHistory(), resumedAfter: [3], skippedRecords: 7,
      checkpointPath: nil)
    func object() throws -> [String: Any]? {
      try JSONSerialization.jsonObject(with: Data(summary.json.utf8)) as? [String: Any]
    }
    let empty = try object()
    #expect(empty?["weight_updates"] as? Int == 0)
    #expect(empty?["averages"] is NSNull)
    for update in [1, 2] { summary.history.add(.sample(update)) }
    let full = try object()
    #expect(full?["schema"] as? String == "tessera.summary/1")
    #expect(full?["name"] as? String == "a \"run\"")
    #expect(full?["end"] as? String == "interrupted")
    #expect(full?["weight_updates"] as? Int == 2)
    #expect(full?["samples"] as? Int == 24)
    #expect(full?["last_mlm_loss"] as? Double == 5)
    #expect(full?["last_nsp_acc"] as? Double == 0.5)
    #expect(full?["checkpoint"] is NSNull)
    #expect(full?["resumed_after"] as? [Int] == [3])
    #expect(full?["skipped_records"] as? Int == 7)
    let averages = full?["averages"] as? [String: Any]
    #expect(averages?["weight_updates"] as? Int == 2)
    #expect(averages?["mlm_loss"] as? Double == 7)
    #expect(averages?["mlm_acc"] as? Double == 0.25)
    let scales = full?["loss_scales"] as? [[String: Any]]
    #expect(scales?.first?["from_weight_update"] as? Int == 1)
    #expect(scales?.first?["loss_scale"] as? Double == 16)
  }
}
