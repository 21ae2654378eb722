import Foundations
import GraphIR
import Interpreter
import Operations
import Recipe
import Testing
import TrainingStep

/// One LAMB step against the formulas, written out in double precision.
@Suite struct LAMBTests {
  private static let weights = [0.5, -1.25, 2, 0.125]
  private static let slopes = [0.25, -0.5, 0.75, 1]

  /// A model whose loss is Σ slope · w for a parameter of the given name.
  private func step(
    _ name: String, element: ElementType, lastProduct: Precision, rate: Double
  ) throws -> [Double] {
    let type = TensorType([4], element)
    var rewriter = Rewriter(functionNamed: "loss")
    let weight = rewriter.addArgument(type)
    let slope = rewriter.insert(
      .source(.constant(try TensorLiteral(type, Self.slopes))), [])[0]
    let loss = rewriter.sum(
      rewriter.convert(rewriter.multiply(weight, slope), to: .f32), axes: [0])
    rewriter.return([loss, loss])
    var module = Module()
    module.insert(rewriter.function)
    let model = TrainingModel(
      module: module, lossFunction: "loss", parameters: [.init(name: name, type: type)],
      streams: [], figures: [Port(name: "loss", role: .loss)], takesKey: false)
    let optimizer = Optimizer(.lamb(lastProduct: lastProduct), weightDecay: 0.01)
    let training = try TrainingStep.adding(
      to: model, .sample(optimizer, replicas: 1, accumulationCount: 1))
    let moment = TensorType([4], .f32)
    return try Interpreter(training).run(
      EntryName.trainingStep,
      [
        Tensor(type, Self.weights), Tensor(moment, splat: 0), Tensor(moment, splat: 0),
        Tensor(TensorType([2], .i32), splat: 0), Tensor(TensorType([], .i32), splat: 0),
        Tensor(TensorType([], .f32), splat: rate), Tensor(TensorType([], .f32), splat: 1),
      ])[0].values
  }

  /// At t = 1 the bias-corrected moments are g and g², so the direction is g/(|g| + ε).
  private func expectedUpdates(decays: Bool, adapts: Bool) -> [Double] {
    var updates = Self.slopes.map { $0 / (abs($0) + 1e-6) }
    if decays { updates = zip(updates, Self.weights).map { $0 + 0.01 * $1 } }
    func norm(_ values: [Double]) -> Double {
      values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let ratio = adapts ? norm(Self.weights) / norm(updates) : 1
    return updates.map { $0 * ratio }
  }

  @Test(arguments: [
    ("dense.weight", true, true), ("LayerNorm.weight", true, false),
    ("dense.bias", false, false), ("LayerNorm.bias", false, false),
    ("attention.self.qkv.weight", true, true), ("attention.self.qkv.bias", false, false),
    ("classifier.weight", true, true), ("classifier.bias", false, false),
  ])
  func treatsParametersByName(name: String, decays: Bool, adapts: Bool) throws {
    let found = try step(name, element: .f32, lastProduct: .fp32, rate: 0.125)
    let updates = expectedUpdates(decays: decays, adapts: adapts)
    for (index, weight) in found.enumerated() {
      #expect(abs(weight - (Self.weights[index] - 0.125 * updates[index])) < 1e-6)
    }
  }

  /// Under the fp16 policy rate · ratio and the update are rounded to f16, as is their product.
  @Test func lastProductInHalfPrecision() throws {
    let found = try step("dense.weight", element: .f16, lastProduct: .fp16, rate: 0.1)
    let updates = expectedUpdates(decays: true, adapts: true)
    let plain = expectedUpdates(decays: true, adapts: false)
    let ratio = updates[0] / plain[0]
    let rate = Float16(Float(Float(0.1) * Float(ratio)))
    for (index, weight) in found.enumerated() {
      let product = Float16(plain[index]) * rate
      #expect(weight == Double(Float16(Self.weights[index]) - product))
    }
  }
}
