import Foundations

/// Softmax over the last axis and its relatives; computed in at least f32, rounded once.
package enum Softmax: String, NamedOperationFamily {
  /// x to exp(x − max) / Σ exp(x − max)
  case softmax
  /// (dy, y) to y (dy − Σ dy·y)
  case softmaxGradient = "softmax_gradient"
  /// x to x − max − log Σ exp(x − max)
  case logSoftmax = "log_softmax"
  /// (dy, y) to dy − exp(y) Σ dy
  case logSoftmaxGradient = "log_softmax_gradient"

  /// The type of the first operand, which must be of floating point.
  /// - Throws: `OperationError` where the operands do not fit; a gradient's two must be of one
  ///   type.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    switch self {
    case .softmax, .logSoftmax: try TypeRules.requireCount(operands, 1)
    case .softmaxGradient, .logSoftmaxGradient:
      try TypeRules.requireCount(operands, 2)
      try TypeRules.requireEqual(operands[1], operands[0], "the result")
    }
    try TypeRules.requireFloat(operands[0], "the operand")
    try TypeRules.require(operands[0].rank >= 1, "the operand must have an axis")
    return [operands[0]]
  }
}
