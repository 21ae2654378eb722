import Bundle
import Compiler
import Foundations
import Frontend
import GraphIR
import Operations
import Runtime
import TestSupport
import Testing
import Transforms

/// Which operations become one, and what that saves.
@Suite struct FusionTests {
  /// The update of a parameter is one chain of its shape, beside that of the bias corrections.
  @Test func anAdamUpdateIsOneChain() throws {
    let module = try MicroModel.all[0].compiled(upTo: "fuse").module
    let update = try #require(module["adamw_update_0"])
    let chains = update.chains
    #expect(chains.count == 2)
    #expect(update[update.body].operations.allSatisfy { !update[$0].operation.isElementwise })
    let results = try #require(chains.last).results.map(update.type(of:))
    #expect(results == update.resultTypes.sorted { _, second in second == update.argumentTypes[0] })
  }

  /// LAMB's is cut where it needs the norms: up to their squares, and from the trust ratio on.
  @Test func aLambUpdateIsCutAtItsNorms() throws {
    let module = try MicroModel.all[2].compiled(upTo: "fuse").module
    let update = try #require(module["lamb_update_0"])
    let shape = update.argumentTypes[0].shape
    let shapes = update.chains.map { update.type(of: $0.results[0]).shape }
    #expect(shapes.filter { $0 == shape }.count == 2)
    #expect(shapes.filter { $0 == [] }.count == 2)
    // Squares that only a norm reads stand alone: those of the update, and in f32 those of the weight.
    let alone = update[update.body].operations.map { update[$0].operation }.filter(\.isElementwise)
    #expect(alone == Array(repeating: .elementwise(.binary(.multiply)), count: 2))
  }

  /// Bias and activation are one; dropout, layer norm and products are borders.
  @Test func aLayersChains() throws {
    let module = try MicroModel.all[1].compiled(upTo: "fuse").module
    let layer = try #require(module["encoder_layer"])
    let chains = layer.chains.map { node in
      node.body.map { layer[$0].operations.map { layer[$0].operation.mnemonic } } ?? []
    }
    #expect(chains.contains(["tessera.add", "tessera.gelu_tanh", "tessera.yield"]))
    #expect(chains.contains(["tessera.multiply", "tessera.add", "tessera.yield"]))
  }

  /// What a repeat adds to its carried values stays as it is.
  @Test(arguments: MicroModel.all)
  func theAccumulationStays(model: MicroModel) throws {
    let module = try model.compiled(upTo: "fuse").module
    for function in module.functions {
      for id in function.allOperations where function[id].operation == .control(.fuse) {
        #expect(function[id].parent == function.body)
      }
    }
  }

  /// A chain's inner values are no live bytes, nor do they take memory.
  @Test func intermediatesAreNotCounted() throws {
    var rewriter = Rewriter(functionNamed: "f")
    let type = TensorType([1000], .f32)
    let arguments = [rewriter.addArgument(type), rewriter.addArgument(type)]
    let sum = rewriter.add(arguments[0], arguments[1])
    let product = rewriter.multiply(arguments[0], arguments[1])
    let value = rewriter.subtract(rewriter.divide(sum, product), rewriter.multiply(sum, product))
    rewriter.return([rewriter.sum(value, axes: [0])])
    var module = Module()
    module.insert(rewriter.function)
    func peak() -> Int {
      var analysis = LiveBytesAnalysis(module)
      return analysis.peak(of: "f")
    }
    #expect(peak() == 3 * type.byteCount)
    try Fusion.pass.run(on: &module)
    #expect(peak() == type.byteCount)
  }

  /// The update of a whole model needs less memory.
  @Test func updatesNeedLessMemory() throws {
    let compiled = try MicroModel.all[0].compiled(upTo: "dce")
    func arena(_ passes: String) throws -> Int {
      var module = compiled.module
      for invocation in try PassInvocation.list(passes, among: PassRegistry.all) {
        try invocation.run(on: &module)
      }
      // The updates alone, of the largest parameter.
      var update = Module()
      update.insert(try #require(module["adamw_update_0"]))
      return try Engine(Program(emitting: update, parameters: []), threads: 1).arenaByteCount
    }
    let (apart, fused) = (try arena("schedule"), try arena("fuse,schedule"))
    #expect(fused < apart / 2, "\(fused) and \(apart) bytes")
  }

  /// Random graphs: valid, the same bits, and nothing more is found afterwards.
  @Test(arguments: 0..<60 as Range<UInt64>) func randomGraphs(seed: UInt64) throws {
    let module = randomModule(seed: seed, count: 30)
    var fused = module
    try Fusion.pass.run(on: &fused)
    #expect(Verifier.violations(in: fused) == [])
    let text = fused.text
    try Fusion.pass.run(on: &fused)
    #expect(fused.text == text, "run twice")
    #expect(text.contains("tessera.fuse"))
    func run(_ module: Module, threads: Int) throws -> [[Float]] {
      let program = Program(emitting: module, parameters: [])
      try program.validate()
      let types = try #require(module["f"]).argumentTypes
      let arguments = types.map { type in
        HostTensor(type, (0..<type.count).map { Float($0 % 17) / 8 - 1 })
      }
      return try Engine(program, threads: threads).run("f", arguments).map(\.floats)
    }
    let expected = try run(module, threads: 1)
    #expect(try run(fused, threads: 1) == expected)
    #expect(try run(fused, threads: 2) == expected)
  }

  /// A block as large as BERT-Large without functions: quick, in either form of graph.
  @Test func aLargeBlock() throws {
    var module = randomModule(seed: 5, count: 50_000)
    let time = try ContinuousClock().measure { try Fusion.pass.run(on: &module) }
    #expect(Verifier.violations(in: module) == [])
    #expect(time < .seconds(3), "\(time)")
  }

  /// Operations on recent values, most of them elementwise and of one shape.
  private func randomModule(seed: UInt64, count: Int) -> Module {
    var generator = SplitMix64(seed: seed)
    var rewriter = Rewriter(functionNamed: "f")
    let type = TensorType([6, 35], .f32)
    var values = (0..<3).map { _ in rewriter.addArgument(type) }
    var rows = [rewriter.addArgument(TensorType([35], .f32))]
    func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
    for _ in 0..<count {
      let x = values[values.count - 1 - below(min(8, values.count))]
      let y = values[values.count - 1 - below(min(8, values.count))]
      let row = rows[rows.count - 1 - below(min(3, rows.count))]
      switch below(8) {
      case 0: values.append(rewriter.unary(.tanh, x))
      case 1: values.append(rewriter.add(rewriter.unary(.negate, x), row))
      case 2: values.append(rewriter.transpose(rewriter.transpose(x, [1, 0]), [1, 0]))
      case 3: rows.append(rewriter.sum(rewriter.unary(.tanh, x), axes: [0]))
      case 4: rows.append(rewriter.unary(.tanh, row))
      case 5: values.append(rewriter.select(rewriter.compare(.less, x, y), y, x))
      default:
        values.append(rewriter.multiply(rewriter.subtract(x, y), rewriter.scalar(0.5, .f32)))
      }
    }
    rewriter.return(Array(values.suffix(3)) + rows.suffix(1))
    var module = Module()
    module.insert(rewriter.function)
    return module
  }
}

extension Function {
  fileprivate var chains: [OperationNode] {
    allOperations.map { self[$0] }.filter { $0.operation == .control(.fuse) }
  }
}

extension Operation {
  fileprivate var isElementwise: Bool {
    if case .elementwise = self { true } else { false }
  }
}
