import Foundations
import GraphIR
import Operations

/// A model to train, as the training step needs to know it.
package struct TrainingModel: Sendable {
  /// A tensor with a name: a parameter, or a stream of the micro-batch.
  package struct NamedType: Hashable, Sendable {
    package var name: String
    package var type: TensorType

    package init(name: String, type: TensorType) {
      self.name = name
      self.type = type
    }
  }

  /// Holds the loss function: (parameters…, streams…, key where it is taken) → (total, losses…).
  package var module: Module
  package var lossFunction: String
  package var parameters: [NamedType]
  package var streams: [NamedType]
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
