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
    ("sede=1", .unknownKey, .usage), ("seed=x", .wrongType, .badData),
    ("learning_rate.lr_schedule_params.warmup_frac=2", .outOfRange, .badData),
  ])
  func theRestIsRefused(setting: String, code: DiagnosticCode, exit: ExitCode) throws {
    let error = #expect(throws: TesseraError.self) { try overridden(setting) }
    #expect(error?.diagnostics.first?.code == code)
    #expect(error?.exitCode == exit)
    guard code == .compiledIn else { return }
    #expect(error?.diagnostics.first?.remedies.first?.text.contains("--set \(setting)") == true)
  }

  @Test func aCompiledValueMayBeSaidAgain() throws {
    #expect(
      try overridden("micro_batch_size=\(recipe.program.microBatchSize)") == recipe)
  }
}
