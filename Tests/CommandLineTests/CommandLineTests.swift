import Foundation
import TestSupport
import Testing

/// The executables as a user calls them: output, exit codes, files.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct CommandLineTests {
  /// A folder with a small data set and the demo's configuration, made smaller.
  struct Folder: ~Copyable {
    let path: String

    init() throws {
      path =
        FileManager.default.temporaryDirectory
        .appendingPathComponent("tessera-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
      try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }

    func run(_ tool: String, _ arguments: String...) throws -> Command.Output {
      try Command.run(Executables.path(tool), arguments, in: path)
    }

    /// `demo.ipub` and the folder `data`.
    func makeBundleAndData() throws {
      let texts = (0..<8).map { document in
        (0..<12).map { "The ship number \(document) brings salt on day \($0) of the month." }
          .joined(separator: "\n")
      }
      try write(texts.joined(separator: "\n\n"), to: "text.txt")
      try FileManager.default.createDirectory(
        atPath: path + "/data", withIntermediateDirectories: true)
      for arguments in [
        ["data", "vocabulary", "text.txt", "--size", "1600", "-o", "vocab.txt"],
        [
          "data", "pretraining", "text.txt", "--vocabulary", "vocab.txt", "--sequence-length", "32",
          "--mask-tokens", "5", "-o", "data/train.tfrecord",
        ],
      ] {
        let output = try Command.run(Executables.path("tessera"), arguments, in: path)
        try #require(output.status == 0, "\(output.errors)")
      }
      let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
      let output = try run("tesserac", "compile", demo, "-o", "demo.ipub")
      try #require(output.status == 0, "\(output.errors)")
    }
  }

  @Test func aWrongConfigurationIsLocated() throws {
    let folder = try Folder()
    let path = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("\"hidden_size\"", with: "\"hiden_size\"")
      .replacing("\"replicas\": 1", with: "\"replicas\": \"one\"")
    try folder.write(text, to: "bad.json")
    let output = try folder.run("tesserac", "compile", "bad.json", "-o", "bad.ipub")
    #expect(output.status == 65)
    #expect(output.text.isEmpty)
    #expect(output.errors.contains("bad.json:6:5: error: "))
    #expect(output.errors.contains("rename \"hiden_size\" to \"hidden_size\""))
    #expect(output.errors.contains(#/bad.json:\d+:15: error: replicas must be/#))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/bad.ipub"))
  }

  @Test func exitCodesOfMissingAndForeignFiles() throws {
    let folder = try Folder()
    try folder.write("no bundle", to: "text.ipub")
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    #expect(try folder.run("tesserac", "compile", "absent.json", "-o", "x.ipub").status == 66)
    #expect(try folder.run("tesserac", "compile", demo).status == 64)
    #expect(try folder.run("tesserac", "compile", demo, "-o", "text.ipub").status == 73)
    #expect(try folder.run("tesserac", "compile", demo, "-o", "text.ipub", "--force").status == 0)
    #expect(try folder.run("tessera", "inspect", "absent.ipub").status == 66)
    try folder.write("no bundle", to: "other.ipub")
    #expect(try folder.run("tessera", "inspect", "other.ipub").status == 3)
    #expect(try folder.run("tessera", "train", "text.ipub", "--dataset-dir", "none").status == 66)
    #expect(try folder.run("tessera", "train", "text.ipub", "--threads", "0").status == 64)
  }

  /// Two folders and file names, one program.
  @Test func digestsDoNotDependOnPlaces() throws {
    var digests: Set<String> = []
    for name in ["a.json", "b.json"] {
      let folder = try Folder()
      let path = GoldenReference.root.appendingPathComponent("examples/pretrain_tiny.json").path
      try folder.write(try String(contentsOfFile: path, encoding: .utf8), to: name)
      let output = try folder.run(
        "tesserac", "compile", name, "-o", "\(name).ipub", "--format", "json", "--dataset-dir", name
      )
      let summary = try JSONSerialization.jsonObject(with: Data(output.text.utf8))
      let fields = try #require(summary as? [String: Any])
      digests.insert(try #require(fields["program_digest"] as? String))
    }
    #expect(digests.count == 1)
  }

  @Test func theGraphIsPrinted() throws {
    let folder = try Folder()
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    let output = try folder.run("tesserac", "compile", demo, "--print-ir-after", "all")
    #expect(output.status == 0)
    #expect(output.text.components(separatedBy: "\"builtin.module\"").count > 3)
    #expect(output.text.contains("\n// -----\n"))
    #expect(try folder.run("tesserac", "compile", demo, "-o", "-").status == 64)
    #expect(output.text.contains("sym_name = \"training_step\""))
    #expect(try folder.run("tesserac", "compile", demo, "--print-ir-after", "x").status == 64)
  }

  @Test func inspectShowsEachPart() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let summary = try folder.run("tessera", "inspect", "demo.ipub", "--verify")
    #expect(summary.status == 0)
    #expect(summary.text.contains("pre-training"))
    let stages = try folder.run("tessera", "inspect", "demo.ipub", "stages").text
    #expect(stages.contains("hid 0 to 1"))
    #expect(stages.contains("forward kcycles"))
    let code = try folder.run("tessera", "inspect", "demo.ipub", "stages", "--format", "json").text
    #expect(code.contains("\"stage_0_forward\", \"stage_0_backward\""))
    let tensors = try folder.run("tessera", "inspect", "demo.ipub", "tensors").text
    #expect(tensors.contains("bert.encoder.layer.1.output.LayerNorm.bias"))
    let ir = try folder.run("tessera", "inspect", "demo.ipub", "ir").text
    #expect(ir.hasPrefix("\"builtin.module\"() ({\n"))
    for part in ["summary", "stages", "tensors", "memory", "schedule"] {
      let json = try folder.run("tessera", "inspect", "demo.ipub", part, "--format", "json").text
      let fields = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      #expect((fields?["schema"] as? String)?.hasPrefix("tessera.bundle-\(part)/") == true)
      guard part == "summary" else { continue }
      // Two moments of 4 bytes for each parameter, the large ones in streaming memory.
      let state = try #require(fields?["optimizer_state_bytes"] as? [String: Int])
      let count = try #require(fields?["parameter_count"] as? Int)
      let (streaming, tile) = (try #require(state["streaming"]), try #require(state["tile"]))
      #expect(streaming > tile && tile > 0 && streaming + tile == 8 * count)
    }
  }

  @Test func trainEvaluateAndTheRunDirectory() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let train = try folder.run(
      "tessera", "train", "demo.ipub", "--dataset-dir", "data", "--max-steps", "3", "--run-dir",
      "run",
      "--save-ckpt-path", "saved", "--progress", "plain")
    #expect(train.status == 0, "\(train.errors)")
    #expect(
      train.text.contains(
        #/step: 3, mlm_loss: [\d.]+, nsp_loss: [\d.]+.*throughput: [\d.]+ samples/sec/#))
    let metrics = try String(contentsOfFile: folder.path + "/run/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n")
    #expect(metrics.count == 3)
    #expect(
      metrics[0].contains(
        #/^\{"schema":"tessera.metrics\/1","weight_update":1,"samples":24,"mlm_loss":[\d.]+,"nsp_loss":[\d.]+,"mlm_acc":[\d.]+,"nsp_acc":[\d.]+,"learning_rate":[\d.e-]+,"loss_scale":64(\.0)?,"samples_per_second":[\d.]+\}$/#
      ))
    for file in ["run/summary.json", "run/config.json", "saved/model.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: folder.path + "/" + file))
    }
    #expect(
      try folder.run("tessera", "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run")
        .status == 73)
    let evaluation = try folder.run(
      "tessera", "evaluate", "demo.ipub", "--dataset-dir", "data", "--pretrained-ckpt-path",
      "saved",
      "--max-batches", "4", "--format", "json", "--dump-outputs", "out.safetensors")
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let fields =
      try JSONSerialization.jsonObject(with: Data(evaluation.text.utf8)) as? [String: Any]
    #expect(fields?["samples"] as? Int == 16)
    #expect((fields?["masked_unigram_entropy_nat"] as? Double ?? 0) > 0.5)
    for name in ["mlm_acc", "nsp_acc"] {
      #expect((0...1).contains(try #require(fields?[name] as? Double)), "\(name)")
    }
    #expect(FileManager.default.fileExists(atPath: folder.path + "/out.safetensors"))
  }

  /// What cannot be written is told before the work; what could not be saved is saved elsewhere.
  @Test func unwritableOutputsAreToldFirst() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let train = try folder.run(
      "tessera", "train", "demo.ipub", "--dataset-dir", "data", "--max-steps", "1", "--run-dir",
      "run",
      "--save-ckpt-path", "/nonexistent/a/x.safetensors")
    #expect(train.status == 74)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/metrics.jsonl"))
    try folder.write("mine", to: "mine.safetensors")
    let existing = try folder.run(
      "tessera", "train", "demo.ipub", "--dataset-dir", "data", "--max-steps", "1", "--run-dir",
      "two",
      "--save-ckpt-path", "mine.safetensors")
    #expect(existing.status == 73)
    let evaluation = try folder.run(
      "tessera", "evaluate", "demo.ipub", "--dataset-dir", "data", "--dump-outputs",
      "mine.safetensors")
    #expect(evaluation.status == 73)
    // A program that nothing cut into stages has no plan, and so no tiles.
    let whole = try folder.run(
      "tesserac", "compile", GoldenReference.root.appendingPathComponent("examples/demo.json").path,
      "--disable-pass", "partition", "-o", "whole.ipub")
    #expect(whole.status == 0)
    #expect(whole.errors.contains("[no-plan]"))
    let tiles = try folder.run(
      "tessera", "train", "whole.ipub", "--dataset-dir", "data", "--max-steps", "1", "--device",
      "ipu-tile", "--run-dir", "three")
    #expect(tiles.status == 69)
    #expect(tiles.errors.contains("[no-tile-program]"))
    #expect(evaluation.text.isEmpty)
    let device = try folder.run(
      "tessera", "data", "vocabulary", "text.txt", "--size", "100", "-o", "/dev/null", "--force")
    #expect(device.status == 73)
  }

  /// Paths of a configuration are kept as written, and mean what they mean where the run is:
  /// variables of its environment, and relative to its working directory.
  @Test func pathsExpandWhereTheRunIs() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    let compiled = try folder.run(
      "tesserac", "compile", demo, "-o", "paths.ipub", "--dataset-dir", "${TESSERA_KIND}/",
      "--save-ckpt-path", "$TESSERA_PLACE/end.safetensors")
    try #require(compiled.status == 0, "\(compiled.errors)")
    func train(_ environment: [String: String], _ run: String) throws -> Command.Output {
      try Command.run(
        Executables.path("tessera"), ["train", "paths.ipub", "--run-dir", run, "--max-steps", "1"],
        in: folder.path, environment: environment)
    }
    let trained = try train(["TESSERA_KIND": "data", "TESSERA_PLACE": "saved"], "first")
    #expect(trained.status != 0 && trained.errors.contains("saved"), "the folder is not there")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/saved", withIntermediateDirectories: true)
    let again = try train(["TESSERA_KIND": "data", "TESSERA_PLACE": "saved"], "second")
    #expect(again.status == 0, "\(again.errors)")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/saved/end.safetensors"))
    let unset = try train(["TESSERA_KIND": "data"], "third")
    #expect(unset.status == 65 && unset.errors.contains("TESSERA_PLACE"), "\(unset.errors)")
  }

  /// A run whose optimizer state is in parts ends with the bits of one that has it whole, with the state in
  /// streaming memory too.
  @Test func aShardedRunEndsWithTheSameWeights() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    var weights: [Data] = []
    for sharding in ["true", "false"] {
      let settings = [
        "replicas=3", "grad_acc_steps_per_replica=6", "optimizer_opts.name=AdamW",
        "min_remote_tensor_size=2000", "replicated_tensor_sharding=\(sharding)",
      ]
      let compiled = try Command.run(
        Executables.path("tesserac"),
        ["compile", demo, "-o", "\(sharding).ipub"] + settings.flatMap { ["--set", $0] },
        in: folder.path)
      try #require(compiled.status == 0, "\(compiled.errors)")
      let train = try folder.run(
        "tessera", "train", "\(sharding).ipub", "--dataset-dir", "data", "--max-steps", "3",
        "--run-dir", "run-\(sharding)", "--save-ckpt-path", "saved-\(sharding)", "--progress",
        "plain")
      try #require(train.status == 0, "\(train.errors)")
      weights.append(
        try Data(
          contentsOf: URL(filePath: "\(folder.path)/saved-\(sharding)/model.safetensors")))
      let summary = try folder.run("tessera", "inspect", "\(sharding).ipub").text
      #expect(summary.contains("one of 3 parts a replica") == (sharding == "true"))
    }
    #expect(weights[0] == weights[1])
  }

  /// The schedule with numbers, through the batch arithmetic: 44 samples of 4 a weight update are 10
  /// updates after its rounding, of which ⌊0.28 · 10⌋ = 2 warm up.
  @Test func theScheduleIsThatOfTheMetrics() throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    let settings =
      [
        "micro_batch_size=2", "grad_acc_steps_per_replica=2",
        "learning_rate.lr_schedule_params.max_learning_rate=0.006",
        "learning_rate.lr_schedule_params.warmup_frac=0.28",
      ] + OneStage.pretraining
    let compiled = try Command.run(
      Executables.path("tesserac"),
      ["compile", demo, "-o", "short.ipub"] + settings.flatMap { ["--set", $0] }, in: folder.path)
    try #require(compiled.status == 0)
    let train = try folder.run(
      "tessera", "train", "short.ipub", "--dataset-dir", "data", "--run-dir", "run",
      "--total-num-train-samples", "44")
    #expect(train.status == 0, "\(train.errors)")
    let rates = try String(contentsOfFile: folder.path + "/run/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n").map { line in
        let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(fields?["learning_rate"] as? Double)
      }
    let expected = [1e-7, 0.003, 0.006, 0.0045, 0.00375, 0.003, 0.00225, 0.0015, 0.00075, 1e-7]
    #expect(rates.count == expected.count)
    #expect(zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-9 })
    let config = try String(contentsOfFile: folder.path + "/run/config.json", encoding: .utf8)
    #expect(config.contains(#/"total_num_train_samples": 44/#))
  }

  /// Ctrl-C: the update that runs is finished, the parameters are saved, and the exit code says so.
  @Test(.timeLimit(.minutes(2)), arguments: [(SIGINT, 130), (SIGTERM, 143)])
  func signalsEndARunCleanly(signal: Int32, status: Int) throws {
    let folder = try Folder()
    try folder.makeBundleAndData()
    let running = try Command.start(
      Executables.path("tessera"),
      [
        "train", "demo.ipub", "--dataset-dir", "data", "--run-dir", "run", "--progress", "none",
        "--total-num-train-samples", "10000000", "--threads", "1",
      ], in: folder.path)
    let metrics = folder.path + "/run/metrics.jsonl"
    for _ in 0..<600 where ((try? Data(contentsOf: URL(filePath: metrics)))?.count ?? 0) == 0 {
      usleep(50_000)
    }
    kill(running.process.processIdentifier, signal)
    let output = try running.finish()
    #expect(output.status == status)
    let lines = try String(contentsOfFile: metrics, encoding: .utf8).split(separator: "\n")
    #expect(!lines.isEmpty)
    let checkpoint = folder.path + "/run/checkpoints/step-\(lines.count).safetensors"
    #expect(FileManager.default.fileExists(atPath: checkpoint))
    let summary = try String(contentsOfFile: folder.path + "/run/summary.json", encoding: .utf8)
    #expect(summary.contains("\"end\": \"interrupted\""))
  }
}
