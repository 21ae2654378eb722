import Foundations

/// What the host does with an argument or a result of an entry function.
package enum PortRole: String, Hashable, Sendable, CaseIterable {
  /// A trained tensor: argument before the step, result after it.
  case parameter
  /// The optimizer's running mean of the gradient of the parameter of the same name.
  case firstMoment = "first_moment"
  /// The optimizer's running mean of the squared gradient of the parameter of the same name.
  case secondMoment = "second_moment"
  /// A tensor of the data set, by its stream's name.
  case batch
  /// The learning rate of this weight update.
  case learningRate = "learning_rate"
  /// The factor that the loss is multiplied by before the backward pass.
  case lossScale = "loss_scale"
  /// The low and high words of the run's random seed.
  case seed
  /// The number of this weight update, from 0.
  case weightUpdate = "weight_update"
  /// The number of the first micro-batch since the run began, from 0.
  case microBatch = "micro_batch"
  /// The number of the replica that runs.
  case replica
  /// A loss, for the log.
  case loss
  /// The share of labels that the model gives its highest logit, for the log.
  case accuracy
  /// The gradient of the parameter of the same name.
  case gradient
  /// A result for the user, such as logits.
  case output
}

/// What an argument or a result of an entry function is to the host: a role, and a name in it.
package struct Port: Hashable, Sendable {
  /// Names the tensor within the role: for `parameter` and what belongs to it, Hugging Face's name.
  package var name: String
  /// What the tensor is to the host.
  package var role: PortRole
  /// Whether each replica has a part of its own: the function's type is that of one part, and the host's
  /// tensor has a leading axis of replicas.
  package var isSharded: Bool

  package init(name: String, role: PortRole, isSharded: Bool = false) {
    self.name = name
    self.role = role
    self.isSharded = isSharded
  }

  /// The type of the host's tensor where the function's is `type`.
  package func hostType(_ type: TensorType, replicas: Int) -> TensorType {
    guard isSharded else { return type }
    var type = type
    type.shape.insert(replicas, at: 0)
    return type
  }

  /// By name and role: few ports differ in their parts alone. A role's length is read faster than its text,
  /// and those of a parameter, its moments and its gradient differ.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(role.rawValue.utf8.count)
  }
}

/// The functions of a program that the host may run, by the names that compiler and runtime agree on.
package enum EntryName {
  /// A weight update: from parameters, moments and scalars to the next state and the losses.
  package static let trainingStep = "training_step"
  /// The model without dropout: from parameters and a micro-batch to losses and outputs.
  package static let evaluation = "evaluation"
  /// One micro-batch's losses and gradients.
  package static let gradients = "gradients"
}
