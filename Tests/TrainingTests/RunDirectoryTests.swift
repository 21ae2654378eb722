import Foundation
import Foundations
import Metrics
import TestSupport
import Testing
import Training

@Suite struct RunDirectoryTests {
  static let metrics = TrainingMetrics(
    weightUpdate: 1, samples: 12, losses: .pretraining(maskedLM: 7, nextSentence: 0.6875),
    learningRate: 1e-7, lossScale: 16, samplesPerSecond: 123.456)

  static func summary() -> RunSummary {
    RunSummary(
      name: "a \"run\"", bundleDigest: "abc", end: .interrupted, seconds: 2.5,
      samplesPerSecond: 4.8, history: MetricsHistory(), checkpointPath: nil)
  }

  @Test func theDefaultNameHoldsNameAndTime() throws {
    let folder = try TemporaryFolder()
    let runs = folder.path + "/deep/runs"
    let first = try RunDirectory(name: "bert tiny/ü", startedAt: 1_795_532_511, in: runs)
    #expect(first.path == runs + "/bert-tiny---20261124-150151")
    let second = try RunDirectory(name: "bert tiny/ü", startedAt: 1_795_532_511, in: runs)
    #expect(second.path == first.path + "-2")
    var isFolder: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: first.checkpointsPath, isDirectory: &isFolder))
    #expect(isFolder.boolValue)
    let hidden = try RunDirectory(name: "../..", startedAt: 0, in: runs)
    #expect(hidden.path == runs + "/-..-19700101-000000")
    #expect(
      first.checkpointPath(weightUpdate: 7) == first.path + "/checkpoints/step-7.safetensors")
  }

  /// Files of others stay; of two runs that begin in one folder, one gets it.
  @Test func aFolderIsClaimedByOneRun() throws {
    let folder = try TemporaryFolder()
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/notes.txt"))
    try RunDirectory(path: folder.path, force: false).write(config: "{}")
    let error = #expect(throws: TesseraError.self) {
      try RunDirectory(path: folder.path, force: false)
    }
    #expect(error?.exitCode == .wouldOverwrite)
    #expect(FileManager.default.fileExists(atPath: folder.path + "/notes.txt"))
  }

  @Test func anotherRunIsNotOverwrittenUnlessForced() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory(path: folder.path, force: false)
    try run.write(config: "{}")
    try MetricsLog(path: run.metricsPath).append(Self.metrics)
    let checkpoint = run.checkpointPath(weightUpdate: 1)
    try Data("x".utf8).write(to: URL(fileURLWithPath: checkpoint))

    let error = #expect(throws: TesseraError.self) {
      try RunDirectory(path: folder.path, force: false)
    }
    #expect(error?.exitCode == .wouldOverwrite)
    #expect(error?.diagnostics.first?.code.rawValue == "run-directory-in-use")
    #expect(FileManager.default.fileExists(atPath: run.metricsPath))

    _ = try RunDirectory(path: folder.path, force: true)
    #expect(!FileManager.default.fileExists(atPath: run.metricsPath))
    #expect(!FileManager.default.fileExists(atPath: run.configPath))
    // Not where a resumption would take it for the new run's, but not lost.
    #expect(!FileManager.default.fileExists(atPath: checkpoint))
    #expect(
      FileManager.default.fileExists(
        atPath: folder.path + "/checkpoints.earlier-1/step-1.safetensors"))
  }

  @Test func aFileInTheWayIsAnError() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/file"
    try Data("x".utf8).write(to: URL(fileURLWithPath: file))
    let error = #expect(throws: TesseraError.self) {
      try RunDirectory(path: file + "/run", force: true)
    }
    #expect(error?.exitCode == .inputOutput)
  }

  @Test func theSummaryReplacesAnEarlierOneOfTheRun() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory(path: folder.path, force: false)
    var summary = Self.summary()
    try run.write(summary: summary)
    summary.end = .completed
    try run.write(summary: summary)
    #expect(try String(contentsOfFile: run.summaryPath, encoding: .utf8) == summary.json)
    #expect(try FileManager.default.contentsOfDirectory(atPath: run.path).count == 2)
  }
}
