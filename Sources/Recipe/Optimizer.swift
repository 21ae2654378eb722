/// An optimizer and its hyper-parameters, as the original application trains.
package struct Optimizer: Hashable, Sendable {
  /// The update rule.
  package enum Kind: Hashable, Sendable {
    /// Layer-wise adaptive moments (You et al., 2019). The last product, learning rate × trust
    /// ratio × update, is formed in `lastProduct`; all else in 32 bits.
    case lamb(lastProduct: Precision)
    /// Adam with decoupled weight decay (Loshchilov and Hutter, 2017), in 32 bits. As in the
    /// original, the decay is not multiplied by the learning rate.
    case adamW

    /// The name that configurations use.
    package var name: String {
      switch self {
      case .lamb: "LAMB"
      case .adamW: "AdamW"
      }
    }
  }

  /// The update rule.
  package var kind: Kind
  /// The part of a weight by which the update lets it decay: before LAMB's trust ratio and learning
  /// rate are multiplied in, with AdamW as it is.
  package var weightDecay: Double
  /// The decay of the first moment.
  package var beta1: Double
  /// The decay of the second moment.
  package var beta2: Double
  /// What is added to the root of the second moment.
  package var epsilon: Double

  package init(
    _ kind: Kind, weightDecay: Double, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-6
  ) {
    self.kind = kind
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }
}

/// The fixed factor that the loss is multiplied by, and the gradients divided by, so that small
/// gradients survive half precision.
package struct LossScale: Hashable, Sendable {
  /// The factor, above 0.
  package var value: Double

  package init(_ value: Double) {
    self.value = value
  }
}
