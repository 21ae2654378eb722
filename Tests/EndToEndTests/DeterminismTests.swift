import Foundation
import Foundations
import Recipe
import TestSupport
import Testing
import Training

/// What does not change the numbers: threads, repetition, the folder. Data are the real sample of the
/// original application.
@Suite struct DeterminismTests {
  private static let isPresent = SharedData.has("data/sample_text.tfrecord")

  /// A small vocabulary would not fit the sample's tokens, so the model is the tiny one as published.
  @Test(
    .enabled(if: isPresent, "needs ../shared/data"), arguments: [Precision.fp16, .fp32])
  func threadsDoNotChangeABit(precision: Precision) throws {
    let workspace = try Workspace()
    try workspace.linkSample()
    let bundle = try workspace.compile("examples/pretrain_tiny.json", [], precision: precision)
    let runs = try [("one", 1), ("two", 2), ("again", 2)].map { name, threads in
      let outcome = try workspace.train(
        bundle, run: name, steps: 2, threads: threads, shuffles: true)
      return (
        outcome.losses.map(\.values),
        try Data(contentsOf: URL(fileURLWithPath: outcome.checkpointPath))
      )
    }
    #expect(runs[0].0 == runs[1].0)
    #expect(runs[0].1 == runs[1].1)
    #expect(runs[1].1 == runs[2].1)
  }

  @Test(.enabled(if: isPresent, "needs ../shared/data"))
  func aSeedChangesTheRun() throws {
    let workspace = try Workspace()
    try workspace.linkSample()
    var losses: [[Double]] = []
    for seed in [1984, 1985] {
      let bundle = try workspace.compile("examples/pretrain_tiny.json", ["seed=\(seed)"])
      losses.append(
        try workspace.train(bundle, run: "seed-\(seed)", steps: 1).losses[0]
          .values)
    }
    #expect(losses[0] != losses[1])
  }

  @Test(.enabled(if: isPresent, "needs ../shared/data"))
  func theLossFalls() throws {
    let workspace = try Workspace()
    try workspace.linkSample()
    let bundle = try workspace.compile(
      "examples/pretrain_tiny.json", [])
    let outcome = try workspace.train(
      bundle, run: "run", steps: 20, shuffles: true)
    let losses = outcome.losses[0].values
    #expect(losses[19] < losses[0] - 2)
    #expect(losses[0] > 10 && losses[0] < 11)
    let lines = try String(contentsOfFile: outcome.directory.metricsPath, encoding: .utf8)
    #expect(lines.split(separator: "\n").count == 20)
  }

  @Test(.enabled(if: isPresent, "needs ../shared/data"))
  func dataOfOtherShapesAreRefused() throws {
    let workspace = try Workspace()
    try workspace.linkSample()
    let bundle = try workspace.compile(
      "examples/pretrain_tiny.json", ["bert_config.max_predictions_per_seq=10"])
    let error = #expect(throws: TesseraError.self) {
      try workspace.train(bundle, run: "run")
    }
    #expect(error?.exitCode == .incompatible)
  }
}
