import Foundations
import Frontend

/// Small valid configurations, and their reading.
enum ConfigurationFixture {
  static let pretraining = """
    {
      "dataset_dir": "data/",
      "bert_config": {
        "max_seq_length": 128, "max_predictions_per_seq": 20, "hidden_size": 128,
        "vocab_size": 30528, "num_attention_heads": 2, "num_hidden_layers": 2,
        "intermediate_size": 512, "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1, "max_position_embeddings": 512,
        "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
        "position_embedding_type": "absolute"
      },
      "micro_batch_size": 1, "replicas": 2, "grad_acc_steps_per_replica": 6,
      "loss_scaling": 16,
      "optimizer_opts": {"name": "LAMB", "params": {"weight_decay_rate": 0.01}},
      "learning_rate": {
        "lr_schedule": "up_down",
        "lr_schedule_params": {"max_learning_rate": 0.006, "warmup_frac": 0.28}
      },
      "pipeline_stages": [["emb"], ["hid", "hid", "enc_out"], ["pool", "heads"]],
      "device_mapping": [0, 1, 0],
      "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2],
      "matmul_partials_type": "half", "embedding_serialization_factor": 6,
      "use_outlining": true, "enable_recomputation": true, "replace_layers": true,
      "optimizer_state_offchip": true, "replicated_tensor_sharding": false,
      "min_remote_tensor_size": 50000, "fp_exceptions": false,
      "global_batches_per_log": 1, "seed": 1984
    }
    """

  static let squad = """
    {
      "bert_model_name": "prajjwal1/bert-tiny",
      "num_epochs": 3, "micro_batch_size": 4, "replicas": 1, "grad_acc_steps_per_replica": 6,
      "optimizer_opts": {"name": "LAMB", "params": {"weight_decay_rate": 0.01}},
      "learning_rate": {
        "lr_schedule": "up_down",
        "lr_schedule_params": {"max_learning_rate": 0.001, "warmup_frac": 0.3}
      },
      "pipeline_stages": [["emb"], ["hid", "hid"], ["qa_head"]],
      "device_mapping": [0, 1, 0],
      "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2],
      "matmul_partials_type": "half", "embedding_serialization_factor": 6,
      "use_outlining": true, "enable_recomputation": true, "replace_layers": true,
      "optimizer_state_offchip": true, "global_batches_per_log": 1, "seed": 1984,
      "cache_dir": "cache/", "output_dir": "out/"
    }
    """

  /// The same training as `pretraining`, in the nested form, with its defaults left out.
  static let nested = """
    {
      "dataset_dir": "data/",
      "bert_config": {
        "hidden_size": 128, "vocab_size": 30528, "num_attention_heads": 2,
        "num_hidden_layers": 2, "intermediate_size": 512, "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1, "max_position_embeddings": 512,
        "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
        "position_embedding_type": "absolute"
      },
      "max_seq_length": 128, "max_predictions_per_seq": 20,
      "global_batch": {"micro_batch_size": 1, "replicas": 2, "grad_acc_steps_per_replica": 6},
      "ipu_config": {
        "pipeline_stages": [["emb"], ["hid", "hid", "enc_out"], ["pool", "heads"]],
        "pipeline_device_mapping": [0, 1, 0],
        "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2],
        "replicated_tensor_sharding": false
      },
      "optimizer_opts": {
        "name": "LAMB", "weight_decay_rate": 0.01, "loss_scaling": 16,
        "learning_rate": {
          "schedule_name": "up_down", "max_learning_rate": 0.006, "warmup_frac": 0.28
        }
      },
      "global_batches_per_log": 1, "seed": 1984
    }
    """

  /// Sequence classification, in the nested form.
  static let glue = """
    {
      "bert_model_name": "prajjwal1/bert-tiny",
      "global_batch": {"micro_batch_size": 1, "replicas": 1, "grad_acc_steps_per_replica": 30},
      "num_epochs": 3,
      "ipu_config": {
        "pipeline_stages": [["emb"], ["hid", "hid"], ["pool", "glue_head"]],
        "pipeline_device_mapping": [0, 1, 0],
        "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2],
        "replicated_tensor_sharding": false
      },
      "optimizer_opts": {
        "name": "AdamW", "weight_decay_rate": 0.01,
        "learning_rate": {
          "schedule_name": "up_down", "max_learning_rate": 2e-5, "warmup_frac": 0.1
        }
      },
      "global_batches_per_log": 1, "seed": 1984, "enable_wandb": false,
      "dataset_dir": "cache/", "output_dir": "out/", "glue_task": "rte", "do_training": true
    }
    """

  static func read(_ text: String, overrides: [Override] = []) throws(TesseraError)
    -> LoadedConfiguration
  {
    try Configuration.read(
      bytes: Array(text.utf8), file: "f.json", overrides: overrides, precision: .fp16)
  }

  /// The mistakes of `text` as `place code`.
  static func mistakes(_ text: String, overrides: [Override] = []) -> [String] {
    diagnostics(text, overrides: overrides).map {
      "\($0.location.map { "\($0)" } ?? "nowhere") \($0.code.rawValue)"
    }
  }

  static func diagnostics(_ text: String, overrides: [Override] = []) -> [Diagnostic] {
    do {
      _ = try read(text, overrides: overrides)
      return []
    } catch {
      return error.diagnostics
    }
  }
}
