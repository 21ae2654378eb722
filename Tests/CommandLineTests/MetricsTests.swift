import Foundation
import TestSupport
import Testing

/// What a training leaves for people and for other tools, and `tessera plot`.
@Suite struct MetricsTests {
  typealias Folder = CommandLineTests.Folder

  private func names(_ folder: borrowing Folder, _ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(path)").sorted()
  }

  private func text(_ folder: borrowing Folder, _ path: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(path)", encoding: .utf8)
  }

  private func summary(_ folder: borrowing Folder, _ run: String) throws -> [String: Any] {
    let data = Data(try text(folder, "\(run)/summary.json").utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func aRunThatIsResumedHasOneLogOfEachKind() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    for (end, flags) in [("3", ["--wandb", "--wandb-name", "first"]), ("5", ["--resume", "run"])] {
      let output = try Command.run(
        Executables.path("tessera"),
        [
          "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run", "--max-steps", end,
          "--progress", "plain", "--set", "global_batches_per_log=2",
        ] + flags, in: folder.path)
      try #require(output.status == 0, "\(output.errors)")
      #expect(output.errors.contains(#/step: \d+, mlm_loss: [\d.]+, nsp_loss: .*samples\/sec/#))
    }
    let lines = try text(folder, "run/metrics.jsonl").split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.allSatisfy { $0.contains("\"mlm_acc\":") && $0.contains("\"nsp_acc\":") })
    #expect(try names(folder, "run/tensorboard").count == 2)
    let runs = try names(folder, "run/wandb")
    #expect(runs.count == 1)
    let files = try names(folder, "run/wandb/\(runs[0])")
    #expect(files.count == 3 && files[2].hasSuffix(".wandb"))
    let told = String(
      decoding: try Data(
        contentsOf: URL(filePath: "\(folder.path)/run/wandb/\(runs[0])/\(files[2])")),
      as: UTF8.self)
    #expect(told.contains("micro_batch_size"))
    #expect(!told.contains("tessera.recipe"))
    #expect(try text(folder, "run/loss.svg").contains("<title>demo-first</title>"))
    let summary = try summary(folder, "run")
    #expect(summary["end"] as? String == "completed")
    #expect(summary["weight_updates"] as? Int == 5)
    #expect(summary["resumed_after"] as? [Int] == [3])
    #expect((summary["averages"] as? [String: Any])?["weight_updates"] as? Int == 5)
    #expect((summary["loss_scales"] as? [[String: Any]])?.count == 1)
  }

  private static func log(_ updates: Int, loss: Double) -> String {
    (1...updates).map {
      #"{"schema":"tessera.metrics/1","weight_update":\#($0),"samples":\#($0 * 2),"#
        + #""mlm_loss":\#(loss / Double($0)),"nsp_loss":0.5,"learning_rate":0.001,"#
        + #""loss_scale":1.0,"samples_per_second":10.0}"# + "\n"
    }.joined()
  }

  @Test func runsAreDrawn() throws {
    let folder = try Folder()
    for (name, updates) in [("a", 40), ("b", 20)] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      // A run that trains may be about to write its next line.
      try folder.write(Self.log(updates, loss: 8) + "{\"sch", to: "\(name)/metrics.jsonl")
    }
    let chart = try folder.run("tessera", "plot", "a")
    #expect(chart.status == 0)
    #expect(chart.text.contains("mlm_loss"))
    #expect(chart.text.contains("step: 40, mlm_loss: 0.2000"))

    let picture = try folder.run(
      "tessera", "plot", "a", "b", "--joined", "--label", "phase 1", "-o", "both.svg")
    #expect(picture.status == 0, "\(picture.errors)")
    let svg = try text(folder, "both.svg")
    #expect(svg.contains(">phase 1<") && svg.contains(">b<") && svg.contains("class=\"boundary\""))
    #expect(try folder.run("tessera", "plot", "a", "-o", "both.svg").status == 73)
    #expect(try folder.run("tessera", "plot", "a", "-o", "both.svg", "--force").status == 0)
    #expect(try folder.run("tessera", "plot", "a", "-o", "-").text == text(folder, "both.svg"))

    // A run that has only begun says so; the others are drawn.
    try folder.write("", to: "b/metrics.jsonl")
    let begun = try folder.run("tessera", "plot", "b", "a")
    #expect(begun.status == 0)
    #expect(begun.errors == "b: no weight update yet\n")
    #expect(begun.text.contains("step: 40"))
  }

  @Test func whatCannotBeDrawnIsNamed() throws {
    let folder = try Folder()
    let missing = try folder.run("tessera", "plot", "nowhere")
    #expect(missing.status == 66)
    #expect(missing.errors.contains("nowhere/metrics.jsonl"))
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/a", withIntermediateDirectories: true)
    try folder.write(Self.log(2, loss: 8) + "{}\n" + Self.log(1, loss: 8), to: "a/metrics.jsonl")
    let damaged = try folder.run("tessera", "plot", "a")
    #expect(damaged.status == 65)
    #expect(damaged.errors.contains("a/metrics.jsonl:3:1"))
    #expect(damaged.errors.contains("damaged-metrics"))
    #expect(try folder.run("tessera", "plot", "a", "--label", "x", "--label", "y").status == 64)
  }
}
