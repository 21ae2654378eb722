import Foundations
import GraphIR
import Operations

/// What `@gradients` gives of the gradients of a micro-batch: f32(g) / loss scale.
///
/// The gradients of a layer are the results of one call of a function
/// (g…, loss scale) → (f32(g) / loss scale…), which all layers with parameters of the same types share.
struct UnscalingFunctions {
  private var functions: [[TensorType]: Function] = [:]

  /// Adds the operations for gradients that are handled together; a function that is new is added to
  /// `module`.
  mutating func unscale(
    _ rewriter: inout Rewriter, _ gradients: [ValueID], _ lossScale: ValueID,
    in module: inout Module
  ) -> [ValueID] {
    if gradients.count == 1 { return [Self.unscale(&rewriter, gradients[0], lossScale)] }
    let types = gradients.map { rewriter.type(of: $0) }
    if let known = functions[types] { return rewriter.call(known, gradients + [lossScale]) }
    let function = makeFunction(types)
    functions[types] = function
    module.insert(function)
    return rewriter.call(function, gradients + [lossScale])
  }

  private func makeFunction(_ types: [TensorType]) -> Function {
    var rewriter = Rewriter(functionNamed: "layer_gradients_\(functions.count)")
    let gradients = types.map { rewriter.addArgument($0) }
    let lossScale = rewriter.addArgument(TensorType([], .f32))
    rewriter.return(gradients.map { Self.unscale(&rewriter, $0, lossScale) })
    return rewriter.function
  }

  private static func unscale(
    _ rewriter: inout Rewriter, _ gradient: ValueID, _ lossScale: ValueID
  ) -> ValueID {
    rewriter.divide(rewriter.convert(gradient, to: .f32), lossScale)
  }
}
