import Foundations

/// Layer normalisation over the last axis (Ba et al. 2016), with statistics in f32 (f64 for f64).
package enum Normalization: OperationFamily {
  /// (x [n, H], γ [H], β [H]) to (y [n, H], mean [n], 1/√(variance + ε) [n]), biased variance.
  case layerNorm(epsilon: Double)
  /// (dy [n, H], x [n, H], γ [H], mean [n], 1/σ [n]) to (dx [n, H], dγ [H], dβ [H]).
  case layerNormGradient

  /// `tessera.layer_norm` or `tessera.layer_norm_gradient`.
  package var mnemonic: String {
    switch self {
    case .layerNorm: "tessera.layer_norm"
    case .layerNormGradient: "tessera.layer_norm_gradient"
    }
  }

  /// The `epsilon` that the forward operation adds to the variance; the gradient takes 1/σ as it
  /// is.
  package var attributes: [Attribute] {
    switch self {
    case .layerNorm(let epsilon): [Attribute("epsilon", .real(epsilon))]
    case .layerNormGradient: []
    }
  }

  /// The operation that `mnemonic` names, or nil where it is neither of the two.
  /// - Throws: `OperationError` where `epsilon` is missing or no real number.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.layer_norm": self = .layerNorm(epsilon: try attributes.real("epsilon"))
    case "tessera.layer_norm_gradient": self = .layerNormGradient
    default: return nil
    }
  }

  /// The three types that each case says; mean and 1/σ are f32, or f64 for operands of f64.
  /// - Throws: `OperationError` where x is no floating-point matrix or another operand does not fit
  ///   it.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    switch self {
    case .layerNorm:
      try TypeRules.requireCount(operands, 3)
      let (x, statistics) = try Self.types(operands[0])
      let row = TensorType([x.shape[1]], x.element)
      try TypeRules.requireEqual(operands[1], row, "gamma")
      try TypeRules.requireEqual(operands[2], row, "beta")
      return [x, statistics, statistics]
    case .layerNormGradient:
      try TypeRules.requireCount(operands, 5)
      let (x, statistics) = try Self.types(operands[1])
      let row = TensorType([x.shape[1]], x.element)
      try TypeRules.requireEqual(operands[0], x, "the gradient")
      try TypeRules.requireEqual(operands[2], row, "gamma")
      try TypeRules.requireEqual(operands[3], statistics, "the mean")
      try TypeRules.requireEqual(operands[4], statistics, "the inverse deviation")
      return [x, row, row]
    }
  }

  private static func types(
    _ x: TensorType
  ) throws(OperationError) -> (x: TensorType, statistics: TensorType) {
    try TypeRules.requireFloat(x, "the operand")
    try TypeRules.require(x.rank == 2, "the operand must be a matrix, is \(x)")
    return (x, TensorType([x.shape[0]], x.element == .f64 ? .f64 : .f32))
  }
}
