import Bundle
import Compiler
import Foundations
import GraphIR
import Recipe
import TestSupport
import Testing

/// What users change about the phases: passes left out, stages chosen.
@Suite struct PhaseSettingsTests {
  private static let model = MicroModel.all[0]

  private static func compiled(_ disabled: [String]) throws -> MicroModel.Compiled {
    var compiled = try model.compiled(upTo: "schedule")
    var options = CompilationOptions()
    try options.phases.disable(disabled)
    var phases: [String] = []
    compiled.module = try Compilation(compiled.recipe, options: options) { phases.append($0.name) }
      .module
    #expect(Set(phases).isDisjoint(with: options.phases.disabledPasses))
    #expect(phases.contains("frontend") && phases.contains("training-step"))
    return compiled
  }

  /// Each pass alone left out, and all: the bundle's program runs, and trains to the same weights.
  @Test(arguments: PassRegistry.all.map { [$0.name] } + [["all"]])
  func passesAreLeftOut(names: [String]) throws {
    let whole = try Self.model.compiled(upTo: "schedule")
    let part = try Self.compiled(names)
    try expectSameMeaning(whole, part.module, .relative(1e-4), names.joined())
  }

  /// The same on four IPUs: five stages, LAMB, two replicas that share out an optimizer state which lies in
  /// streaming memory.
  @Test(arguments: PassRegistry.all.map { [$0.name] } + [["all"]])
  func passesAreLeftOutOnFourIPUs(names: [String]) throws {
    let model = MicroModel(
      "four IPUs",
      [
        #"pipeline_stages=[["emb"],["hid"],["hid","enc_out"],["pool"],["heads"]]"#,
        "device_mapping=[0,1,2,3,0]", "grad_acc_steps_per_replica=10",
        "matmul_available_memory_proportion_per_pipeline_stage=[0.2,0.2,0.2,0.2]",
        "optimizer_opts.name=LAMB", "optimizer_state_offchip=true",
        "replicated_tensor_sharding=true", "min_remote_tensor_size=64",
      ], precision: .fp32, replicas: 2)
    func module(without names: [String]) throws -> Module {
      var options = CompilationOptions()
      try options.phases.disable(names)
      return try Compilation(compiled.recipe, options: options).module
    }
    let compiled = try model.compiled(upTo: "frontend")
    let whole = try module(without: ["shard"])
    let all = try ShardedResults(compiled, module(without: []), like: whole)
    let part = try ShardedResults(compiled, module(without: names), like: whole)
    let found =
      differences(all.interpreted, part.interpreted, .relative(1e-4)).map { "interpreter: \($0)" }
      + differences(all.executed, part.executed, .relative(1e-4)).map { "engine: \($0)" }
    #expect(found == [], "\(names)")
  }

  @Test func allIsEveryPass() throws {
    var phases: [String] = []
    var options = CompilationOptions()
    try options.phases.disable(["all"])
    _ = try Compilation(Self.model.compiled(upTo: "frontend").recipe, options: options) {
      phases.append($0.name)
    }
    #expect(phases == ["frontend", "training-step"])
  }

  @Test(arguments: [
    ("outlin", "no pass 'outlin'", "outline"), ("frontend", "cannot be left out", ""),
    ("training-step", "cannot be left out", ""), ("al", "no pass 'al'", "all"),
  ])
  func namesThatAreNone(name: String, words: String, nearest: String) throws {
    var settings = PhaseSettings()
    let error = #expect(throws: TesseraError.self) { try settings.disable(["cse", name]) }
    let diagnostic = try #require(error?.diagnostics.first)
    #expect(diagnostic.code == .unknownPass && error?.exitCode == .usage)
    #expect(diagnostic.message.contains(words))
    #expect(diagnostic.remedies.map(\.text) == (nearest.isEmpty ? [] : ["use \(nearest)"]))
  }

  /// Chosen stages against the file's, from the configuration to the last phase: the same weights, bit for
  /// bit.
  @Test(arguments: [
    ("fp32", Precision.fp32, 1, 0.0), ("fp16, dropout, replicas", .fp16, 2, 0.1),
  ])
  func chosenStages(name: String, precision: Precision, replicas: Int, dropout: Double) throws {
    func model(_ settings: [String]) -> MicroModel {
      MicroModel(name, settings, precision: precision, replicas: replicas, dropout: dropout)
    }
    let written = try model([]).compiled(upTo: "schedule")
    let mapping = try PipelineChoice(written.recipe.program).mapping
    #expect(mapping != written.recipe.program.pipeline)
    let devices = mapping.devices.map(String.init).joined(separator: ",")
    let chosen = try model([
      "pipeline_stages=\(JSON.Plain.stages(mapping.stages).text())", "device_mapping=[\(devices)]",
    ]).compiled(upTo: "schedule")
    #expect(chosen.recipe.program.pipeline == mapping)
    #expect(chosen.module.text != written.module.text)
    try expectSameMeaning(written, chosen.module, .bits)
  }
}
