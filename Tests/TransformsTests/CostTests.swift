import Foundations
import GraphIR
import Operations
import TestSupport
import Testing
import Transforms

/// Estimates of cycles and bytes.
@Suite struct CostTests {
  /// The first function squares by a product; each further one calls the one before twice.
  private static func tower(_ height: Int, _ type: TensorType) throws -> Module {
    var module = Module()
    var rewriter = Rewriter(functionNamed: "level_0")
    let argument = rewriter.addArgument(type)
    rewriter.return([rewriter.matmul(argument, argument, partials: type.element)])
    module.insert(rewriter.function)
    for level in 1...height {
      let callee = try #require(module["level_\(level - 1)"])
      var rewriter = Rewriter(functionNamed: "level_\(level)")
      let argument = rewriter.addArgument(type)
      let first = rewriter.call(callee, [argument])
      rewriter.return(rewriter.call(callee, first))
      module.insert(rewriter.function)
    }
    return module
  }

  /// 1,472 tiles have 729 multiplications and additions each, a cube of side 9.
  @Test(arguments: [
    (ElementType.f16, ElementType.f16, 64.0), (.f16, .f32, 32), (.f32, .f32, 16),
  ])
  func product(element: ElementType, partials: ElementType, rate: Double) throws {
    var rewriter = Rewriter(functionNamed: "product")
    let left = rewriter.addArgument(TensorType([32, 729], element))
    let right = rewriter.addArgument(TensorType([729, 46], element))
    rewriter.return([rewriter.matmul(left, right, partials: partials)])
    var module = Module()
    module.insert(rewriter.function)
    var costs = EstimatedCosts(module)
    let bytes = Double(element.byteCount)
    let wanted = 3 * 500 + 729 / rate + 160 * 64 / rate + 3 * 81 * bytes / 4
    #expect(costs.cost(of: "product").cycles == wanted)
  }

  @Test func productsGrowWithTheirVolume() throws {
    func cycles(_ side: Int) throws -> Double {
      var costs = EstimatedCosts(try Self.tower(1, TensorType([side, side], .f16)))
      return costs.cost(of: "level_0").cycles
    }
    let (small, large) = (try cycles(2048), try cycles(4096))
    #expect(large > 6 * small && large < 8 * small)
    // 2mnk FLOPs at 250 TFLOP/s and 1.33 GHz are a lower bound.
    #expect(large > 2 * 68_719_476_736 / 250.6e12 * 1.33e9)
  }

  /// Of 2⁶⁰ runs each function is summed once.
  @Test func callsFollowTheTree() throws {
    var costs = EstimatedCosts(try Self.tower(60, TensorType([8, 8], .f16)))
    let one = costs.cost(of: "level_0").cycles
    #expect(one > 0)
    #expect(costs.cost(of: "level_1").cycles == 2 * one)
    #expect(costs.cost(of: "level_60").cycles == one * 0x1p60)
    #expect(costs.cost(of: "nowhere") == Cost())
  }

  @Test func repeatsCountTheirIterations() throws {
    let type = TensorType([64, 64], .f16)
    var module = try Self.tower(1, type)
    let callee = try #require(module["level_1"])
    var rewriter = Rewriter(functionNamed: "loop")
    let argument = rewriter.addArgument(type)
    rewriter.return(
      rewriter.repeat(count: 7, [argument]) { rewriter, _, carried in
        rewriter.call(callee, [carried[0]])
      })
    module.insert(rewriter.function)
    var costs = EstimatedCosts(module)
    #expect(costs.cost(of: "loop").cycles == 7 * costs.cost(of: "level_1").cycles)
    let loop = try #require(module["loop"])
    let first = loop[loop.body].operations[0]
    #expect(costs.cost(of: first, in: loop).cycles == costs.cost(of: "loop").cycles)
  }

  /// Weights are the parameters of entries wherever calls hand them, kept bytes what a forward function
  /// gives beside its results.
  @Test func bytesOfALayer() throws {
    let compiled = try PartitionTests.uncut.compiled(upTo: "training-step")
    let module = compiled.module
    var costs = EstimatedCosts(module)
    let layer = try #require(module["encoder_layer"])
    let forward = try #require(module["encoder_layer_forward"])
    let weights = compiled.parameters.filter { $0.name.hasPrefix("bert.encoder.layer.1.") }
    #expect(weights.count == 16)
    let cost = costs.cost(of: "encoder_layer_forward")
    #expect(cost.weightBytes == weights.reduce(0) { $0 + $1.type.byteCount })
    let results = forward.resultTypes.reduce(0) { $0 + $1.byteCount }
    #expect(cost.keptBytes == results - layer.resultTypes[0].byteCount)
    #expect(costs.cost(of: "encoder_layer").keptBytes == 0)
    #expect(cost.temporaryBytes > 0)
    let all = compiled.parameters.reduce(0) { $0 + $1.type.byteCount }
    #expect(costs.cost(of: "micro_batch").weightBytes == all)
    // A call costs what its callee does.
    let microBatch = try #require(module["micro_batch"])
    let call = try #require(
      microBatch.allOperations.first {
        microBatch[$0].operation == .control(.call("encoder_layer_forward"))
      })
    #expect(costs.cost(of: call, in: microBatch) == cost)
    #expect(costs.cost(of: "encoder_layer_backward").cycles > cost.cycles)
  }
}
