import Backend
import Compiler
import Foundations
import Frontend
import IPUTarget
import TestSupport
import Testing
import TileProgram

/// The two published speeds that the cost model's one factor was chosen by.
@Suite struct CalibrationTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var hidden: Int
    var heads: Int
    var layers: Int
    var microBatch: Int
    var accumulation: Int
    var proportions: String
    var stages: String
    /// Sequences a second on a Bow Pod16 (`ipu-hardware`, "Published speeds to calibrate with").
    var published: Double
  }

  static let rows = [
    Row(
      testDescription: "BERT-Base, phase 1", hidden: 768, heads: 12, layers: 12, microBatch: 32,
      accumulation: 510, proportions: "[0.28, 0.26, 0.28, 0.28]",
      stages: stages(first: 0, others: [4, 4, 4]), published: 15_173),
    Row(
      testDescription: "BERT-Large, phase 1", hidden: 1024, heads: 16, layers: 24, microBatch: 8,
      accumulation: 2040, proportions: "[0.1, 0.19, 0.2, 0.25]",
      stages: stages(first: 3, others: [7, 7, 7]), published: 4_527),
  ]

  private static func stages(first: Int, others: [Int]) -> String {
    let layers = ([first] + others).enumerated().map { index, count in
      let names = Array(repeating: "\"hid\"", count: count)
      return "[" + ((index == 0 ? ["\"emb\""] : []) + names).joined(separator: ", ") + "]"
    }
    return "[" + (layers + ["[\"enc_out\", \"pool\", \"heads\"]"]).joined(separator: ", ") + "]"
  }

  @Test(arguments: rows) func predictedSpeedIsWithinTenPercent(_ row: Row) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(configuration(row).utf8), "calibration.json")
    let recipe = try Configuration.load(path: path, overrides: [], precision: .fp16).recipe
    let program = try Compilation(recipe).program
    let entry = try #require(program.functions.firstIndex { $0.name == "training_step" })
    let system = try #require(IPUSystem(named: "bow-pod16"))
    var costs = CostModel(system, replicas: 4, ipusPerReplica: 4)
    let tiles = TileProgram(
      lowering: program, entry: entry, costs: &costs,
      proportions: recipe.program.availableMemoryProportions)
    let plan = TilePlan(tiles, costs: &costs)
    let samples = Double(row.microBatch * 4 * row.accumulation)
    let predicted = samples / plan.time.stepSeconds
    #expect(abs(predicted / row.published - 1) < 0.1, "\(predicted) against \(row.published)")
    #expect(plan.fits)
  }

  private func configuration(_ row: Row) -> String {
    """
    {
      "name": "calibration", "dataset_dir": "data", "max_seq_length": 128,
      "max_predictions_per_seq": 20, "seed": 1984, "global_batches_per_log": 1,
      "bert_config": {
        "hidden_size": \(row.hidden), "vocab_size": 30400, "num_attention_heads": \(row.heads),
        "num_hidden_layers": \(row.layers), "intermediate_size": \(4 * row.hidden),
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.0,
        "max_position_embeddings": 512, "type_vocab_size": 2, "initializer_range": 0.02,
        "layer_norm_eps": 1e-12, "position_embedding_type": "absolute"
      },
      "global_batch": {
        "micro_batch_size": \(row.microBatch), "replicas": 4,
        "grad_acc_steps_per_replica": \(row.accumulation)
      },
      "optimizer_opts": {
        "name": "LAMB", "weight_decay_rate": 0.01, "loss_scaling": 32768,
        "learning_rate": {
          "schedule_name": "up_down", "max_learning_rate": 0.006, "warmup_frac": 0.28
        }
      },
      "ipu_config": {
        "pipeline_stages": \(row.stages), "pipeline_device_mapping": [0, 1, 2, 3, 0],
        "matmul_available_memory_proportion_per_pipeline_stage": \(row.proportions),
        "replicated_tensor_sharding": false
      },
      "embedding_serialization_factor": 2, "enable_wandb": false
    }
    """
  }
}
