import Recipe
import TestSupport

/// Small trainings that a seed draws: odd sizes on few tiles, so that blocks are uneven, products are taken
/// one part after the other, and sums go over tiles.
enum RandomTraining {
  static let all = (0..<30).map(training)

  /// Stages with the IPUs that they lie on, for some number of encoder layers.
  private static func pipeline(
    _ layers: Int, _ generator: inout SplitMix64
  ) -> (stages: [[String]], devices: [Int]) {
    func hidden(_ count: Int) -> [String] { Array(repeating: "hid", count: count) }
    let first = Int.random(in: 1...layers, using: &generator)
    return switch Int.random(in: 0..<4, using: &generator) {
    case 0: ([["emb"] + hidden(layers) + ["enc_out", "pool", "heads"]], [0])
    case 1: ([["emb"], hidden(layers) + ["enc_out"], ["pool", "heads"]], [0, 1, 0])
    case 2:
      (
        [["emb"] + hidden(first), hidden(layers - first) + ["enc_out", "pool"], ["heads"]],
        [0, 1, 0]
      )
    default:
      (
        [
          ["emb"], hidden(first) + ["enc_out"].filter { _ in first == layers },
          hidden(layers - first) + ["enc_out"].filter { _ in first < layers } + ["pool"], ["heads"],
        ],
        [0, 1, 2, 0]
      )
    }
  }

  private static func training(_ seed: Int) -> DeviceTraining {
    var generator = SplitMix64(seed: UInt64(1000 + seed))
    func pick<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &generator)]
    }
    let heads = pick([1, 2, 3, 4, 5])
    let hidden = heads * pick([2, 4, 6, 8, 10, 16])
    let layers = pick([1, 1, 2, 3])
    let length = pick([4, 7, 8, 12, 17, 32])
    let slices = pick([1, 2, 3, 5])
    let vocabulary = slices * pick([7, 16, 30, 61])
    let replicas = pick([1, 1, 2])
    let (stages, devices) = pipeline(layers, &generator)
    let accumulation = stages.count == 1 ? pick([1, 2, 3]) : 2 * stages.count
    let precision = pick([Precision.fp32, .fp16])
    let tiles = pick([5, 16, 24, 33, 64, 100])
    let dropout = pick([0, 0.1])
    let flags = [
      "enable_recomputation", "use_outlining", "replace_layers", "optimizer_state_offchip",
    ]
    let proportions = (0...(devices.max() ?? 0)).map { _ in pick([0.01, 0.2]) }
    let list = stages.map { "[" + $0.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
    let name =
      "\(seed): \(precision), \(layers) × \(hidden), \(heads) heads, \(length) tokens of \(vocabulary), "
      + "stages \(devices), \(replicas) replicas, \(tiles) tiles"
    var settings = [
      "bert_config.max_seq_length=\(length)",
      "bert_config.max_predictions_per_seq=\(pick([1, 2, 3, 4]))",
      "bert_config.vocab_size=\(vocabulary)",
      "bert_config.max_position_embeddings=\(length + pick([0, 3, 16]))",
      "bert_config.num_attention_heads=\(heads)", "bert_config.num_hidden_layers=\(layers)",
      "bert_config.hidden_size=\(hidden)",
      "bert_config.intermediate_size=\(pick([8, 20, 32, 50, 96]))",
      "bert_config.hidden_dropout_prob=\(dropout)",
      "bert_config.attention_probs_dropout_prob=\(dropout)", "replicas=\(replicas)",
      "embedding_serialization_factor=\(slices)", "total_num_train_samples=1000",
      "micro_batch_size=\(pick([1, 2, 3]))", "grad_acc_steps_per_replica=\(accumulation)",
      "optimizer_opts.name=\(pick(["AdamW", "LAMB"]))",
      "matmul_partials_type=\(pick(["half", "float"]))",
      "pipeline_stages=[\(list.joined(separator: ","))]", "device_mapping=\(devices)",
      "matmul_available_memory_proportion_per_pipeline_stage=\(proportions)",
      "min_remote_tensor_size=\(pick([0, 1000]))",
      "replicated_tensor_sharding=\(replicas > 1 && pick([true, false]))",
    ]
    settings += flags.map { "\($0)=\(pick([true, true, false]))" }
    return DeviceTraining(
      name, sizes: settings, precision: precision,
      variant: pick([.huggingFace, .nestedDefault]), tiles: tiles)
  }
}
