import Foundation
import Foundations
import TestSupport
import Testing
import Training

@Suite struct RunDirectoryTests {
  static func summary(last: TrainingMetrics? = MetricsTests.pretraining) -> RunSummary {
    RunSummary(
      name: "a \"run\"", bundleDigest: "abc", end: .interrupted, seconds: 2.5, last: last,
      samplesPerSecond: 4.8, checkpointPath: nil)
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
    _ = try RunDirectory(path: folder.path, force: false)
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
    try MetricsLog(path: run.metricsPath).append(MetricsTests.pretraining)
    let checkpoint = run.checkpointPath(weightUpdate: 1)
    try Data("x".utf8).write(to: URL(fileURLWithPath: checkpoint))

    let error = #expect(throws: TesseraError.self) {
      try RunDirectory(path: folder.path, force: false)
    }
    #expect(error?.exitCode == .wouldOverwrite)
    #expect(error?.diagnostics.first?.code.rawValue == "run-directory-in-use")
    #expect(FileManager.default.fileExists(atPath: run.metricsPath))

    _ = try RunDirectory(path: folder.path, force: true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: run.metricsPath)).isEmpty)
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

  @Test func theSummaryIsValidJSON() throws {
    let folder = try TemporaryFolder()
    let run = try RunDirectory(path: folder.path, force: false)
    try run.write(summary: Self.summary(last: nil))
    try run.write(summary: Self.summary())
    let data = try Data(contentsOf: URL(fileURLWithPath: run.summaryPath))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(object?["schema"] as? String == "tessera.summary/1")
    #expect(object?["name"] as? String == "a \"run\"")
    #expect(object?["end"] as? String == "interrupted")
    #expect(object?["weight_updates"] as? Int == 1)
    #expect(object?["samples"] as? Int == 12)
    #expect(object?["last_nsp_loss"] as? Double == 0.6875)
    #expect(object?["checkpoint"] is NSNull)
    #expect(try FileManager.default.contentsOfDirectory(atPath: run.path).count == 3)
  }
}
