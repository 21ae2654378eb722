import Bundle
import Compiler
import Foundation
import Foundations
import Frontend
import GraphIR
import Operations
import Recipe
import Runtime
import TestSupport
import Testing
import TrainingStep
import Transforms

/// Gradients that are added to their accumulators where they are made.
@Suite struct AccumulationTests {
  /// All bits are those of the sums at the end of each micro-batch, but for the tied embedding, whose
  /// two gradients are added one by one: in the training step that is another rounding.
  private func expectSameMeaningButTied(
    _ compiled: MicroModel.Compiled, _ module: Module, tolerance: Double, _ note: String = ""
  ) throws {
    let before = try Results(compiled, compiled.module)
    let after = try Results(compiled, module)
    for (before, after) in [
      (before.interpreted, after.interpreted), (before.executed, after.executed),
    ] {
      func isTied(_ result: NamedResult) -> Bool {
        result.entry == "training_step"
          && result.port?.name.hasSuffix("word_embeddings.weight") == true
      }
      #expect(before.filter(isTied).count == 3)
      let rest = differences(
        before.filter { !isTied($0) }, after.filter { !isTied($0) }, .bitsWithoutSignOfZero)
      #expect(rest == [], "\(note)")
      let tied = differences(
        before.filter(isTied), after.filter(isTied), .relative(tolerance))
      #expect(tied == [], "\(note)")
    }
  }

  private static func tolerance(_ module: Module) -> Double {
    let isHalf = module.functions.contains { $0.values.contains { $0.type.element == .f16 } }
    return isHalf ? 2e-3 : 1e-6
  }

  @Test(arguments: MicroModel.all)
  func meaning(model: MicroModel) throws {
    for phase in ["training-step", "dce"] {
      let compiled = try model.compiled(upTo: phase)
      var module = compiled.module
      try GradientAccumulation.pass.run(on: &module)
      try Verifier.check(module, after: "accumulate")
      let once = module.text
      #expect(once != compiled.module.text)
      try GradientAccumulation.pass.run(on: &module)
      #expect(module.text == once, "accumulate changes its own result")
      try expectSameMeaningButTied(
        compiled, module, tolerance: Self.tolerance(module), "after \(phase)")
    }
    // Where accumulators are is planned anew for outlined and ordered functions.
    let compiled = try model.compiled(upTo: "dce")
    let module = try model.compiled(upTo: "schedule").module
    try expectSameMeaningButTied(
      compiled, module, tolerance: Self.tolerance(module), "to the end")
  }

  /// In one piece and in other pieces, with the embedding in one piece.
  @Test(arguments: [
    ("emb;hid,hid,enc_out;pool,heads", "0,1,0"), ("emb,hid;hid,enc_out,pool,heads", "0,1"),
    ("emb;hid;hid,enc_out;pool;heads", "0,1,2,3,0"),
  ])
  func otherPipelines(stages: String, devices: String) throws {
    let cut = try PartitionTests.trainingStep(stages: stages, devices: devices)
    var module = cut.module
    try DeadCodeElimination.pass.run(on: &module)
    try GradientAccumulation.pass.run(on: &module)
    try Verifier.check(module, after: "accumulate")
    try expectSameMeaningButTied(cut.uncut, module, tolerance: 2e-3, stages)
    // No slices: the lookup's rows are added to the table's, the projection's gradient as a whole.
    let embeddings = try #require(module["embeddings_backward"])
    #expect(embeddings.count { $0 == .accumulation(.rows) } == 2)
    #expect(embeddings.count { if case .indexing = $0 { true } else { false } } == 0)
  }

  /// Micro-batches without stages stay independent, and are computed several at a time.
  @Test func programsWithoutStagesStay() throws {
    let compiled = try PartitionTests.uncut.compiled(upTo: "dce")
    var module = compiled.module
    try GradientAccumulation.pass.run(on: &module)
    #expect(module.text == compiled.module.text)
    let demo = try Configuration.load(
      path: Checkout.path("examples/demo.json"),
      overrides: try OneStage.pretraining.map { try Override(setting: $0) }, precision: .fp16
    ).recipe
    let engine = try Engine(Compilation(demo).program, replicas: 1, threads: 2)
    #expect(engine.laneCount > 1)
  }

  /// Only losses and accuracies are added at the end of a micro-batch, no table's gradient is joined anywhere, and the
  /// head's gradient of the table goes through the embeddings of the same chain.
  @Test func nothingIsJoined() throws {
    let compiled = try MicroModel.all[1].compiled(upTo: "accumulate")
    let module = compiled.module
    let replica = try #require(module[TrainingStep.replicaFunction])
    let body = try #require(replica.allOperations.lazy.compactMap { replica[$0].body }.first)
    let sums = replica[body].operations.filter {
      replica[$0].operation == .elementwise(.binary(.add))
        && replica.type(of: replica[$0].results[0]).element.isFloat
    }
    #expect(sums.count == 4)
    #expect(sums.allSatisfy { replica.type(of: replica[$0].results[0]).rank == 0 })
    let microBatch = try #require(module[TrainingStep.microBatchFunction])
    #expect(microBatch.count { $0 == .elementwise(.binary(.add)) } == 0)
    let table = compiled.parameters[0].type
    for function in module.functions where !function.isEntry {
      for id in function.allOperations {
        let node = function[id]
        guard node.results.contains(where: { function.type(of: $0) == table }) else { continue }
        switch node.operation {
        case .movement(.concatenate), .movement(.pad), .indexing(.scatterAddRows):
          Issue.record("@\(function.name) joins a gradient: \(node.operation)")
        default: continue
        }
      }
    }
    #expect(try #require(module["heads_backward"]).count { $0.isSliceAccumulation } == 4)
    #expect(
      try #require(module["embedding_slice_backward"]).count { $0 == .accumulation(.rows) } == 1)
  }

  /// Fine-tuning looks rows of the word embedding up and does nothing else with it. Six micro-batches of
  /// eight rows, in one or in four slices, are fewer bytes than a table of 256.
  @Test(arguments: [
    ("fp16, dropout, replicas", Precision.fp16, true, 4),
    ("fp16, one slice", .fp16, false, 1), ("fp32", .fp32, true, 4),
  ])
  func rowLists(name: String, precision: Precision, isSliced: Bool, entries: Int) throws {
    let model = MicroModel(
      name, ["bert_config.vocab_size=256", "replace_layers=\(isSliced)"], precision: precision,
      isClassification: true, replicas: 2, dropout: 0.1)
    let compiled = try model.compiled(upTo: "dce")
    var (dense, listed) = (compiled.module, compiled.module)
    try GradientAccumulation.pass.run(on: &dense, PassOptions([("row-list", "never")]))
    try GradientAccumulation.pass.run(on: &listed)
    try Verifier.check(listed, after: "accumulate")
    let once = listed.text
    try GradientAccumulation.pass.run(on: &listed)
    #expect(listed.text == once, "accumulate changes its own result")

    let replica = try #require(listed[TrainingStep.replicaFunction])
    let table = compiled.parameters[0].type
    let buffers = replica.allOperations.compactMap { id -> TensorType? in
      if case .source(.undefined(let type)) = replica[id].operation { type } else { nil }
    }
    #expect(
      buffers == [
        TensorType([6 * entries, 8, 16], table.element), TensorType([6 * entries, 8], .i32),
      ])
    #expect(buffers.reduce(0) { $0 + $1.byteCount } < table.byteCount)
    #expect(replica.count { $0 == .indexing(.scatterAddRows(rows: 256)) } == 1)
    // The token types have two rows, far fewer than are looked up.
    let embeddings = try #require(listed["embeddings_backward"])
    #expect(embeddings.count { $0 == .accumulation(.rows) } == 1)
    #expect(!embeddings.argumentTypes.contains(table) && !embeddings.resultTypes.contains(table))

    // No parameter has two gradients: dense accumulation keeps all bits. Lists round a row's sum once.
    try expectSameMeaning(compiled, dense, .bitsWithoutSignOfZero, name)
    let tolerance = Tolerance.relative(precision == .fp16 ? 2e-3 : 1e-6)
    try expectSameMeaning(compiled, listed, tolerance, name)
    try expectSameMeaning(
      compiled, try model.compiled(upTo: "schedule").module, tolerance, "\(name), to the end")
    let before = try Results(compiled, compiled.module)
    let after = try Results(compiled, listed)
    func isTable(_ result: NamedResult) -> Bool {
      result.entry == "training_step"
        && result.port?.name.hasSuffix("word_embeddings.weight") == true
    }
    for (before, after) in [
      (before.interpreted, after.interpreted), (before.executed, after.executed),
    ] {
      #expect(
        differences(
          before.filter { !isTable($0) }, after.filter { !isTable($0) }, .bitsWithoutSignOfZero)
          == [])
    }
  }

  /// A list that is larger than the table would be no gain.
  @Test func largeListsAreNotMade() throws {
    let model = MicroModel("fp16", ["bert_config.vocab_size=128"], isClassification: true)
    let compiled = try model.compiled(upTo: "dce")
    var (dense, automatic) = (compiled.module, compiled.module)
    try GradientAccumulation.pass.run(on: &dense, PassOptions([("row-list", "never")]))
    try GradientAccumulation.pass.run(on: &automatic)
    #expect(automatic.text == dense.text && dense.text != compiled.module.text)
    #expect(throws: TesseraError.self) {
      try GradientAccumulation.pass.run(on: &dense, PassOptions([("row-list", "always")]))
    }
  }

  /// The most bytes of a micro-batch and of a replica's accumulation, with and without the pass, for
  /// the embedding in one piece and in slices.
  @Test(arguments: [
    ("configs/pretrain_base_128_phase1.json", 5), ("configs/pretrain_large_128_phase1.json", 2),
  ])
  func peaks(config: String, factor: Int) throws {
    struct Peaks {
      var microBatch: Int
      var replica: Int

      init(_ module: Module) throws {
        var analysis = LiveBytesAnalysis(module)
        microBatch = analysis.peak(of: TrainingStep.microBatchFunction)
        replica = analysis.peak(of: TrainingStep.replicaFunction)
      }
    }
    func peaks(_ factor: Int) throws -> (before: Peaks, after: Peaks) {
      let recipe = try Configuration.load(
        path: Checkout.path(config),
        overrides: [try Override(setting: "embedding_serialization_factor=\(factor)")],
        precision: .fp16
      ).recipe
      var module: Module?
      var accumulating: Module?
      _ = try Compilation(recipe) { finished in
        if finished.name == "dce" { module = finished.module }
        if finished.name == "accumulate" { accumulating = finished.module }
      }
      func peaks(_ module: Module?) throws -> Peaks {
        var module = try #require(module)
        try Outlining.pass.run(on: &module)
        try Schedule.pass.run(on: &module)
        return try Peaks(module)
      }
      return (try peaks(module), try peaks(accumulating))
    }
    let (whole, sliced) = (try peaks(1), try peaks(factor))
    print(
      "\(config): micro-batch \(whole.before.microBatch) -> \(whole.after.microBatch) bytes, in "
        + "\(factor) slices \(sliced.before.microBatch) -> \(sliced.after.microBatch); accumulation "
        + "\(whole.before.replica) -> \(whole.after.replica), in \(factor) slices "
        + "\(sliced.before.replica) -> \(sliced.after.replica)")
    #expect(sliced.after.microBatch < sliced.before.microBatch)
    #expect(sliced.after.microBatch <= whole.after.microBatch * 101 / 100)
    #expect(sliced.after.replica < sliced.before.replica * 3 / 4)
  }
}

extension Function {
  /// The operations that match.
  fileprivate func count(_ matches: (Operations.Operation) -> Bool) -> Int {
    allOperations.count { matches(self[$0].operation) }
  }
}

extension Operations.Operation {
  fileprivate var isSliceAccumulation: Bool {
    if case .accumulation(.slice) = self { true } else { false }
  }
}
