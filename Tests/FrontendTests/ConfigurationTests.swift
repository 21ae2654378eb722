import Foundations
import Frontend
import Recipe
import TestSupport
import Testing

private let root = Checkout.root.path

private let shipped =
  [
    "pretrain_base_128_phase1", "pretrain_base_384_phase2", "pretrain_large_128_phase1",
    "pretrain_large_384_phase2", "pretrain_tiny_128_phase1", "squad_base",
    "squad_base_checkpoint_path",
  ].map { "configs/\($0).json" } + ["examples/pretrain_tiny.json"]

@Suite struct ConfigurationTests {
  private static func load(
    _ path: String, _ overrides: [Override] = [], precision: Precision = .fp16
  ) throws -> LoadedConfiguration {
    try Configuration.load(path: "\(root)/\(path)", overrides: overrides, precision: precision)
  }

  @Test(arguments: shipped) func shippedFilesLoad(path: String) throws {
    let loaded = try Self.load(path)
    let needsCheckpoint = path.contains("phase2") || path.contains("checkpoint_path")
    let codes = loaded.remarks.map(\.code.rawValue).filter { $0 != "not-in-effect" }
    #expect(
      codes.filter { $0 != "key-of-other-task" } == (needsCheckpoint ? ["no-checkpoint"] : []))
    let recipe = loaded.recipe
    let decoded = try TrainingRecipe.decode(
      program: recipe.encodedProgram(), run: recipe.encodedRun())
    #expect(decoded == recipe)
  }

  @Test func valuesOfTheTinyExample() throws {
    let recipe = try Self.load("examples/pretrain_tiny.json").recipe
    let program = recipe.program
    #expect(recipe.run.configurationName == "pretrain_tiny")
    #expect(program.task == .pretraining(maximumPredictions: 20))
    #expect(program.sequenceLength == 128)
    #expect(
      program.model
        == BertConfiguration(
          hiddenSize: 128, vocabularySize: 30_528, attentionHeads: 2, layers: 2,
          intermediateSize: 512))
    #expect(program.optimizer == Optimizer(.adamW, weightDecay: 0.01))
    #expect(program.pipeline.encoderLayerStages == [1, 1])
    #expect(program.pipeline.stage(of: .heads) == 2)
    #expect(program.pipeline.ipusPerReplica == 2)
    #expect(program.availableMemoryProportions == [0.2, 0.2])
    #expect(program.embeddingSerializationFactor == 6)
    #expect(recipe.run.lossScale == LossScale(16))
    #expect(recipe.run.learningRate == .upDown(maximum: 0.006, warmupFraction: 0.28))
    #expect(recipe.run.totalSamples == 540)
    #expect(recipe.run.seed == 1984)
    #expect(try recipe.batchArithmetic(datasetSize: 64).globalBatchSize == 12)
  }

  /// What fine-tuning follows is not said to be without effect.
  @Test func foldersOfFineTuningAreInEffect() throws {
    let remarks = try Self.load("configs/squad_base.json").remarks.map(\.description)
    for key in ["cache_dir", "output_dir"] {
      #expect(remarks.allSatisfy { !$0.contains(key) }, "\(remarks)")
    }
  }

  @Test func valuesOfSquad() throws {
    let byName = try Self.load("configs/squad_base.json").recipe
    #expect(byName.program.task == .questionAnswering)
    #expect(byName.program.sequenceLength == 512)
    #expect(byName.program.model.vocabularySize == 30_522)
    #expect(byName.program.model.layers == 12)
    #expect(byName.run.modelName == "bert-base-uncased")
    #expect(byName.run.epochs == 3)
    #expect(byName.run.lossScale == nil)
    let path = try Override(setting: "pretrained_ckpt_path=x")
    let length = try Override(setting: "bert_config.max_seq_length=384")
    let loaded = try Self.load("configs/squad_base_checkpoint_path.json", [path, length])
    #expect(loaded.remarks.allSatisfy { [.notInEffect, .keyOfOtherTask].contains($0.code) })
    #expect(loaded.recipe.program.sequenceLength == 384)
    #expect(loaded.recipe.program.model.vocabularySize == 30_400)
    #expect(loaded.recipe.run.globalBatchesPerLog == 5)
  }

  @Test func severalMistakesComeInSourceOrder() {
    let text = ConfigurationFixture.pretraining
      .replacing(#""hidden_size": 128"#, with: #""hidden_size": "x""#)
      .replacing(#""num_hidden_layers": 2"#, with: #""num_hidden_layers": 3"#)
      .replacing(#""replicas": 2"#, with: #""replica": 2"#)
      .replacing(#""LAMB""#, with: #""SGD""#)
      .replacing("[0, 1, 0]", with: "[0, 1]")
      .replacing(#", "seed": 1984"#, with: "")
    #expect(
      ConfigurationFixture.mistakes(text) == [
        "f.json:1:1 missing-key", "f.json:4:74 wrong-type", "f.json:11:26 unknown-key",
        "f.json:13:30 unknown-value", "f.json:18:22 layer-count-mismatch",
        "f.json:19:21 device-mapping-length",
      ])
  }

  @Test func messages() throws {
    let text = ConfigurationFixture.pretraining
      .replacing(#""replicas": 2"#, with: #""replicas": "2""#)
    #expect(
      ConfigurationFixture.diagnostics(text).map(\.description) == [
        "f.json:11:38: error: replicas must be a whole number from 1 to 4096,"
          + " but is the string \"2\" [wrong-type]\n"
          + "  1. set replicas to 2: --set replicas=2"
      ])
  }

  @Test func overrides() throws {
    func mistakes(_ settings: String...) throws -> [String] {
      ConfigurationFixture.mistakes(
        ConfigurationFixture.pretraining,
        overrides: try settings.map { try Override(setting: $0) })
    }
    let loaded = try ConfigurationFixture.read(
      ConfigurationFixture.pretraining,
      overrides: [
        try Override(setting: "optimizer_opts.name=AdamW"), try Override(setting: "name=1e3"),
        try Override(setting: "device_mapping=[0,1,0]"), try Override(setting: "loss_scaling=null"),
        try Override(setting: "wandb_opts.init.tags=[\"a\"]"),
        try Override(setting: "learning_rate.lr_schedule=constant"),
        Override(flag: "--dataset-dir", value: "$D/x"),
        Override(flag: "--total-num-train-samples", value: "640"),
        try Override(setting: "seed=1"), try Override(setting: "seed=2"),
      ])
    let recipe = loaded.recipe
    #expect(recipe.program.optimizer.kind == .adamW)
    #expect(recipe.program.pipeline.devices == [0, 1, 0])
    #expect(recipe.run.name == "1e3")
    #expect(recipe.run.lossScale == nil)
    #expect(recipe.run.wandbOptions == WandbOptions(tags: ["a"]))
    #expect(recipe.run.learningRate == .constant(maximum: 0.006))
    #expect(recipe.run.datasetDirectory == "$D/x")
    #expect(recipe.run.totalSamples == 640)
    #expect(recipe.run.seed == 2)

    #expect(
      try mistakes("replicas=x", "optimizer_opts.name=Lamp") == [
        "--set replicas=x:1:16 wrong-type", "--set optimizer_opts.name=Lamp:1:27 unknown-value",
      ])
    #expect(
      try mistakes("replica=1", "max_learning_rate=1", "device_mapping=[0, 1]") == [
        "--set replica=1:1:15 unknown-key", "--set max_learning_rate=1:1:25 unknown-key",
        "--set device_mapping=[0, 1]:1:22 device-mapping-length",
      ])
    #expect(try mistakes("bert_config=3").first == "--set bert_config=3:1:19 wrong-type")
    let deep = "wandb_opts.init" + String(repeating: ".a", count: 50_000)
    #expect(try mistakes("\(deep)=1") == ["--set \(deep)=1:1:\(deep.count + 8) unknown-key"])
    let error = #expect(throws: TesseraError.self) { try Override(setting: "seed") }
    #expect(error?.exitCode == .usage)
  }

  @Test func overridesMeetValuesOfTheWrongKind() throws {
    let text = ConfigurationFixture.pretraining
      .replacing(#"{"name": "LAMB", "params": {"weight_decay_rate": 0.01}}"#, with: "7")
    #expect(
      ConfigurationFixture.mistakes(
        text, overrides: [try Override(setting: "optimizer_opts.name=LAMB")]) == [
          "f.json:13:21 wrong-type", "--set optimizer_opts.name=LAMB:1:27 wrong-type",
        ])
  }

  @Test func extensions() throws {
    func program(
      _ settings: String..., precision: Precision = .fp16
    ) throws -> TrainingRecipe.Program {
      try Self.load(
        "configs/pretrain_tiny_128_phase1.json", settings.map { try Override(setting: $0) },
        precision: precision
      ).recipe.program
    }
    let key = "optimizer_opts.params.compute_precisions"
    #expect(try program().optimizer.kind == .lamb(lastProduct: .fp16))
    #expect(try program(precision: .fp32).optimizer.kind == .lamb(lastProduct: .fp32))
    #expect(try program("\(key)=fp32").optimizer.kind == .lamb(lastProduct: .fp32))
    #expect(
      try program("\(key)=[\"fp32\",\"fp16\"]", precision: .fp32).optimizer.kind
        == .lamb(lastProduct: .fp16))
    #expect(try program().model.activation == .geluTanh)
    #expect(try program("bert_config.hidden_act=gelu").model.activation == .gelu)
    #expect(
      try program("bert_config.max_seq_length=64", "total_num_train_samples=100000")
        .sequenceLength == 64)
  }

  @Test func publishedModels() throws {
    func model(_ name: String) throws -> BertConfiguration {
      let layers = name.contains("L-4") || name.contains("mini") ? 4 : 2
      let hid = [String](repeating: "\"hid\"", count: layers).joined(separator: ",")
      return try ConfigurationFixture.read(
        ConfigurationFixture.squad,
        overrides: [
          try Override(setting: "bert_model_name=\(name)"),
          try Override(setting: "pipeline_stages=[[\"emb\"],[\(hid)],[\"qa_head\"]]"),
        ]
      ).recipe.program.model
    }
    #expect(try model("prajjwal1/bert-tiny").hiddenSize == 128)
    #expect(try model("prajjwal1/bert-mini").attentionHeads == 4)
    #expect(try model("google/bert_uncased_L-4_H-512_A-8").intermediateSize == 2048)
    #expect(try model("google/bert_uncased_L-2_H-768_A-12").hiddenSize == 768)
  }

  @Test func theTaskMustBeClear() {
    #expect(ConfigurationFixture.mistakes("{}") == ["f.json:1:1 ambiguous-task"])
    #expect(
      ConfigurationFixture.mistakes(" {\"dataset_dir\": 1, \"num_epochs\": 1}")
        == ["f.json:1:2 ambiguous-task"])
    #expect(ConfigurationFixture.mistakes("[1]") == ["f.json:1:1 wrong-type"])
  }

  @Test func unreadableFiles() {
    let missing = #expect(throws: TesseraError.self) { try Self.load("configs/none.json") }
    #expect(missing?.exitCode == .inputMissing)
    let folder = #expect(throws: TesseraError.self) { try Self.load("configs") }
    #expect(folder?.exitCode == .inputOutput)
  }

  /// Files that are no JSON, or more than anyone writes, are one error at its place.
  @Test(arguments: [
    ("{\n  \"seed\": 1,\n}", "2:12 json-trailing-comma"),
    ("{\n  \"seed\": NaN\n}", "2:11 json-unexpected-character"),
    ("{\n  \"seed\": 1,\n  \"seed\": 2}", "3:3 json-duplicate-key"),
    ("{\"loss_scaling\": 1e400}", "1:18 json-number-out-of-range"),
    ("{\"seed\": 1", "1:11 json-unexpected-end"), ("", "1:1 json-unexpected-end"),
    (String(repeating: "[", count: 100_000), "1:65 json-nesting-too-deep"),
    (String(repeating: " ", count: 17 << 20), "1:1 json-too-large"),
  ]) func brokenFiles(text: String, place: String) throws {
    try Self.checkBroken(Array(text.utf8), place)
  }

  @Test func filesThatAreNotUnicode() throws {
    try Self.checkBroken(Array("{\n \"é\": \"".utf8) + [0xFF], "2:8 json-invalid-utf8")
  }

  private static func checkBroken(_ bytes: [UInt8], _ place: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, "f.json")
    let error = #expect(throws: TesseraError.self) { try Configuration.load(path: path) }
    let found = error?.diagnostics.map {
      "\($0.location?.line ?? 0):\($0.location?.column ?? 0) \($0.code.rawValue)"
    }
    #expect(error?.exitCode == .badData && found == [place])
  }

  /// Whatever happens to a file, reading it gives a recipe that holds or an error with a place.
  @Test(arguments: [ConfigurationFixture.pretraining, ConfigurationFixture.squad])
  func mutations(text: String) throws {
    let original = Array(text.utf8)
    let tokens = [
      "null", "-1", "0", "1e308", "9223372036854775807", "[]", "{}", "\"hid\"", "[[", "true",
    ]
    var refused = 0
    for round in 0..<200 {
      let random = RandomStream(seed: 7, stream: 0, replica: 0, microBatch: UInt32(round))
      func draw(_ index: Int, below limit: Int) -> Int { Int(random.word(index)) % limit }
      var bytes = original
      for change in 0...draw(0, below: 3) {
        let position = draw(4 * change + 1, below: bytes.count)
        switch draw(4 * change + 2, below: 4) {
        case 0: bytes.remove(at: position)
        case 1: bytes[position] = UInt8(draw(4 * change + 3, below: 256))
        case 2:
          // One whole token for another.
          let end = bytes[position...].firstIndex { ",]}:".utf8.contains($0) } ?? position
          bytes.replaceSubrange(
            position..<end, with: tokens[draw(4 * change + 3, below: tokens.count)].utf8)
        default:
          let length = min(draw(4 * change + 3, below: 40), bytes.count - position)
          bytes += bytes[position..<position + length]
          bytes.removeSubrange(position..<position + length)
        }
      }
      let result = Result<LoadedConfiguration, TesseraError> { () throws(TesseraError) in
        try Configuration.read(bytes: bytes, file: "f", precision: .fp16)
      }
      switch result {
      case .success(let loaded):
        let recipe = loaded.recipe
        #expect(recipe.violations().isEmpty)
        let decoded = try TrainingRecipe.decode(
          program: recipe.encodedProgram(), run: recipe.encodedRun())
        #expect(decoded == recipe)
      case .failure(let error):
        refused += 1
        #expect(error.exitCode == .badData)
        #expect(!error.diagnostics.isEmpty)
        #expect(error.diagnostics.allSatisfy { $0.location != nil })
      }
    }
    #expect(refused > 100)
  }
}
