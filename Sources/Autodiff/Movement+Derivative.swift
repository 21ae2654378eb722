import Foundations
import GraphIR
import Operations

extension Movement {
  /// Movements are linear; the gradient moves back.
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let dy = try application.onlyGradient()
    let operand = application.operands[0]
    let shape = rewriter.type(of: operand).shape
    switch self {
    // dx: dy in x's shape
    case .reshape: return [rewriter.reshape(dy, shape)]
    case .transpose(let permutation):
      // dx: dy under the inverse permutation; axis i of y is axis permutation[i] of x.
      var inverse = permutation
      for (axis, source) in permutation.enumerated() { inverse[source] = axis }
      return [rewriter.transpose(dy, inverse)]
    // dx: dy summed over the repeated axes
    case .broadcast: return [rewriter.reduce(dy, toShapeOf: operand)]
    // dx: zeros of x's shape with dy in the box
    case .slice(let starts, _): return [rewriter.pad(dy, starts: starts, shape: shape)]
    // dx: the box of dy
    case .pad(let starts, _): return [rewriter.slice(dy, starts: starts, shape: shape)]
    case .concatenate(let axis):
      // dx of each operand: the part of dy that came from it
      var starts = Array(repeating: 0, count: shape.count)
      var gradients: [ValueID?] = []
      for operand in application.operands {
        let part = rewriter.type(of: operand).shape
        gradients.append(rewriter.slice(dy, starts: starts, shape: part))
        starts[axis] += part[axis]
      }
      return gradients
    }
  }
}
