import Foundations
import GraphIR
import Operations

/// A model to train, as the training step needs to know it.
package struct TrainingModel: Sendable {
  /// A tensor with a name: a parameter, or a stream of the micro-batch.
  package struct NamedType: Hashable, Sendable {
    /// The parameter's or stream's name, which its ports carry.
    package var name: String
    /// The shape and element type.
    package var type: TensorType

    package init(name: String, type: TensorType) {
      self.name = name
      self.type = type
    }
  }

  /// Holds the loss function: (parameters…, streams…, key where it is taken) → (total, losses…).
  package var module: Module
  /// The name of the loss function in `module`.
  package var lossFunction: String
  /// The trained tensors, in the order in which the loss function takes them.
  package var parameters: [NamedType]
  /// The tensors of a micro-batch, which the loss function takes after the parameters.
  package var streams: [NamedType]
  /// The names of the losses, in the order of the loss function's results after the total.
  package var lossNames: [String]
  /// Whether the loss function takes the random key of the micro-batch.
  package var takesKey: Bool

  package init(
    module: Module, lossFunction: String, parameters: [NamedType], streams: [NamedType],
    lossNames: [String], takesKey: Bool
  ) {
    self.module = module
    self.lossFunction = lossFunction
    self.parameters = parameters
    self.streams = streams
    self.lossNames = lossNames
    self.takesKey = takesKey
  }
}
