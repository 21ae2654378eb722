import Foundations
import GraphIR
import Operations

/// A model to train, as the training step needs to know it.
package struct TrainingModel: Sendable {
  /// A trained tensor.
  package struct Parameter: Hashable, Sendable {
    /// The parameter's name, which its ports carry.
    package var name: String
    /// The shape and element type.
    package var type: TensorType
    /// The number of the layer that it belongs to, where the model repeats a layer; else nil.
    package var layer: Int?

    package init(name: String, type: TensorType, layer: Int? = nil) {
      self.name = name
      self.type = type
      self.layer = layer
    }
  }

  /// A tensor of a micro-batch.
  package struct Stream: Hashable, Sendable {
    /// The stream's name, which its ports carry.
    package var name: String
    /// The shape and element type.
    package var type: TensorType

    package init(name: String, type: TensorType) {
      self.name = name
      self.type = type
    }
  }

  /// Holds the loss function: (parameters…, streams…, key where it is taken) → (total, figures…).
  package var module: Module
  /// The name of the loss function in `module`.
  package var lossFunction: String
  /// The trained tensors, in the order in which the loss function takes them.
  package var parameters: [Parameter]
  /// The tensors of a micro-batch, which the loss function takes after the parameters.
  package var streams: [Stream]
  /// What the log is told: the loss function's results after the total, scalars in f32 that are means over
  /// the micro-batch.
  package var figures: [Port]
  /// Whether the loss function takes the random key of the micro-batch.
  package var takesKey: Bool

  package init(
    module: Module, lossFunction: String, parameters: [Parameter], streams: [Stream],
    figures: [Port], takesKey: Bool
  ) {
    self.module = module
    self.lossFunction = lossFunction
    self.parameters = parameters
    self.streams = streams
    self.figures = figures
    self.takesKey = takesKey
  }

  /// The places of the parameters that are handled together: those of a layer, which follow each other,
  /// and each parameter outside of the layers by itself.
  var groups: [Range<Int>] {
    var groups: [Range<Int>] = []
    for (index, parameter) in parameters.enumerated() {
      if let last = groups.last, let layer = parameter.layer,
        parameters[last.lowerBound].layer == layer
      {
        groups[groups.count - 1] = last.lowerBound..<index + 1
      } else {
        groups.append(index..<index + 1)
      }
    }
    return groups
  }
}
