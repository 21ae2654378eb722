import Compiler
import Foundations
import GraphIR
import Operations
import TestSupport
import Testing
import Transforms

/// `recompute{mode=within-bytes}`: what is kept fits, no more than needed is computed again, and all bits
/// stay.
@Suite struct BoundedRecomputationTests {
  private static let large = 1 << 40

  private static func run(_ bytes: Int, on module: Module) throws -> Module {
    var module = module
    try Recomputation.pass.run(
      on: &module, PassOptions([("mode", "within-bytes"), ("bytes", "\(bytes)")]))
    try Verifier.check(module, after: "recompute")
    return module
  }

  /// The least bound that can be met: the error says it.
  private static func least(_ module: Module) throws -> Int {
    let error = #expect(throws: TesseraError.self) { try run(0, on: module) }
    #expect(error?.exitCode == .doesNotFit)
    #expect(error?.diagnostics.map(\.code) == [.activationsDoNotFit])
    let text = try #require(error?.diagnostics.first?.message)
    let number = try #require(text.firstMatch(of: /at least (\d+) bytes/)?.1)
    return try #require(Int(number))
  }

  /// The bytes that each stage hands its backward function, in all copies: counted from the text alone.
  /// Parameters and the micro-batch's tensors are arguments of `@micro_batch`, and do not count.
  private static func stash(_ module: Module) throws -> [Int] {
    let function = try #require(module["micro_batch"])
    let stages = (module.functions.compactMap { $0.placement?.stage }.max() ?? 0) + 1
    return (0..<stages).map { stage in
      guard
        let backward = function.allOperations.first(where: {
          function[$0].operation == .control(.call("stage_\(stage)_backward"))
        })
      else { return 0 }
      let gradients = Set(
        function.allOperations.drop { id in
          guard case .control(.call(let callee)) = function[id].operation else { return true }
          return !callee.contains("_backward")
        })
      let kept = Set(function[backward].operands).filter { operand in
        guard let id = function.operation(defining: operand), !gradients.contains(id) else {
          return false
        }
        if case .source = function[id].operation { return false }
        return true
      }
      let bytes = kept.reduce(0) { $0 + function.type(of: $1).byteCount }
      return bytes * (2 * (stages - 1 - stage) + 1)
    }
  }

  /// The live bytes of a micro-batch right before the last stage's forward function, and those of them that
  /// it takes.
  private static func aliveBeforeLastStage(
    _ module: Module, _ analysis: inout LiveBytesAnalysis
  ) throws -> (held: Int, taken: Int) {
    let function = try #require(module["micro_batch"])
    let levels = analysis.liveBytes(of: function).levels
    let place = try #require(
      levels.lastIndex {
        guard case .control(.call(let callee)) = function[$0.operation].operation else {
          return false
        }
        return callee.hasPrefix("stage_") && callee.hasSuffix("_forward")
      })
    let taken = Set(function[levels[place].operation].operands).filter {
      function.operation(defining: $0) != nil
    }
    return (
      levels[place - 1].after, taken.reduce(0) { $0 + function.type(of: $1).byteCount }
    )
  }

  private static let pipelines = [
    ("emb;hid,hid,enc_out;pool,heads", "0,1,0"), ("emb,hid;hid,enc_out,pool,heads", "0,1"),
    ("emb,hid,hid,enc_out;pool,heads", "0,1"),
  ]

  /// At every bound where something changes, and between: bits as without recomputation; the stash within
  /// the bound; the same again changes nothing.
  @Test(arguments: pipelines)
  func stages(stages: String, devices: String) throws {
    let cut = try PartitionTests.trainingStep(stages: stages, devices: devices)
    let keeping = try Self.run(Self.large, on: cut.module)
    #expect(keeping.text == cut.module.text, "a bound that is large computes something again")
    let most = try #require(try Self.stash(cut.module).dropLast().max())
    let least = try Self.least(cut.module)
    #expect(least < most / 4, "\(least) of \(most)")
    var (texts, peaks): ([String], [Int]) = ([], [])
    for step in 0...12 {
      let bound = least + (most - least) * step / 12
      let module = try Self.run(bound, on: cut.module)
      // The last stage's backward pass follows at once.
      let stash = try Self.stash(module).dropLast()
      #expect(stash.allSatisfy { $0 <= bound }, "\(bound): \(stash)")
      #expect(try Self.run(bound, on: module).text == module.text, "\(bound): not idempotent")
      var analysis = LiveBytesAnalysis(module)
      peaks.append(analysis.peak(of: "micro_batch"))
      let alive = try Self.aliveBeforeLastStage(module, &analysis)
      let copies = stash.indices.map { 2 * (stash.count - $0) + 1 }
      #expect(alive.held <= copies.reduce(alive.taken) { $0 + bound / $1 })
      if texts.last != module.text {
        texts.append(module.text)
        try expectSameMeaning(cut.uncut, module, .bits, "\(stages), \(bound) bytes")
      }
    }
    #expect(texts.count > 2)
    #expect(peaks[0] < peaks[12], "\(peaks)")
  }

  /// The functions that are called to compute again, of all functions: a larger bound never has more.
  @Test(arguments: pipelines + [("", "")])
  func aLargerBoundComputesNoMoreAgain(stages: String, devices: String) throws {
    let module =
      stages.isEmpty
      ? try PartitionTests.uncut.compiled(upTo: "training-step").module
      : try PartitionTests.trainingStep(stages: stages, devices: devices).module
    let least = try Self.least(module)
    var before: [String: Int]?
    let bounds = (0...40).map { least + $0 * least / 4 } + [Self.large]
    for (step, bound) in bounds.enumerated() {
      let found = try Self.run(bound, on: module)
      var calls: [String: Int] = [:]
      for function in found.functions {
        for callee in function.callees { calls["\(function.name) \(callee)", default: 0] += 1 }
      }
      if let before {
        for (name, count) in calls where name.contains("backward encoder_layer") {
          #expect(count <= before[name] ?? 0, "\(name) at step \(step)")
        }
        #expect(
          calls.values.reduce(0, +) <= before.values.reduce(0, +), "more calls at step \(step)")
      }
      before = calls
    }
  }

  /// From stage inputs alone: the plain layer runs again to give the next one's input.
  @Test func fromStageInputs() throws {
    let cut = try PartitionTests.trainingStep(
      stages: "emb;hid,hid,enc_out;pool,heads", devices: "0,1,0")
    let least = try Self.least(cut.module)
    let module = try Self.run(least, on: cut.module)
    #expect(
      module["stage_1_backward"]?.callees == [
        "encoder_output_backward", "encoder_layer", "encoder_layer_forward",
        "encoder_layer_backward", "encoder_layer_forward", "encoder_layer_backward",
      ])
    #expect(
      module["stage_1_forward"]?.callees == [
        "encoder_layer", "encoder_layer", "encoder_output_forward",
      ])
    // What the stage is given: the hidden states and the bias of the attention, or what comes of the mask.
    let hidden = 8 * 16 * 2
    #expect(least >= 3 * hidden && least < 3 * 2 * hidden, "\(least)")
  }

  /// Where stages are not functions layers are kept or computed again one by one, early ones first.
  @Test func inOneFunction() throws {
    let compiled = try PartitionTests.uncut.compiled(upTo: "training-step")
    #expect(try Self.run(Self.large, on: compiled.module).text == compiled.module.text)
    let least = try Self.least(compiled.module)
    var calls: [[String]] = []
    for bound in stride(from: least, to: least * 40, by: max(1, least / 8)) {
      let module = try Self.run(bound, on: compiled.module)
      #expect(try Self.run(bound, on: module).text == module.text)
      let layers = try #require(module["micro_batch"]).callees.filter { $0.contains("layer") }
      if calls.last != layers {
        calls.append(layers)
        try expectSameMeaning(compiled, module, .bits, "\(bound) bytes")
      }
    }
    let (plain, forward, backward) = (
      "encoder_layer", "encoder_layer_forward", "encoder_layer_backward"
    )
    #expect(
      calls == [
        [plain, plain, forward, backward, forward, backward],
        [plain, forward, backward, forward, backward], [forward, forward, backward, backward],
      ])
  }

  @Test(arguments: MicroModel.all)
  func meaning(model: MicroModel) throws {
    let compiled = try model.compiled(upTo: "training-step")
    let least = try Self.least(compiled.module)
    for bound in [least, 2 * least, 4 * least] {
      let passes = "recompute{mode=within-bytes bytes=\(bound)}"
      try expectSameMeaning(passes, model)
      try expectSameMeaning("\(passes),cse,dce,schedule", model)
    }
  }

  /// Another cost model makes other choices: what is dear to compute is kept.
  @Test func costsAreAsked() throws {
    struct Dear: CostModel {
      var dear: String
      mutating func cost(of function: String) -> Cost {
        Cost(cycles: function.hasPrefix(dear) ? 1e12 : 1)
      }
      mutating func cost(of operation: OperationID, in function: Function) -> Cost { Cost() }
    }
    let cut = try PartitionTests.trainingStep(
      stages: "emb,hid;hid,enc_out,pool,heads", devices: "0,1")
    let most = try #require(try Self.stash(cut.module).first)
    func callees(dear: String) throws -> [String] {
      var module = cut.module
      try Recomputation.pass { _ in Dear(dear: dear) }.run(
        on: &module, PassOptions([("mode", "within-bytes"), ("bytes", "\(most - 1)")]))
      return try #require(module["stage_0_forward"]).callees
    }
    #expect(try callees(dear: "embeddings") == ["embeddings_forward", "encoder_layer"])
    #expect(try callees(dear: "encoder_layer") == ["embeddings", "encoder_layer_forward"])
  }

  @Test func mistakes() throws {
    var module = Module()
    let missing = #expect(throws: TesseraError.self) {
      try Recomputation.pass.run(on: &module, PassOptions([("mode", "within-bytes")]))
    }
    #expect(missing?.diagnostics.map(\.code) == [.badPassOption])
    let negative = #expect(throws: TesseraError.self) {
      try Recomputation.pass.run(
        on: &module, PassOptions([("mode", "within-bytes"), ("bytes", "-1")]))
    }
    #expect(negative?.diagnostics.map(\.code) == [.badPassOption])
  }
}
