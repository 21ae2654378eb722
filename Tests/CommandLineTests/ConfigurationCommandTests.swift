import Foundation
import TestSupport
import Testing

/// What a user does with configurations: mends them by what is printed, converts, looks at origins.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct ConfigurationCommandTests {
  private static let root = GoldenReference.root.path

  private func tesserac(
    _ arguments: String..., in folder: TemporaryFolder
  ) throws -> Command.Output {
    try Command.run(Executables.path("tesserac"), arguments, in: folder.path)
  }

  /// `examples/pretrain_tiny.json` with a change.
  private func file(
    _ folder: TemporaryFolder, _ from: String, _ to: String
  ) throws {
    let text = try String(
      contentsOfFile: Self.root + "/examples/pretrain_tiny.json", encoding: .utf8)
    try #require(text.contains(from))
    try folder.write(Array(text.replacing(from, with: to).utf8), "config.json")
  }

  /// The options of the first printed remedy: what stands behind its colon.
  private func options(_ output: Command.Output) throws -> [String] {
    let line = try #require(
      output.errors.split(separator: "\n").first { $0.hasPrefix("  1. ") }, "\(output.errors)")
    let start = try #require(line.firstRange(of: ": --set ")?.lowerBound, "\(line)")
    // As a shell reads it.
    let shell = try Command.run("/bin/sh", ["-c", "printf '%s\\n' \(line[start...].dropFirst(2))"])
    return shell.text.split(separator: "\n").map(String.init)
  }

  /// Three typical mistakes, each mended by copying what is printed.
  @Test(arguments: [
    (#"["hid", "hid", "enc_out"]"#, #"["hid", "enc_out"]"#, "layer-count-mismatch"),
    (
      #""grad_acc_steps_per_replica": 6"#, #""grad_acc_steps_per_replica": 100"#,
      "accumulation-not-multiple"
    ),
    (#""replicas": 2"#, #""replicas": "2""#, "wrong-type"),
  ]) func mistakesAreMendedByThePrintedOption(from: String, to: String, code: String) throws {
    let folder = try TemporaryFolder()
    try file(folder, from, to)
    let refused = try tesserac("compile", "config.json", "-o", "x.ipub", in: folder)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("[\(code)]"))
    let mended = try Command.run(
      Executables.path("tesserac"),
      ["compile", "config.json", "-o", "x.ipub"] + (try options(refused)), in: folder.path)
    #expect(mended.status == 0, "\(mended.errors)")
  }

  @Test func aMisspeltKeyIsMendedByThePrintedName() throws {
    let folder = try TemporaryFolder()
    try file(folder, #""num_attention_heads""#, #""num_atention_heads""#)
    let refused = try tesserac("compile", "config.json", "-o", "x.ipub", in: folder)
    #expect(refused.status == 65)
    let remedy = "1. rename \"num_atention_heads\" to \"num_attention_heads\""
    #expect(refused.errors.contains(remedy), "\(refused.errors)")
    #expect(refused.errors.contains("config.json:8:5: error: "))
    let text = String(decoding: try folder.contents("config.json"), as: UTF8.self)
    try folder.write(
      Array(text.replacing("num_atention_heads", with: "num_attention_heads").utf8), "config.json")
    let mended = try tesserac("compile", "config.json", "-o", "x.ipub", in: folder)
    #expect(mended.status == 0, "\(mended.errors)")
  }

  @Test func fiveMistakesComeInOrder() throws {
    let folder = try TemporaryFolder()
    let text = try String(
      contentsOfFile: Self.root + "/examples/pretrain_tiny.json", encoding: .utf8
    )
    .replacing(#""vocab_size": 30528"#, with: #""vocab_size": 30528.5"#)
    .replacing(#""absolute""#, with: #""relative_key""#)
    .replacing(#""replicas": 2"#, with: #""replica": 2"#)
    .replacing("[0, 1, 0]", with: "[0, 1, 1]")
    .replacing(#""half""#, with: #""whole""#)
    try folder.write(Array(text.utf8), "config.json")
    let refused = try tesserac("config", "show", "config.json", "--format", "json", in: folder)
    #expect(refused.status == 65 && refused.errors.isEmpty)
    let document = try JSONSerialization.jsonObject(with: Data(refused.text.utf8)) as? [String: Any]
    let diagnostics = try #require(document?["diagnostics"] as? [[String: Any]])
    #expect(
      diagnostics.map { $0["code"] as? String } == [
        "wrong-type", "unknown-value", "unknown-key", "tied-weight-apart", "unknown-value",
      ])
    #expect(diagnostics.map { $0["line"] as? Int } == [7, 17, 20, 42, 44])
    #expect(diagnostics.allSatisfy { !(($0["remedies"] as? [Any])?.isEmpty ?? true) })
  }

  @Test func convertThereAndBack() throws {
    let folder = try TemporaryFolder()
    let config = Self.root + "/configs/pretrain_large_128_phase1.json"
    let there = try tesserac("config", "convert", config, "-o", "nested.json", in: folder)
    #expect(there.status == 0 && there.text.isEmpty, "\(there.errors)")
    let back = try tesserac(
      "config", "convert", "--config", "nested.json", "--to", "flat", in: folder)
    #expect(back.status == 0)
    try folder.write(Array(back.text.utf8), "flat.json")
    // The digest is the program's: the configuration's name and the run do not count.
    let digests = try [config, "nested.json", "flat.json"].map { path in
      let output = try tesserac(
        "compile", path, "-o", "x.ipub", "--force", "--format", "json", in: folder)
      let summary = try JSONSerialization.jsonObject(with: Data(output.text.utf8)) as? [String: Any]
      return try #require(summary?["program_digest"] as? String, "\(output)")
    }
    #expect(Set(digests).count == 1)
    let again = try tesserac("config", "convert", config, "-o", "nested.json", in: folder)
    #expect(again.status == 73)
  }

  @Test func originsAreFileFlagModelAndDefault() throws {
    let folder = try TemporaryFolder()
    let config = Self.root + "/configs/squad_base.json"
    let shown = try tesserac(
      "config", "show", config, "--origin", "--global-batch.replicas", "4", in: folder)
    #expect(shown.status == 0)
    func line(_ key: String) -> String {
      String(shown.text.split(separator: "\n").first { $0.hasPrefix("\(key) ") } ?? "")
    }
    #expect(line("replicas").hasSuffix("--global-batch.replicas 4"))
    #expect(line("bert_config.hidden_size").hasSuffix("bert-base-uncased"))
    #expect(line("num_epochs").hasSuffix("squad_base.json:3"))
    #expect(line("bert_config.hidden_act").hasSuffix("default"))
  }

  /// The flags of v2.5 to v3.4, with the values that the original takes for truth.
  @Test func flagsOfLaterReleases() throws {
    let folder = try TemporaryFolder()
    let shown = try tesserac(
      "config", "show", "--config", Self.root + "/examples/pretrain_tiny.json", "--compile-only",
      "true", "--enable-wandb", "0", "--generated-dataset", "No", "--logging", "ERROR",
      "--global-batch.micro-batch-size", "2", "--global-batch.grad-acc-steps-per-replica", "12",
      "--ipu-config.matmul-available-memory-proportion-per-pipeline-stage", "[0.3,0.4]",
      "--wandb-entity-name", "us", "--total-num-train-samples", "4800", in: folder)
    #expect(shown.status == 0, "\(shown.errors)")
    let values = [
      "compile_only*": "true", "wandb_opts.log_to_wandb": "false",
      "generated_dataset": "false", "logging*": "\"ERROR\"", "micro_batch_size": "2",
      "grad_acc_steps_per_replica": "12", "total_num_train_samples": "4800",
      "matmul_available_memory_proportion_per_pipeline_stage": "[0.3,0.4]",
      "wandb_opts.init.entity": "\"us\"",
    ]
    let lines = shown.text.split(separator: "\n").map { $0.split(separator: " ") }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      #expect(lines.contains { $0.first == key[...] && $0.last == value[...] }, "\(key)")
    }
    let twice = try tesserac("config", "show", "a.json", "--config", "b.json", in: folder)
    #expect(twice.status == 64 && twice.errors.contains("given twice"))
  }

  /// A GLUE file is sound and its model can be seen; a bundle to train it comes later.
  @Test func sequenceClassificationBuildsAndIsNotTrained() throws {
    let folder = try TemporaryFolder()
    let config = """
      {
        "bert_model_name": "prajjwal1/bert-tiny", "num_epochs": 3, "seed": 1,
        "global_batch": {"micro_batch_size": 1, "replicas": 1, "grad_acc_steps_per_replica": 30},
        "ipu_config": {
          "pipeline_stages": [["emb"], ["hid", "hid"], ["pool", "glue_head"]],
          "pipeline_device_mapping": [0, 1, 0],
          "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2],
          "replicated_tensor_sharding": false
        },
        "optimizer_opts": {"name": "AdamW", "weight_decay_rate": 0.01, "learning_rate": {
          "schedule_name": "up_down", "max_learning_rate": 2e-5, "warmup_frac": 0.1}},
        "global_batches_per_log": 1, "dataset_dir": "cache/", "output_dir": "out/"
      }
      """
    try folder.write(Array(config.utf8), "glue.json")
    let refused = try tesserac("compile", "glue.json", "-o", "x.ipub", in: folder)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("glue.json:5:24: error: "), "\(refused.errors)")
    #expect(refused.errors.contains("[task-not-trained]"))
    #expect(!(try folder.names.contains("x.ipub")))
    let printed = try tesserac(
      "compile", "glue.json", "--print-ir-after", "frontend", in: folder)
    #expect(printed.status == 0 && printed.text.contains("glue_loss"))
  }

  /// 200 changes of valid files, as a careless hand or a broken disk makes them: each compiles or is
  /// an error with a place.
  @Test func mutationsCompileOrAreLocated() async throws {
    let files = ["examples/pretrain_tiny.json", "configs/squad_base_checkpoint_path.json"]
    let folder = try TemporaryFolder()
    var texts = try files.map { [UInt8](try Data(contentsOf: URL(filePath: "\(Self.root)/\($0)"))) }
    for path in files {
      let nested = try tesserac("config", "convert", "\(Self.root)/\(path)", in: folder)
      texts.append(Array(nested.text.utf8))
    }
    let values = [
      "null", "-1", "0", "1", "7", "1e308", "NaN", "9223372036854775807", "[]", "{}", "\"hid\"",
      "[[]]", "true", "0.5", "[0, 1]", "\"\\ud800\"", "1e999",
    ]
    var generator = SplitMix64(seed: 2026)
    var compiled = 0
    for round in 0..<200 {
      var bytes = texts[round % texts.count]
      for _ in 0..<Int.random(in: 1...2, using: &generator) {
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: position)
        case 1: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        default:
          // The next value becomes another.
          guard let colon = bytes[position...].firstIndex(of: UInt8(ascii: ":")),
            let end = bytes[colon...].firstIndex(where: { ",}\n".utf8.contains($0) })
          else { continue }
          let value = values.randomElement(using: &generator) ?? "null"
          bytes.replaceSubrange(colon + 1..<end, with: value.utf8)
        }
      }
      try folder.write(bytes, "mutant.json")
      let output = try tesserac(
        "compile", "mutant.json", "-o", "mutant.ipub", "--force", "-q", in: folder)
      if output.status == 0 {
        compiled += 1
        continue
      }
      #expect(output.status == 65, "round \(round): \(output)")
      let errors = output.errors.split(separator: "\n").filter { $0.contains(": error: ") }
      #expect(!errors.isEmpty, "round \(round)")
      #expect(
        errors.allSatisfy {
          $0.firstMatch(of: /^mutant\.json:\d+:\d+: error: .*\[[a-z0-9-]+\]$/) != nil
        },
        "round \(round): \(output.errors)")
    }
    #expect(compiled > 5 && compiled < 180, "\(compiled) of 200 compile")
  }
}
