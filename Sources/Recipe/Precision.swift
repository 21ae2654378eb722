/// The number format of a program's weights and activations.
package enum Precision: String, Hashable, Sendable, CaseIterable {
  /// Pure half precision: weights, activations and gradients are f16, the optimizer's state f32.
  case fp16
  /// Everything in single precision.
  case fp32
}

/// The format in which a matrix product's partial sums are kept.
package enum MatmulPartials: String, Hashable, Sendable, CaseIterable {
  case half
  case float
}
