import Bundle
import Compiler
import Foundations
import Frontend
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import Transforms

/// Optimizer state in streaming memory: the same weights, and nothing of it on the chip outside of the
/// weight update.
@Suite struct OffloadTests {
  /// After `outline` update functions are called by functions, and by several of them.
  @Test(arguments: MicroModel.all)
  func meaning(model: MicroModel) throws {
    try expectSameMeaning("offload{min-bytes=0}", model)
    try expectSameMeaning("outline,offload{min-bytes=128}", upTo: "dce", model)
    try expectSameMeaning("offload{min-bytes=0},outline,schedule", upTo: "dce", model)
    try expectSameMeaning("offload{min-bytes=0},inline,schedule", upTo: "dce", model)
  }

  // MARK: The executed program

  /// A run that finds the state only once the last tensor of a stream is asked for: what is read before
  /// is NaN. All iterations of the accumulation but the last are over by then, and the last runs the
  /// same kernels as they do.
  private struct LateState {
    let model: MicroModel.Compiled
    let module: Module
    var threads = 1
    /// The number of streams' tensors that a run asks for; nil leaves the state there from the start.
    var streamCount: Int?
    var bringsState = true

    struct Outcome {
      var bits: [[UInt8]] = []
      var streamCount = 0
      /// Whether all state is where it was given.
      var isInPlace = true
    }

    func run() throws -> Outcome {
      let function = try #require(module[EntryName.trainingStep])
      let program = Program(emitting: module, parameters: model.parameters)
      try program.validate()
      let engine = try Engine(
        program, replicas: model.recipe.program.replicas, threads: threads)
      let given = model.arguments(of: function)
      let arguments = given.map(HostTensor.init)
      let state = function.argumentPorts.indices.filter {
        function.argumentPorts[$0]?.role.isOptimizerState == true
      }
      if streamCount != nil {
        for index in state { arguments[index].set(nan(arguments[index].type)) }
      }
      var outcome = Outcome()
      let results = try engine.run(EntryName.trainingStep, arguments) {
        stream, replica, iteration, destination in
        outcome.streamCount += 1
        if bringsState, outcome.streamCount == streamCount {
          for index in state { arguments[index].set(given[index].values.map { Float($0) }) }
        }
        let tensor = HostTensor(try model.infeed(stream, replica, iteration))
        withExtendedLifetime(tensor) {
          destination.copyMemory(from: UnsafeRawBufferPointer(tensor.bytes))
        }
      }
      outcome.bits = results.map { Array($0.bytes) }
      for (port, result) in zip(function.resultPorts, results)
      where port?.role.isOptimizerState == true {
        let argument = try #require(function.argumentPorts.firstIndex(of: port))
        if result !== arguments[argument] { outcome.isInPlace = false }
      }
      return outcome
    }

    private func nan(_ type: TensorType) -> [Float] {
      Array(repeating: .nan, count: type.count)
    }
  }

  /// The training step with all state in streaming memory, as the pipeline would make it.
  private func offloaded(_ model: MicroModel) throws -> (MicroModel.Compiled, Module) {
    let compiled = try model.compiled(upTo: "dce")
    var module = compiled.module
    let passes = "offload{min-bytes=0},outline,schedule"
    for invocation in try PassInvocation.list(passes, among: PassRegistry.all) {
      try invocation.run(on: &module)
    }
    return (compiled, module)
  }

  @Test(arguments: MicroModel.all, [1, 2])
  func stateIsReadByTheUpdateAlone(model: MicroModel, threads: Int) throws {
    let (compiled, module) = try offloaded(model)
    var run = LateState(model: compiled, module: module, threads: threads)
    let expected = try run.run()
    let program = compiled.recipe.program
    #expect(expected.streamCount >= program.accumulationCount * program.replicas)
    run.streamCount = expected.streamCount
    let late = try run.run()
    #expect(late.bits == expected.bits, "state was read before the last micro-batch")
    #expect(expected.isInPlace && late.isInPlace)
    // What the run would look like.
    run.bringsState = false
    #expect(try run.run().bits != expected.bits)
  }

  /// A load before the accumulation is found.
  @Test func anEarlyLoadIsSeen() throws {
    let (compiled, module) = try offloaded(MicroModel.all[0])
    let step = try #require(module[EntryName.trainingStep])
    // The first moment that the entry has is loaded before all else, and stored where it was.
    let argument = try #require(
      step.argumentPorts.firstIndex { $0?.role == .firstMoment })
    let buffer = step.arguments[argument]
    var rewriter = Rewriter(step)
    rewriter.insertionPoint = .before(try #require(step[step.body].operations.first))
    let reloaded = rewriter.store(rewriter.load(buffer), in: buffer)
    for use in step[buffer].uses {
      rewriter.setOperand(use.operand, of: use.operation, to: reloaded)
    }
    var early = module
    early.insert(rewriter.function)
    try Verifier.check(early, after: "an early load")
    var run = LateState(model: compiled, module: early)
    let expected = try run.run()
    #expect(expected.bits == (try LateState(model: compiled, module: module).run().bits))
    run.streamCount = expected.streamCount
    #expect(try run.run().bits != expected.bits)
  }

  // MARK: The account

  /// What leaves the device is the state, but for what is loaded at a time.
  @Test func deviceBytesFall() throws {
    func module(_ isOffChip: Bool) throws -> Module {
      let recipe = try Configuration.load(
        path: Checkout.path("examples/pretrain_tiny.json"),
        overrides: [try Override(setting: "optimizer_state_offchip=\(isOffChip)")], precision: .fp16
      ).recipe
      return try Compilation(recipe).module
    }
    let (kept, moved) = (try module(false), try module(true))
    let step = try #require(kept[EntryName.trainingStep])
    let sizes = zip(step.argumentPorts, step.argumentTypes).filter {
      $0.0?.role.isOptimizerState == true
    }.map(\.1.byteCount)
    let large = sizes.filter { $0 >= 50_000 }
    #expect(!large.isEmpty && large.count < sizes.count)
    let state = large.reduce(0, +)
    func bytes(_ module: Module) throws -> (device: Int, streaming: Int, arena: Int) {
      let compiled = Program(emitting: module, parameters: [])
      let engine = try Engine(compiled)
      return (
        try engine.deviceByteCount(of: EntryName.trainingStep),
        try engine.streamingByteCount(of: EntryName.trainingStep), engine.arenaByteCount
      )
    }
    let (before, after) = (try bytes(kept), try bytes(moved))
    print(
      "device: \(before.device) bytes with the state on chip, \(after.device) without; "
        + "\(after.streaming) in streaming memory; arena \(before.arena), \(after.arena)")
    #expect(before.streaming == 0)
    #expect(after.streaming == state)
    // Two moments of one parameter are loaded at a time, and their next values made beside them.
    let largest = try #require(large.max())
    #expect(after.arena <= before.arena + 4 * largest)
    #expect(after.device - after.arena == before.device - before.arena - state)

    var (live, lower) = (LiveBytesAnalysis(kept), LiveBytesAnalysis(moved))
    let entry = try #require(moved[EntryName.trainingStep])
    #expect(
      lower.liveBytes(of: entry).argumentBytes == live.liveBytes(of: step).argumentBytes - state)
  }

  /// Parameters of one shape share one function, with one load and one store for each moment.
  @Test func equalShapesShareAFunction() throws {
    let recipe = try Configuration.load(
      path: Checkout.path("configs/pretrain_base_128_phase1.json"), precision: .fp16
    ).recipe
    var (before, after): (Module?, Module?)
    _ = try Compilation(recipe) { phase in
      if phase.name == "fuse" { before = phase.module }
      if phase.name == "offload" { after = phase.module }
    }
    let (kept, moved) = (try #require(before), try #require(after))
    #expect(kept.functions.map(\.name) == moved.functions.map(\.name))
    func count(_ remote: Remote, in function: Function) -> Int {
      function.allOperations.count { function[$0].operation == .remote(remote) }
    }
    var updates = 0
    for function in moved.functions {
      // The update of a layer hands its buffers on.
      let isUpdate =
        function.callees.isEmpty && function.argumentTypes.contains { $0.memory == .streaming }
      #expect(count(.load, in: function) == (isUpdate ? 2 : 0), "@\(function.name)")
      #expect(count(.store, in: function) == (isUpdate ? 2 : 0), "@\(function.name)")
      updates += isUpdate ? 1 : 0
    }
    let step = try #require(moved[EntryName.trainingStep])
    let large = step.argumentTypes.filter { $0.memory == .streaming }
    print("\(large.count) tensors in streaming memory, \(updates) functions update them")
    #expect(updates == Set(large).count)
  }
}
