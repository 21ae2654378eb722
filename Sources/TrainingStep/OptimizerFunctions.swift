import Foundations
import Glibc
import GraphIR
import Operations
import Recipe

/// The optimizer's update as functions
/// (w, m, v, gradient sum, weight update, learning rate, loss scale) → (w′, m′, v′),
/// one for each type and treatment of a parameter, shared by all parameters that agree in both.
///
/// The parameters of a layer are updated by one function
/// (w…, m…, v…, gradient sums…, weight update, learning rate, loss scale) → (w′…, m′…, v′…),
/// which calls those; it is shared by all layers whose parameters agree.
struct OptimizerFunctions {
  private struct Form: Hashable {
    var type: TensorType
    var treatment: ParameterTreatment
  }

  private let optimizer: Optimizer
  /// Micro-batches that the gradient is summed over.
  private let gradientCount: Double
  private var functions: [Form: Function] = [:]
  private var layerFunctions: [[Form]: Function] = [:]

  init(_ optimizer: Optimizer, gradientCount: Double) {
    self.optimizer = optimizer
    self.gradientCount = gradientCount
  }

  /// The function for parameters that are updated together; it is added to `module` when it is new.
  mutating func function(
    for parameters: [TrainingModel.Parameter], in module: inout Module
  ) -> Function {
    let forms = parameters.map {
      Form(type: $0.type, treatment: ParameterTreatment(parameterNamed: $0.name))
    }
    if forms.count == 1 { return update(of: forms[0], in: &module) }
    if let known = layerFunctions[forms] { return known }
    let updates = forms.map { update(of: $0, in: &module) }
    let function = makeLayerFunction(named: "layer_update_\(layerFunctions.count)", updates)
    layerFunctions[forms] = function
    module.insert(function)
    return function
  }

  /// The function that calls one function for each parameter.
  private func makeLayerFunction(named name: String, _ updates: [Function]) -> Function {
    var rewriter = Rewriter(functionNamed: name)
    let state = (0..<4).map { place in
      updates.map { rewriter.addArgument($0.argumentTypes[place]) }
    }
    let scalars = updates[0].argumentTypes.dropFirst(4).map { rewriter.addArgument($0) }
    let updated = updates.enumerated().map { index, update in
      rewriter.call(update, state.map { $0[index] } + scalars)
    }
    rewriter.return((0..<3).flatMap { place in updated.map { $0[place] } })
    return rewriter.function
  }

  private mutating func update(of form: Form, in module: inout Module) -> Function {
    if let known = functions[form] { return known }
    let name = "\(optimizer.kind.name.lowercased())_update_\(functions.count)"
    let function = makeFunction(named: name, form)
    functions[form] = function
    module.insert(function)
    return function
  }

  private func makeFunction(named name: String, _ form: Form) -> Function {
    var rewriter = Rewriter(functionNamed: name)
    let moment = TensorType(form.type.shape, .f32)
    let weight = rewriter.addArgument(form.type)
    let first = rewriter.addArgument(moment)
    let second = rewriter.addArgument(moment)
    let sum = rewriter.addArgument(form.type)
    let weightUpdate = rewriter.addArgument(TensorType([], .i32))
    let learningRate = rewriter.addArgument(TensorType([], .f32))
    let lossScale = rewriter.addArgument(TensorType([], .f32))

    let gradient = meanGradient(&rewriter, sum, lossScale)
    let moments = moments(&rewriter, first, second, gradient)
    let direction = direction(&rewriter, moments.first, moments.second, weightUpdate)
    let updated =
      switch optimizer.kind {
      case .lamb(let lastProduct):
        lamb(&rewriter, weight, direction, learningRate, lastProduct, form.treatment)
      case .adamW: adamW(&rewriter, weight, direction, learningRate)
      }
    rewriter.return([updated, moments.first, moments.second])
    return rewriter.function
  }

  /// f32(Σ g) / (accumulation · replicas) / loss scale
  private func meanGradient(
    _ rewriter: inout Rewriter, _ sum: ValueID, _ lossScale: ValueID
  ) -> ValueID {
    let mean = rewriter.divide(
      rewriter.convert(sum, to: .f32), rewriter.scalar(gradientCount, .f32))
    return rewriter.divide(mean, lossScale)
  }

  /// m′ = β₁ m + (1 − β₁) g, v′ = β₂ v + (1 − β₂) g² (Kingma and Ba 2015)
  private func moments(
    _ rewriter: inout Rewriter, _ first: ValueID, _ second: ValueID, _ gradient: ValueID
  ) -> (first: ValueID, second: ValueID) {
    func blend(_ moment: ValueID, _ new: ValueID, _ beta: Double) -> ValueID {
      rewriter.add(
        rewriter.multiply(moment, rewriter.scalar(beta, .f32)),
        rewriter.multiply(new, rewriter.scalar(1 - beta, .f32)))
    }
    let square = rewriter.multiply(gradient, gradient)
    return (
      blend(first, gradient, optimizer.beta1), blend(second, square, optimizer.beta2)
    )
  }

  /// m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), t = weight update + 1.
  ///
  /// 1 − βᵗ is formed as −expm1(t ln β): subtracting from 1 would lose all digits of a small t.
  private func direction(
    _ rewriter: inout Rewriter, _ first: ValueID, _ second: ValueID, _ weightUpdate: ValueID
  ) -> ValueID {
    let time = rewriter.add(
      rewriter.convert(weightUpdate, to: .f32), rewriter.scalar(1, .f32))
    func corrected(_ moment: ValueID, _ beta: Double) -> ValueID {
      let power = rewriter.multiply(time, rewriter.scalar(log(beta), .f32))
      let complement = rewriter.unary(.negate, rewriter.unary(.exponentialMinusOne, power))
      return rewriter.divide(moment, complement)
    }
    let mean = corrected(first, optimizer.beta1)
    let deviation = rewriter.unary(.squareRoot, corrected(second, optimizer.beta2))
    return rewriter.divide(
      mean, rewriter.add(deviation, rewriter.scalar(optimizer.epsilon, .f32)))
  }

  /// u = direction + λ w, w′ = w − η r u with r = ‖w‖/‖u‖, or 1 where a norm is 0 (You et al. 2020).
  /// The product of η r and u is formed in the precision `lastProduct` and subtracted in the weight's.
  private func lamb(
    _ rewriter: inout Rewriter, _ weight: ValueID, _ direction: ValueID, _ learningRate: ValueID,
    _ lastProduct: Precision, _ treatment: ParameterTreatment
  ) -> ValueID {
    let element = rewriter.type(of: weight).element
    let wide = rewriter.convert(weight, to: .f32)
    var update = direction
    if treatment.isDecayed {
      let decay = rewriter.multiply(wide, rewriter.scalar(optimizer.weightDecay, .f32))
      update = rewriter.add(update, decay)
    }
    var rate = learningRate
    if treatment.isAdapted {
      rate = rewriter.multiply(rate, trustRatio(&rewriter, wide, update))
    }
    switch lastProduct {
    case .fp16:
      let product = rewriter.multiply(
        rewriter.convert(update, to: .f16), rewriter.convert(rate, to: .f16))
      return rewriter.subtract(weight, rewriter.convert(product, to: element))
    case .fp32:
      let next = rewriter.subtract(wide, rewriter.multiply(update, rate))
      return rewriter.convert(next, to: element)
    }
  }

  private func trustRatio(
    _ rewriter: inout Rewriter, _ weight: ValueID, _ update: ValueID
  ) -> ValueID {
    let axes = Array(rewriter.type(of: weight).shape.indices)
    let zero = rewriter.scalar(0, .f32)
    let one = rewriter.scalar(1, .f32)
    func norm(_ x: ValueID) -> ValueID {
      rewriter.unary(.squareRoot, rewriter.sum(rewriter.multiply(x, x), axes: axes))
    }
    let weightNorm = norm(weight)
    let updateNorm = norm(update)
    let ratio = rewriter.divide(weightNorm, updateNorm)
    let hasUpdate = rewriter.select(rewriter.compare(.equal, updateNorm, zero), one, ratio)
    return rewriter.select(rewriter.compare(.equal, weightNorm, zero), one, hasUpdate)
  }

  /// w₁ = w − λ w, not multiplied by the learning rate and for every parameter, as TensorFlow Addons'
  /// decoupled decay; then w′ = w₁ − η direction; in f32.
  private func adamW(
    _ rewriter: inout Rewriter, _ weight: ValueID, _ direction: ValueID, _ learningRate: ValueID
  ) -> ValueID {
    let wide = rewriter.convert(weight, to: .f32)
    let decay = rewriter.multiply(wide, rewriter.scalar(optimizer.weightDecay, .f32))
    let decayed = rewriter.subtract(wide, decay)
    let next = rewriter.subtract(decayed, rewriter.multiply(direction, learningRate))
    return rewriter.convert(next, to: rewriter.type(of: weight).element)
  }
}
