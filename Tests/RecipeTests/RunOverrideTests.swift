import Foundations
import Recipe
import Testing

/// What can be changed for a run of a bundle, and what cannot.
@Suite struct RunOverrideTests {
  private let recipe = TrainingRecipeTests.pretraining

  private func overridden(_ settings: String...) throws -> TrainingRecipe {
    try recipe.overridden(by: settings.map { try RunOverride(setting: $0) })
  }

  @Test func valuesOfARunAreReplacedInEitherForm() throws {
    let changed = try overridden(
      "seed=7", "optimizer_opts.loss_scaling=2048", "global_batches_per_log=5", "name=12",
      "optimizer_opts.learning_rate.max_learning_rate=0.5", "wandb_opts.init.project=mine")
    #expect(changed.run.seed == 7)
    #expect(changed.run.lossScale?.value == 2048)
    #expect(changed.run.globalBatchesPerLog == 5)
    #expect(changed.run.name == "12")
    guard case .upDown(let maximum, _) = changed.run.learningRate else {
      Issue.record("the schedule changed")
      return
    }
    #expect(maximum == 0.5)
    #expect(changed.run.wandbOptions?.project == "mine")
    #expect(changed.program == recipe.program)
    #expect(try overridden("loss_scaling=null").run.lossScale == nil)
  }

  @Test(arguments: [
    ("micro_batch_size=64", DiagnosticCode.compiledIn, ExitCode.incompatible),
    ("global_batch.replicas=64", .compiledIn, .incompatible),
    ("bert_config.hidden_size=64", .compiledIn, .incompatible),
    ("pipeline_stages[0]=x", .compiledIn, .incompatible),
    ("sede=1", .unknownKey, .badData), ("seed=x", .wrongType, .badData),
    ("learning_rate.lr_schedule_params.warmup_frac=2", .outOfRange, .badData),
  ])
  func theRestIsRefused(setting: String, code: DiagnosticCode, exit: ExitCode) throws {
    let error = #expect(throws: TesseraError.self) { try overridden(setting) }
    #expect(error?.diagnostics.first?.code == code)
    #expect(error?.exitCode == exit)
    guard code == .compiledIn else { return }
    #expect(error?.diagnostics.first?.remedies.first?.text.contains("--set \(setting)") == true)
  }

  /// What no run has is told apart: without effect, a group, or a slip with the key that was meant.
  @Test(arguments: [
    ("compile_only=true", "has no effect on a run", "leave it out"),
    ("logging=DEBUG", "has no effect on a run", "leave it out"),
    ("bert_config={}", "is a group", nil), ("global_batch=1", "is a group", nil),
    ("learning_rate=0.1", "is a group", nil), ("optimizer_opts.params={}", "is a group", nil),
    ("micro_batch_sise=1", "no such key", "write micro_batch_size"),
    ("global_batch.replica=1", "no such key", "write global_batch.replicas"),
    (
      "learning_rate.max_learning_rate=1", "no such key",
      "write learning_rate.lr_schedule_params.max_learning_rate"
    ),
    (
      "lerning_rate.lr_shedule_params.warmup=1", "no such key",
      "write learning_rate.lr_schedule_params.warmup_frac"
    ),
    (
      "lerning_rate.x=1", "no such key",
      "write learning_rate.lr_schedule, or another of its members"
    ),
    ("nothing.like.it=1", "no such key", nil),
  ])
  func unknownKeys(setting: String, message: String, remedy: String?) throws {
    let error = #expect(throws: TesseraError.self) { try overridden(setting) }
    let diagnostic = try #require(error?.diagnostics.first)
    #expect(diagnostic.code == .unknownKey)
    #expect(diagnostic.message.contains(message))
    #expect(diagnostic.remedies.first?.text == remedy)
  }

  @Test(arguments: [("=3", "=3"), ("", "="), ("seed", "seed=VALUE")])
  func aSettingWithoutAKeyOrAValue(argument: String, remedy: String) throws {
    let error = #expect(throws: TesseraError.self) { try RunOverride(setting: argument) }
    #expect(error?.exitCode == .usage)
    let text = try #require(error?.diagnostics.first?.remedies.first?.text)
    #expect(text.hasSuffix(remedy))
    #expect(!text.contains("=3="))
  }

  @Test func aCompiledValueMayBeSaidAgain() throws {
    #expect(
      try overridden("micro_batch_size=\(recipe.program.microBatchSize)") == recipe)
    #expect(try overridden("micro_batch_size=\(recipe.program.microBatchSize).0") == recipe)
    let places = recipe.program.pipeline.devices.map { "\($0).0" }.joined(separator: ",")
    #expect(try overridden("device_mapping=[\(places)]") == recipe)
  }
}
