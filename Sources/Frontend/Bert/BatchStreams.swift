import Foundations
import Operations
import Recipe

/// The tensors of a micro-batch, as the host streams them in: name and type, in a fixed order.
package struct BatchStreams: Sendable {
  /// A tensor of the micro-batch.
  package struct Stream: Hashable, Sendable {
    /// The stream's name, under which the host feeds it.
    package var name: String
    /// The tensor's shape and element type: i32, but f32 for labels that are no classes.
    package var type: TensorType
  }

  /// The streams, in the order in which the model's functions take them.
  package let all: [Stream]

  /// Token streams are [micro-batch, sequence]; masked positions and ids [micro-batch, predictions];
  /// labels and answer positions [micro-batch].
  package init(_ recipe: TrainingRecipe.Program) {
    let batch = recipe.microBatchSize
    func stream(_ name: String, _ shape: [Int], _ element: ElementType = .i32) -> Stream {
      Stream(name: name, type: TensorType(shape, element))
    }
    let tokens = ["input_ids", "attention_mask", "token_type_ids"].map {
      stream($0, [batch, recipe.sequenceLength])
    }
    switch recipe.task {
    case .pretraining(let predictions):
      all =
        tokens + [
          stream("masked_lm_positions", [batch, predictions]),
          stream("masked_lm_ids", [batch, predictions]),
          stream("next_sentence_labels", [batch]),
        ]
    case .questionAnswering:
      all = tokens + [stream("start_positions", [batch]), stream("end_positions", [batch])]
    case .sequenceClassification(let glue):
      all = tokens + [stream("labels", [batch], glue.isRegression ? .f32 : .i32)]
    }
  }
}
