import Compiler
import Foundations
import GraphIR
import Operations
import Recipe
import TestSupport
import Testing
import TrainingStep
import Transforms

/// Stages of the micro model against the model in one piece.
@Suite struct PartitionTests {
  static let uncut = MicroModel(
    "fp16, dropout, replicas", OneStage.pretraining + ["replace_layers=false"], replicas: 2,
    dropout: 0.1)

  /// The uncut model's graph, cut into stages and made a training step.
  static func trainingStep(
    stages: String, devices: String, of model: MicroModel = uncut
  ) throws -> (uncut: MicroModel.Compiled, module: Module) {
    let frontend = try model.compiled(upTo: "frontend")
    var module = frontend.module
    try Partition.pass.run(
      on: &module, PassOptions([("stages", stages), ("devices", devices)]))
    try Verifier.check(module, after: "partition")
    let program = frontend.recipe.program
    module = try TrainingStep.adding(to: TrainingModel(module, program), program)
    try Verifier.check(module, after: "training-step")
    return (try model.compiled(upTo: "training-step"), module)
  }

  /// Losses, gradients and weights after a step, bit for bit. In the third pipeline the encoder's
  /// output skips two stages.
  @Test(arguments: [
    ("emb;hid,hid,enc_out;pool,heads", "0,1,0"), ("emb,hid;hid,enc_out,pool,heads", "0,1"),
    ("emb;hid;hid,enc_out;pool;heads", "0,1,2,3,0"),
  ])
  func stagesComputeTheSame(stages: String, devices: String) throws {
    let (uncut, module) = try Self.trainingStep(stages: stages, devices: devices)
    try expectSameMeaning(uncut, module, .bits, stages)
  }

  /// Forward and backward functions are placed with their stage, and run in order.
  @Test func derivativesArePlaced() throws {
    let module = try Self.trainingStep(stages: "emb,hid;hid,enc_out,pool,heads", devices: "0,1")
      .module
    let microBatch = try #require(module["micro_batch"])
    #expect(
      microBatch.callees == [
        "stage_0_forward", "stage_1_forward", "stage_1_backward", "stage_0_backward",
      ])
    for callee in microBatch.callees {
      let stage = callee.hasPrefix("stage_0") ? 0 : 1
      #expect(module[callee]?.placement == Placement(stage: stage, ipu: stage))
    }
  }

  @Test(arguments: [
    ("emb;hid,hid,enc_out;pool", DiagnosticCode.stageMissing, "'heads'"),
    ("emb;hid,enc_out;pool,heads", .layerCountMismatch, "'hid' 1 times"),
    ("emb;hid,hid,hid,enc_out;pool,heads", .layerCountMismatch, "'hid' 3 times"),
    ("emb,pool;hid,hid,enc_out;heads", .stageOrder, "stage 0 lists 'pool'"),
    ("hid,hid;emb,enc_out,pool,heads", .stageOrder, "@embeddings computes in stage 1"),
    ("emb;hid,hid,enc_out,gate;pool,heads", .unknownStage, "stage 1 lists 'gate'"),
    ("emb;;hid,hid,enc_out,pool,heads", .badPassOption, "stage 1"),
  ])
  func mistakes(stages: String, code: DiagnosticCode, words: String) throws {
    var module = try Self.uncut.compiled(upTo: "frontend").module
    let error = #expect(throws: TesseraError.self) {
      try Partition.pass.run(on: &module, PassOptions([("stages", stages)]))
    }
    #expect(error?.diagnostics.map(\.code) == [code])
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  /// A function that no entry of the table names is a mistake; with an entry it is a layer.
  @Test func theTableIsOpen() throws {
    var module = try Self.uncut.compiled(upTo: "frontend").module
    let pooler = try #require(module["pooler"])
    var renamed = Rewriter(pooler)
    renamed.rename(to: "my_gate")
    module.insert(renamed.function)
    let loss = try #require(module["loss"])
    var rewriter = Rewriter(loss)
    for id in loss.allOperations where loss[id].operation == .control(.call("pooler")) {
      rewriter.setOperation(id, to: .control(.call("my_gate")))
    }
    module.insert(rewriter.function)
    var options = PassOptions([("stages", "emb;hid,hid,enc_out;gate,heads")])
    let error = #expect(throws: TesseraError.self) { try Partition.pass.run(on: &module, options) }
    #expect(error?.diagnostics.map(\.code) == [.unknownStage])
    options["layers"] = "my_gate:gate"
    try Partition.pass.run(on: &module, options)
    #expect(module["stage_2"]?.callees == ["my_gate", "heads"])
    #expect(Verifier.violations(in: module) == [])
  }
}
