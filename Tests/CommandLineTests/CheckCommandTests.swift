import Foundation
import TestSupport
import Testing

/// What is tried before a training, what there is to run on, and how fast.
@Suite struct CheckCommandTests {
  typealias Folder = CommandLineTests.Folder

  private func json(_ text: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func outcomes(_ output: Command.Output) throws -> [String: String] {
    let checks = try #require(try json(output.text)["checks"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: checks.map {
        ($0["name"] as? String ?? "", $0["outcome"] as? String ?? "")
      })
  }

  /// The training ends at 96 samples, so that the trial does.
  private func check(_ folder: borrowing Folder, _ flags: String...) throws -> Command.Output {
    try Command.run(
      Executables.path("tessera"),
      ["check", "demo.ipub", "--total-num-train-samples", "96"] + flags, in: folder.path)
  }

  @Test func aTrainingThatWouldRunPassesAndLeavesNothing() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let output = try check(folder, "--dataset-dir", "data", "--run-dir", "runs/one")
    #expect(output.status == 0, "\(output.text)\(output.errors)")
    let names = output.text.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    #expect(
      names
        == [
          "bundle", "settings", "data", "samples", "batches", "parameters", "device", "memory",
          "disk", "training",
        ].map { "ok       \($0)" })
    #expect(output.text.contains(#/training: \d+ weight updates ran, .*estimate/#))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
  }

  /// Each mistake is told, and what needs it is not tried.
  @Test func whatWouldFailIsTold() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let data = try check(folder, "--dataset-dir", "missing", "--format", "json")
    #expect(data.status == 1)
    let found = try outcomes(data)
    #expect(found["data"] == "failed" && found["samples"] == "skipped")
    #expect(found["training"] == "skipped" && found["device"] == "passed")
    let checkpoint = try check(
      folder, "--dataset-dir", "data", "--pretrained-ckpt-path", "missing", "--save-ckpt-path",
      "/proc/x/y.safetensors", "--format", "json")
    #expect(checkpoint.status == 1)
    let other = try outcomes(checkpoint)
    #expect(other["parameters"] == "failed" && other["data"] == "passed")
    let disk = try check(
      folder, "--dataset-dir", "data", "--save-ckpt-path", "/proc/x/y.safetensors", "--format",
      "json")
    #expect(try outcomes(disk)["disk"] == "failed")
    // More bytes than a number counts are more than a disk has.
    for kept in ["100000000000000", "\(Int.max)"] {
      let full = try check(folder, "--dataset-dir", "data", "--keep", kept)
      #expect(full.status == 1, "\(full.errors)")
      #expect(full.text.contains("[disk-too-small]"))
    }
    let compiled = try check(folder, "--dataset-dir", "data", "--set", "micro_batch_size=3")
    #expect(compiled.status == 1)
    #expect(compiled.text.contains("[compiled-in]"))
    try folder.write("no bundle", to: "other.ipub")
    let bundle = try folder.run("tessera", "check", "other.ipub", "--dataset-dir", "data")
    #expect(bundle.status == 1)
    #expect(bundle.text.contains("[not-a-bundle]"))
  }

  /// The check of a training that goes on says what the training would, and changes nothing of it.
  @Test func aRunThatGoesOnIsTriedAsItIsTrained() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    func train(_ flags: String...) throws {
      let output = try Command.run(
        Executables.path("tessera"),
        [
          "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run", "--save-ckpt-path",
          "weights", "--total-num-train-samples", "96", "--progress", "none",
        ] + flags, in: folder.path)
      try #require(output.status == 0, "\(output.errors)")
    }
    try train("--max-steps", "1")
    try train("--max-steps", "2", "--resume", "auto")
    func files() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    }
    let before = try files()

    let taken = try check(folder, "--dataset-dir", "data", "--run-dir", "run")
    #expect(taken.status == 1)
    #expect(taken.text.contains("[run-directory-in-use]"))
    let used = try check(folder, "--dataset-dir", "data", "--save-ckpt-path", "weights")
    #expect(used.text.contains("[would-overwrite]"))
    let forced = try check(folder, "--dataset-dir", "data", "--run-dir", "run", "--force")
    #expect(forced.status == 0, "\(forced.text)")
    let other = try check(folder, "--run-dir", "run", "--resume", "auto", "--set", "seed=5")
    #expect(other.status == 1)
    #expect(other.text.contains("[training-state-mismatch]"))
    // The data and the place of the weights are those of the run's config.json.
    let resumed = try check(folder, "--run-dir", "run", "--resume", "auto")
    #expect(resumed.status == 0, "\(resumed.text)\(resumed.errors)")
    #expect(resumed.text.contains("step-2.safetensors, after weight update 2"))
    let spelled = try check(folder, "--resume", "run", "--save-ckpt-path", "./weights//")
    #expect(spelled.status == 0, "\(spelled.text)")
    let new = try check(folder, "--dataset-dir", "data", "--save-ckpt-path", "new/folder")
    #expect(new.status == 0, "\(new.text)")

    let newest = URL(filePath: folder.path + "/run/checkpoints/step-2.safetensors")
    var bytes = try Data(contentsOf: newest)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: newest)
    let damaged = try check(folder, "--resume", "run")
    #expect(damaged.status == 0, "\(damaged.text)")
    #expect(damaged.text.contains("step-1.safetensors, after weight update 1"))
    #expect(damaged.text.contains("step-2.safetensors is no whole training state"))
    #expect(try files() == before)
  }

  @Test func devicesAreListed() throws {
    let folder = try Folder()
    let text = try folder.run("tessera", "devices")
    #expect(text.status == 0)
    #expect(text.text.contains(#/ipu-model +available/#))
    #expect(text.text.contains(#/ipu +not available .*does not execute on IPU hardware/#))
    let listed = try json(try folder.run("tessera", "devices", "--format", "json").text)
    #expect(listed["schema"] as? String == "tessera.devices/1")
    #expect((listed["processors"] as? Int ?? 0) >= 1)
  }

  @Test func speedIsMeasured() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let output = try folder.run(
      "tessera", "bench", "demo.ipub", "--seconds", "1", "--repetitions", "2", "--format", "json")
    #expect(output.status == 0, "\(output.errors)")
    let fields = try json(output.text)
    #expect((fields["median_samples_per_second"] as? Double ?? 0) > 0)
    #expect((fields["measurements"] as? [Any])?.count == 2)
    #expect(fields["includes_optimizer"] as? Bool == true)
  }
}
