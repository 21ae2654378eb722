import Foundations
import Operations
import Recipe

/// The tensors of a micro-batch, as the host streams them in: name and type, in a fixed order.
package struct BatchStreams: Sendable {
  package struct Stream: Hashable, Sendable {
    package var name: String
    package var type: TensorType
  }

  package let all: [Stream]

  /// Token streams are [micro-batch, sequence]; masked positions and ids [micro-batch, predictions];
  /// labels and answer positions [micro-batch].
  package init(_ recipe: TrainingRecipe.Program) {
    let batch = recipe.microBatchSize
    func stream(_ name: String, _ shape: [Int]) -> Stream {
      Stream(name: name, type: TensorType(shape, .i32))
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
    }
  }
}
