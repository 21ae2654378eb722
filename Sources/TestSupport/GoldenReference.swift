import Checkpoints
import Foundation
import Foundations
import Interpreter

/// The reference results beside the project's checkout, made by independent software. Tests that read
/// them carry `.enabled(if: GoldenReference.isPresent, …)` and so skip visibly where they are absent.
package enum GoldenReference {
  /// The root of the package.
  package static let root = Checkout.root

  /// The folder of the reference results.
  package static let folder = SharedData.path("golden")

  /// Whether the reference results are there.
  package static let isPresent = SharedData.has("golden/bert_manifest.json")

  /// Flags that make `examples/pretrain_tiny.json` the model of the reference results.
  package static let pretrainingSettings =
    [
      "bert_config.max_seq_length=32", "bert_config.max_predictions_per_seq=5",
      "bert_config.vocab_size=1024", "bert_config.max_position_embeddings=128",
      "bert_config.hidden_dropout_prob=0", "bert_config.attention_probs_dropout_prob=0",
      "embedding_serialization_factor=4", "micro_batch_size=2", "replicas=1",
      "grad_acc_steps_per_replica=2", "total_num_train_samples=12",
      #"learning_rate={"lr_schedule":"constant","lr_schedule_params":{"max_learning_rate":0.001}}"#,
    ] + OneStage.pretraining

  /// The same for `configs/squad_base_checkpoint_path.json`.
  package static let questionAnsweringSettings =
    [
      "bert_config.max_seq_length=32", "bert_config.vocab_size=1024",
      "bert_config.max_position_embeddings=128", "bert_config.hidden_size=128",
      "bert_config.num_attention_heads=2", "bert_config.num_hidden_layers=2",
      "bert_config.intermediate_size=512", "bert_config.hidden_dropout_prob=0",
      "bert_config.attention_probs_dropout_prob=0", #"bert_config.hidden_act="gelu""#,
      "embedding_serialization_factor=4", "micro_batch_size=2", "grad_acc_steps_per_replica=1",
    ] + OneStage.questionAnswering

  /// The tensors of a file of the reference, by name.
  package static func tensors(_ name: String) throws -> [String: [Float]] {
    let file = try SafetensorsFile(path: "\(folder)/\(name).safetensors")
    var tensors: [String: [Float]] = [:]
    for entry in file.entries {
      let tensor = try file.tensor(named: entry.name)
      tensors[entry.name] =
        entry.element == .i32 ? try tensor.integers().map(Float.init) : try tensor.floats()
    }
    return tensors
  }

  /// ‖found − expected‖ / ‖expected‖, in double precision.
  package static func relativeDistance(_ found: [Double], _ expected: [Float]) -> Double {
    var difference = 0.0
    var norm = 0.0
    for (a, b) in zip(found, expected) {
      difference += (a - Double(b)) * (a - Double(b))
      norm += Double(b) * Double(b)
    }
    return (difference / max(norm, .leastNormalMagnitude)).squareRoot()
  }

  /// The largest magnitude; 0 where there are no values.
  package static func largest(_ values: [Float]) -> Float { values.map(abs).max() ?? 0 }
}
