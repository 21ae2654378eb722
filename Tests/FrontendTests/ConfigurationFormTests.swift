import Foundation
import Foundations
import Frontend
import Recipe
import TestSupport
import Testing

private func read(_ text: String, _ settings: String...) throws -> LoadedConfiguration {
  try ConfigurationFixture.read(text, overrides: try settings.map { try Override(setting: $0) })
}

private let files =
  ((try? FileManager.default.contentsOfDirectory(atPath: Checkout.root.path + "/configs")) ?? [])
  .sorted().map { "configs/\($0)" } + ["examples/demo.json", "examples/pretrain_tiny.json"]
  + ["phase1", "phase2", "squad"].map { "examples/training/\($0).json" }

@Suite struct ConfigurationFormTests {
  /// The nested form with its defaults spelled out in the flat form is the same recipe.
  @Test func defaultsOfTheNestedForm() throws {
    let nested = try read(ConfigurationFixture.nested).recipe
    var flat = try read(
      ConfigurationFixture.pretraining, "embedding_serialization_factor=2",
      "use_cls_layer=false", "use_qkv_bias=false", "use_qkv_split=false",
      "use_projection_bias=false"
    ).recipe
    #expect(nested.program == flat.program)
    #expect(nested.program.model.variant == .nestedDefault)
    #expect(flat.run.wandbOptions == nil)
    flat.run.lossScale = LossScale(16)
    #expect(nested.run == flat.run)
    #expect(nested.program.minimumRemoteTensorSize == 50_000)
    #expect(nested.program.keepsOptimizerStateOffChip && nested.program.usesOutlining)
    #expect(nested.run.checkpointInterval == 2000)
  }

  /// Accuracies are reported unless the file says otherwise, and belong to the program.
  @Test(
    arguments: [
      ConfigurationFixture.pretraining, ConfigurationFixture.nested, ConfigurationFixture.squad,
      ConfigurationFixture.glue,
    ]) func accuraciesAreReported(text: String) throws
  {
    #expect(try read(text).recipe.program.reportsAccuracy)
    #expect(try read(text, "show_accuracy=true").recipe.program.reportsAccuracy)
    let quiet = try read(text, "show_accuracy=false")
    #expect(!quiet.recipe.program.reportsAccuracy)
    #expect(quiet.remarks.allSatisfy { !$0.description.contains("show_accuracy") })
  }

  @Test func flatFilesAreTheWholeOfBert() throws {
    #expect(
      try read(ConfigurationFixture.pretraining).recipe.program.model.variant == .huggingFace)
  }

  /// A file and its translation, and the translation back, are one recipe; the second translation
  /// changes nothing any more.
  @Test(arguments: files) func translationOfFiles(path: String) throws {
    let loaded = try Configuration.load(path: "\(Checkout.root.path)/\(path)")
    try Self.checkTranslation(of: loaded, name: loaded.recipe.run.configurationName)
  }

  @Test(
    arguments: [
      ConfigurationFixture.pretraining, ConfigurationFixture.nested, ConfigurationFixture.squad,
      ConfigurationFixture.glue,
    ]) func translation(text: String) throws
  {
    try Self.checkTranslation(of: try read(text), name: "f")
  }

  private static func checkTranslation(of loaded: LoadedConfiguration, name: String) throws {
    let form = loaded.values.form
    let there = loaded.values.converted(to: form.other, runName: loaded.recipe.run.name)
    func read(_ text: String) throws -> LoadedConfiguration {
      try Configuration.read(bytes: Array(text.utf8), file: "\(name).json")
    }
    let translated = try read(there.configuration.text(.indented))
    #expect(translated.values.form == form.other)
    let back = translated.values.converted(to: form, runName: translated.recipe.run.name)
    let returned = try read(back.configuration.text(.indented))
    for other in [translated, returned] {
      #expect(other.recipe.program == loaded.recipe.program)
      var run = other.recipe.run
      // What is lost is said to be lost.
      let lost = (there.remarks + back.remarks).map(\.message)
      #expect(lost.allSatisfy { $0.contains("notes") || $0.contains("left out") }, "\(lost)")
      if run.wandbOptions != loaded.recipe.run.wandbOptions {
        #expect(
          loaded.recipe.run.wandbOptions.map { $0.notes != nil || !$0.others.isEmpty } ?? true)
        run.wandbOptions = loaded.recipe.run.wandbOptions
      }
      #expect(run == loaded.recipe.run)
    }
    let again = returned.values.converted(to: form, runName: returned.recipe.run.name)
    #expect(again.configuration == back.configuration)
  }

  @Test func everyKeyHasAPlaceInBothFormsOrIsSaidToBeLost() {
    let nested = ConfigurationForm.translations.map(\.nested)
    #expect(Set(nested).count == nested.count)
    for (flat, path) in ConfigurationForm.translations {
      #expect(ConfigurationForm.nested.path(of: flat) == path)
      #expect(ConfigurationForm.flat.path(of: flat) == flat)
    }
    #expect(
      ConfigurationForm.nested.path(of: "device_mapping[2]")
        == "ipu_config.pipeline_device_mapping[2]")
  }

  /// The published nested SQuAD files have these where the flat form has them, too.
  @Test func sequenceLengthsInTheModel() throws {
    let text = ConfigurationFixture.nested
      .replacing(#""max_seq_length": 128, "max_predictions_per_seq": 20,"#, with: "")
      .replacing(
        #""bert_config": {"#,
        with: #""bert_config": {"max_seq_length": 128, "max_predictions_per_seq": 20,"#)
    #expect(try read(text).recipe == read(ConfigurationFixture.nested).recipe)
  }

  @Test func keysOfOtherTasksAreNotes() throws {
    let squad = ConfigurationFixture.squad
      .replacing(#"["qa_head"]"#, with: #"["enc_out", "pool", "qa_head"]"#)
      .replacing(#""seed": 1984"#, with: #""seed": 1984, "loss_scaling": "any""#)
    let loaded = try read(squad)
    let notes = loaded.remarks.filter { $0.code == .keyOfOtherTask }
    #expect(notes.map(\.severity) == [.note, .note, .note])
    #expect(notes.map { $0.location?.line } == [9, 9, 14])
    #expect(loaded.recipe == (try read(ConfigurationFixture.squad)).recipe)
    let pretraining = try read(
      ConfigurationFixture.pretraining
        .replacing(#""seed": 1984"#, with: #""seed": 1984, "cache_dir": 7"#))
    #expect(pretraining.remarks.contains { $0.message.contains("pre-training does without it") })
  }

  @Test func warnings() throws {
    func codes(_ text: String, _ settings: String...) throws -> [String] {
      try ConfigurationFixture.read(
        text, overrides: try settings.map { try Override(setting: $0) }
      ).remarks.filter { $0.severity == .warning }.map {
        "\($0.location.map { "\($0)" } ?? "nowhere") \($0.code.rawValue)"
      }
    }
    #expect(try codes(ConfigurationFixture.nested) == [])
    #expect(
      try codes(
        ConfigurationFixture.pretraining, "replicas=1", "replicated_tensor_sharding=true")
        == ["--set replicated_tensor_sharding=true:1:34 sharding-needs-replicas"])
    #expect(
      try codes(ConfigurationFixture.nested, "max_seq_length=384") == ["f.json:1:1 no-checkpoint"])
    #expect(
      try codes(ConfigurationFixture.nested, "max_seq_length=384", "pretrained_ckpt_path=x") == [])
    #expect(
      try codes(ConfigurationFixture.nested, "enable_wandb=true", "generated_dataset=true") == [])
  }

  @Test func sequenceClassification() throws {
    let loaded = try read(ConfigurationFixture.glue)
    #expect(loaded.recipe.program.task == .sequenceClassification(.rte))
    #expect(loaded.recipe.program.sequenceLength == 512)
    #expect(loaded.values.task == "GLUE")
    let standard = try read(
      ConfigurationFixture.glue.replacing(#""glue_task": "rte", "#, with: ""))
    #expect(standard.recipe.program.task == .sequenceClassification(.mrpc))
  }

  @Test func originsOfValues() throws {
    let values = try read(ConfigurationFixture.glue, "global_batch.replicas=2").values
    func origin(_ path: String) -> String? {
      values.entries.first { $0.path == path }?.origin.description
    }
    #expect(origin("num_epochs") == "f.json:4")
    #expect(origin("global_batch.replicas") == "--set global_batch.replicas=2")
    #expect(origin("bert_config.hidden_size") == "prajjwal1/bert-tiny")
    #expect(origin("use_cls_layer") == "default")
    #expect(origin("max_predictions_per_seq") == nil)
    let size = values.entries.first { $0.path == "bert_config.hidden_size" }
    #expect(size?.value == 128)
  }

  /// The original's flags reach the values of both forms; `--set` takes the file's own keys.
  @Test func flagsOfBothForms() throws {
    let flags = [
      Override(flag: "--global-batch.replicas", value: "4"),
      Override(flag: "--enable-wandb", value: "Yes"),
      Override(flag: "--wandb-project-name", value: "123"),
    ]
    for text in [ConfigurationFixture.nested, ConfigurationFixture.pretraining] {
      let recipe = try ConfigurationFixture.read(text, overrides: flags).recipe
      #expect(recipe.program.replicas == 4)
      #expect(recipe.run.wandbOptions?.isEnabled == true)
      #expect(recipe.run.wandbOptions?.project == "123")
    }
    let mistakes = ConfigurationFixture.diagnostics(
      ConfigurationFixture.nested, overrides: [try Override(setting: "replicas=4")])
    #expect(mistakes.map(\.code) == [.mixedForms])
    #expect(mistakes.first?.remedies == ["set global_batch.replicas instead of \"replicas\""])
    let number = ConfigurationFixture.diagnostics(
      ConfigurationFixture.nested,
      overrides: [try Override(setting: "optimizer_opts.loss_scaling=1e400")])
    #expect(number.map(\.code) == [.jsonNumberOutOfRange])
  }

  /// Both forms say the same of Weights & Biases.
  @Test func weightsAndBiasesOfBothForms() throws {
    let flat = try read(
      ConfigurationFixture.pretraining, "wandb_opts.log_to_wandb=true",
      "wandb_opts.init.project=p", "wandb_opts.init.entity=e", #"wandb_opts.init.tags=["a"]"#)
    let nested = try read(
      ConfigurationFixture.nested, "enable_wandb=true", "wandb_project_name=p",
      "wandb_entity_name=e", #"wandb_tags=["a"]"#)
    let expected = WandbOptions(isEnabled: true, project: "p", entity: "e", tags: ["a"])
    #expect(flat.recipe.run.wandbOptions == expected)
    #expect(nested.recipe.run.wandbOptions == expected)
    #expect(flat.remarks.allSatisfy { !$0.message.contains("wandb") })

    let enabled = try read(ConfigurationFixture.pretraining, "wandb_opts.log_to_wandb=true").recipe
    #expect(enabled.run.wandbOptions == WandbOptions(isEnabled: true))
    let defaults = try read(ConfigurationFixture.nested, "enable_wandb=true").recipe
    #expect(
      defaults.run.wandbOptions
        == WandbOptions(isEnabled: true, project: "TF2-BERT", entity: "sw-apps", tags: []))
  }

  @Test func flatRunsAreCalledAfterTheFile() throws {
    #expect(try read(ConfigurationFixture.pretraining).recipe.run.name == nil)
    let named = try read(ConfigurationFixture.pretraining, "wandb_opts.init.name=tiny").recipe
    #expect(named.run.name == "f-tiny")
    let both = try read(
      ConfigurationFixture.pretraining, "wandb_opts.init.name=tiny", "name=mine"
    ).recipe
    #expect(both.run.name == "mine")
  }
}
