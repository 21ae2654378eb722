import Foundation
import TestSupport
import Testing

/// A training that was interrupted, however it was, goes on to the bits of one that was not.
@Suite struct ResumingTests {
  typealias Folder = CommandLineTests.Folder

  private func train(
    _ folder: borrowing Folder, _ run: String, _ flags: String..., threads: Int = 1
  ) throws -> Command.Output {
    try Command.run(
      Executables.path("tessera"),
      [
        "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", run, "--progress", "plain",
        "--threads", "\(threads)", "--set", "global_batches_per_log=1",
      ] + flags, in: folder.path)
  }

  private func bytes(_ folder: borrowing Folder, _ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.path + "/" + path))
  }

  /// The metrics without what depends on the clock.
  private func metrics(_ folder: borrowing Folder, _ run: String) throws -> [String] {
    try String(contentsOfFile: "\(folder.path)/\(run)/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n").map {
        String($0).replacing(#/"samples_per_second":[^,}]*/#, with: "")
      }
  }

  private func checkpoints(_ folder: borrowing Folder, _ run: String) throws -> [String] {
    try FileManager.default
      .contentsOfDirectory(atPath: "\(folder.path)/\(run)/checkpoints").sorted()
  }

  @Test func partsOfATrainingEndAsTheWhole() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let whole = try train(folder, "whole", "--max-steps", "8")
    try #require(whole.status == 0, "\(whole.errors)")
    for (name, threads) in [("one", 1), ("two", 2)] {
      for end in ["3", "4", "8"] {
        let part = try train(
          folder, name, "--max-steps", end, "--resume", "auto", threads: threads)
        try #require(part.status == 0, "\(part.errors)")
        #expect(part.errors.contains("resuming after weight update") == (end != "3"))
      }
      let file = "checkpoints/step-8.safetensors"
      #expect(try bytes(folder, "\(name)/\(file)") == bytes(folder, "whole/\(file)"))
      #expect(try metrics(folder, name) == metrics(folder, "whole"))
    }
    // A training that is complete is left as it is.
    let again = try folder.run(
      "tessera", "train", "demo.ipub", "--resume", "one", "--max-steps", "8", "--progress", "none")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try metrics(folder, "one").count == 8)
  }

  /// Killed at any moment, a run has only whole checkpoints, and loses what came after the last.
  @Test(.timeLimit(.minutes(4))) func aKilledRunGoesOn() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let flags = ["--ckpt-every-n-steps-per-execution", "2", "--keep", "2", "--max-steps", "40"]
    let arguments =
      [
        "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "killed", "--progress", "none",
        "--threads", "1", "--resume", "auto",
      ] + flags
    var random = SplitMix64(seed: 17)
    for _ in 0..<6 {
      let running = try Command.start(Executables.path("tessera"), arguments, in: folder.path)
      usleep(UInt32(20_000 + random.next() % 300_000))
      kill(running.process.processIdentifier, SIGKILL)
      _ = try running.finish()
    }
    let last = try Command.run(Executables.path("tessera"), arguments, in: folder.path)
    try #require(last.status == 0, "\(last.errors)")
    #expect(!last.errors.contains("training-state-damaged"))
    #expect(
      try checkpoints(folder, "killed") == ["step-38.safetensors", "step-40.safetensors"])
    let whole = try train(folder, "whole", "--max-steps", "40")
    try #require(whole.status == 0, "\(whole.errors)")
    let file = "checkpoints/step-40.safetensors"
    #expect(try bytes(folder, "killed/\(file)") == bytes(folder, "whole/\(file)"))
    #expect(try metrics(folder, "killed") == metrics(folder, "whole"))
  }

  @Test func aDamagedCheckpointIsLeftForTheOneBefore() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let flags = ["--ckpt-every-n-steps-per-execution", "2"]
    _ = try train(folder, "run", flags[0], flags[1], "--max-steps", "6")
    var damaged = try bytes(folder, "run/checkpoints/step-6.safetensors")
    damaged[damaged.count / 2] ^= 1
    try damaged.write(to: URL(filePath: folder.path + "/run/checkpoints/step-6.safetensors"))
    let again = try train(folder, "run", "--resume", "auto", "--max-steps", "7")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("warning: run/checkpoints/step-6.safetensors"))
    #expect(again.errors.contains("resuming after weight update 4"))
    #expect(try metrics(folder, "run").count == 7)
    #expect(try checkpoints(folder, "run").contains("step-6.safetensors.damaged"))
    // Damage in the header is damage too, and so is a link that leads nowhere.
    var header = try bytes(folder, "run/checkpoints/step-7.safetensors")
    header[100] ^= 3
    try header.write(to: URL(filePath: folder.path + "/run/checkpoints/step-7.safetensors"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/run/checkpoints/step-9.safetensors", withDestinationPath: "nowhere")
    let third = try train(folder, "run", "--resume", "auto", "--max-steps", "7", "-q")
    #expect(third.status == 0, "\(third.errors)")
    #expect(third.errors.contains("[training-state-damaged]"), "told although it is to be quiet")
    #expect(try metrics(folder, "run").count == 7)
    // With none that is whole there is nothing to go on from, and nothing begins anew unasked, however often.
    for name in try checkpoints(folder, "run") where name.hasSuffix("safetensors") {
      try Data("x".utf8).write(to: URL(filePath: "\(folder.path)/run/checkpoints/\(name)"))
    }
    for _ in 0..<2 {
      let none = try train(folder, "run", "--resume", "auto")
      #expect(none.status == 65, "\(none.errors)")
    }
    #expect(try metrics(folder, "run").count == 7)
  }

  /// Killed before its first checkpoint, a run begins again with the weights that it began with.
  @Test func aRunWithoutCheckpointsKeepsItsBeginning() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    _ = try train(folder, "phase1", "--max-steps", "12")
    let first = ["--pretrained-ckpt-path", "phase1", "--max-steps", "2"]
    _ = try train(folder, "whole", first[0], first[1], first[2], first[3])
    _ = try train(folder, "run", first[0], first[1], first[2], first[3])
    for name in try checkpoints(folder, "run") {
      try FileManager.default.removeItem(atPath: "\(folder.path)/run/checkpoints/\(name)")
    }
    let again = try train(folder, "run", "--resume", "auto", "--max-steps", "2")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("parameters loaded"))
    #expect(try metrics(folder, "run") == metrics(folder, "whole"))
    // From a file: its state is the new run's first checkpoint.
    let file = "phase1/checkpoints/step-12.safetensors"
    let moved = try train(folder, "moved", "--resume", file, "--max-steps", "12")
    #expect(moved.status == 0, "\(moved.errors)")
    #expect(try checkpoints(folder, "moved") == ["step-12.safetensors"])
  }

  /// A start that fails leaves the directory free; a run of which only a part is there is still not this one's.
  @Test func aDirectoryIsTakenByRunsAlone() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    _ = try train(folder, "run", "--max-steps", "2")
    let file = "run/checkpoints/step-2.safetensors"
    #expect(try train(folder, "new", "--resume", file, "--set", "seed=7").status == 3)
    #expect(try train(folder, "new", "--resume", file, "--max-steps", "3").status == 0)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/part/checkpoints", withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(folder.path)/\(file)", toPath: folder.path + "/part/checkpoints/step-2.safetensors"
    )
    #expect(try train(folder, "part", "--max-steps", "1").status == 73)
    #expect(try train(folder, "", "--max-steps", "1").status == 64)
  }

  @Test func onlyTheSameTrainingGoesOn() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    _ = try train(folder, "run", "--max-steps", "2")
    let seed = try train(folder, "run", "--resume", "auto", "--set", "seed=7")
    #expect(seed.status == 3)
    #expect(seed.errors.contains("seed: 1984 in the checkpoint, 7 in this run"))
    let samples = try train(
      folder, "run", "--resume", "auto", "--total-num-train-samples", "240", "--max-steps", "3")
    #expect(samples.status == 0)
    #expect(samples.errors.contains("[schedule-changed]"))
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    _ = try folder.run(
      "tesserac", "compile", demo, "-o", "other.ipub", "--set", "micro_batch_size=2")
    let other = try folder.run(
      "tessera", "train", "other.ipub", "--dataset-dir", "data", "--run-dir", "run", "--resume",
      "auto")
    #expect(other.status == 73)
    #expect(other.errors.contains("[run-directory-in-use]"))
    let nothing = try train(folder, "new", "--resume", "missing")
    #expect(nothing.status == 66)
    // A checkpoint file begins a run in another directory; the first run stays as it is.
    let file = "run/checkpoints/step-2.safetensors"
    let moved = try train(folder, "moved", "--resume", file, "--max-steps", "3")
    #expect(moved.status == 0, "\(moved.errors)")
    #expect(try checkpoints(folder, "moved") == ["step-2.safetensors", "step-3.safetensors"])
    // Its weights alone begin a new training, as phase 2 begins with those of phase 1.
    let weights = try train(
      folder, "weights", "--pretrained-ckpt-path", "run/checkpoints", "--max-steps", "1")
    #expect(weights.status == 0, "\(weights.errors)")
    #expect(weights.errors.contains("0 missing"))
  }

  /// What a run was told at its begin still counts when it goes on.
  @Test func aRunKeepsItsSettings() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    _ = try train(folder, "run", "--max-steps", "2", "--set", "loss_scaling=32", "--no-shuffle")
    let resumed = try folder.run(
      "tessera", "train", "demo.ipub", "--resume", "run", "--max-steps", "3", "--progress", "none")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let lines = try metrics(folder, "run")
    #expect(lines.count == 3 && lines.allSatisfy { $0.contains("\"loss_scale\":32") })
    let config = try String(contentsOfFile: folder.path + "/run/config.json", encoding: .utf8)
    #expect(config.contains("\"shuffle\": false"))
  }

  /// A disk without room: a limit on the size of files stands for it, since it fails at the same calls.
  @Test func aFullDiskLosesNothing() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    _ = try train(folder, "run", "--max-steps", "2")
    let before = try bytes(folder, "run/checkpoints/step-2.safetensors")
    let tessera = Executables.path("tessera")
    let output = try Command.run(
      "/bin/bash",
      [
        "-c",
        "ulimit -f 1000; exec \(tessera) train demo.ipub --dataset-dir data --run-dir run "
          + "--resume auto --max-steps 4 --ckpt-every-n-steps-per-execution 1 --progress plain",
      ], in: folder.path)
    #expect(output.status == 74)
    #expect(output.errors.contains("[checkpoint-not-saved]"))
    #expect(output.errors.contains("File too large"))
    #expect(try checkpoints(folder, "run") == ["step-2.safetensors"])
    #expect(try bytes(folder, "run/checkpoints/step-2.safetensors") == before)
    let resumed = try train(folder, "run", "--resume", "auto", "--max-steps", "4")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let unwritable = try train(folder, "/proc/run", "--max-steps", "1")
    #expect(unwritable.status == 74)
    #expect(unwritable.errors.contains("/proc/run"))
  }

  @Test func aDirectoryIsOneProcess() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let running = try Command.start(
      Executables.path("tessera"),
      [
        "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run", "--progress", "none",
        "--total-num-train-samples", "10000000", "--threads", "1",
      ], in: folder.path)
    let metricsPath = folder.path + "/run/metrics.jsonl"
    for _ in 0..<600
    where ((try? Data(contentsOf: URL(filePath: metricsPath)))?.count ?? 0) == 0 {
      usleep(50_000)
    }
    for flags in [["--resume", "auto"], ["--force"]] {
      let second = try Command.run(
        Executables.path("tessera"),
        ["train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run"] + flags,
        in: folder.path)
      #expect(second.status == 73)
      #expect(second.errors.contains("[run-in-progress]"))
    }
    kill(running.process.processIdentifier, SIGTERM)
    #expect(try running.finish().status == 143)
  }
}
