/// What an argument or result of an entry function is to the host.
package enum PortRole: String, Hashable, Sendable, CaseIterable {
  /// A weight of the model.
  case parameter
  /// An optimizer's running mean of a weight's gradient.
  case firstMoment = "first_moment"
  /// An optimizer's running mean of a weight's squared gradient.
  case secondMoment = "second_moment"
  /// A tensor of a micro-batch.
  case batch
  case learningRate = "learning_rate"
  case lossScale = "loss_scale"
  /// The seed's low and high words.
  case seed
  /// The number of the weight update, from 0.
  case weightUpdate = "weight_update"
  /// The number of the micro-batch since the run began, for one replica.
  case microBatch = "micro_batch"
  case replica
  case loss
  /// The gradient of a weight.
  case gradient
  /// A result of the model, such as its logits.
  case output
}

/// The name and the role of an argument or result of an entry function.
package struct Port: Hashable, Sendable {
  package var role: PortRole
  /// Of a weight, its moments and gradient: the parameter's name; else the tensor's own.
  package var name: String

  package init(_ role: PortRole, _ name: String) {
    self.role = role
    self.name = name
  }
}
