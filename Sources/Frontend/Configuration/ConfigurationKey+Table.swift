import Foundations
import Recipe

extension ConfigurationKey {
  /// Every key, in the order in which files are written.
  static let all: [ConfigurationKey] =
    data + model + variants + batches + pipeline + training + machine + run

  private static let data = [
    ConfigurationKey(
      "dataset_dir", .string, .pretraining(.required), "the folder of TFRecord files",
      suggestion: "data/"),
    ConfigurationKey(
      "cache_dir", .string, .fineTuning(.required), "where the data set is kept",
      suggestion: "./cache/"),
    ConfigurationKey(
      "output_dir", .string, .fineTuning(.required), "where predictions go",
      suggestion: "./output/"),
    ConfigurationKey(
      "generated_dataset", .boolean, .everywhere(.defaulted(false)),
      "whether random data of the right shape takes the data set's place"),
    ConfigurationKey(
      "glue_task", .choice(GlueTask.allCases.map(\.rawValue)),
      Needs(glue: .defaulted("mrpc")), "the task of the GLUE benchmark"),
  ]

  private static let model = [
    ConfigurationKey("bert_model_name", .string, .fineTuning(.optional), "the published model"),
    ConfigurationKey(
      "bert_config.max_seq_length", .integer(RecipeLimits.sequenceLength),
      .fineTuning(.optional, pretraining: .required), "tokens of each sequence", suggestion: 128),
    ConfigurationKey(
      "bert_config.max_predictions_per_seq", .integer(RecipeLimits.sequenceLength),
      .pretraining(.required), "masked positions of each sequence", suggestion: 20),
    size("hidden_size", RecipeLimits.hiddenSize, "columns of every hidden state", 768),
    size("vocab_size", RecipeLimits.vocabularySize, "entries of the vocabulary", 30_400),
    size("num_attention_heads", RecipeLimits.attentionHeads, "attention heads of each layer", 12),
    size("num_hidden_layers", RecipeLimits.layers, "encoder layers", 12),
    size(
      "intermediate_size", RecipeLimits.intermediateSize, "columns of the feed-forward layer", 3072),
    constant(
      "max_position_embeddings", .integer(RecipeLimits.sequenceLength), "the longest sequence", 512),
    constant("type_vocab_size", .integer(RecipeLimits.tokenTypes), "kinds of segment", 2),
    dropout("hidden_dropout_prob", "dropout of the hidden states"),
    dropout("attention_probs_dropout_prob", "dropout of the attention probabilities"),
    constant(
      "initializer_range", .real(RecipeLimits.notNegative),
      "standard deviation of the initial weights", 0.02),
    constant(
      "layer_norm_eps", .real(RecipeLimits.positive), "what layer norm adds to the variance", 1e-12),
    constant(
      "position_embedding_type", .choice(["absolute"]), "how positions are told apart", "absolute"),
    // Tessera's own extension.
    ConfigurationKey(
      "bert_config.hidden_act", .choice(BertConfiguration.Activation.allCases.map(\.rawValue)),
      .everywhere(.defaulted("gelu_tanh")), "the activation function"),
  ]

  /// A size of `bert_config` without a usual value.
  private static func size(
    _ name: String, _ range: ClosedRange<Int>, _ meaning: String, _ suggestion: Int
  ) -> ConfigurationKey {
    ConfigurationKey(
      "bert_config.\(name)", .integer(range), .everywhere(.required), meaning,
      suggestion: .integer(suggestion), isModelSize: true)
  }

  /// A value of `bert_config` that is the same in every published model.
  private static func constant(
    _ name: String, _ kind: ValueKind, _ meaning: String, _ usual: JSON.Plain
  ) -> ConfigurationKey {
    ConfigurationKey(
      "bert_config.\(name)", kind, .fineTuning(.defaulted(usual), pretraining: .required), meaning,
      suggestion: usual, isModelSize: true)
  }

  private static func dropout(_ name: String, _ meaning: String) -> ConfigurationKey {
    ConfigurationKey(
      "bert_config.\(name)", .real(RecipeLimits.probability),
      .fineTuning(.defaulted(0.1), pretraining: .required), meaning, suggestion: 0.1)
  }

  // Keys of the nested form; the flat form's model has all of them true. Tessera reads them in flat
  // files too, so that a file can be converted without loss.
  private static let variants = [
    variant("use_cls_layer", false, "dense layer, activation and layer norm before the vocabulary"),
    variant("use_prediction_bias", true, "bias of the vocabulary's logits"),
    variant("use_qkv_bias", false, "bias of query, key and value"),
    variant("use_qkv_split", false, "query, key and value as three products instead of one"),
    variant("use_projection_bias", false, "bias of the attention's output"),
  ]

  private static func variant(
    _ name: String, _ nested: Bool, _ meaning: String
  ) -> ConfigurationKey {
    ConfigurationKey(
      name, .boolean, .everywhere(.defaulted(true)),
      nested: .everywhere(.defaulted(.boolean(nested))), meaning)
  }

  private static let batches = [
    ConfigurationKey(
      "micro_batch_size", .integer(RecipeLimits.microBatchSize),
      "sequences that go through the model at a time", suggestion: 2),
    ConfigurationKey(
      "replicas", .integer(RecipeLimits.replicas), "copies of the model that train together",
      suggestion: 1),
    // A multiple of twice the stages for 1 to 6 and 10 stages.
    ConfigurationKey(
      "grad_acc_steps_per_replica", .integer(RecipeLimits.accumulationCount),
      "micro-batches that a replica accumulates for one weight update", suggestion: 120),
    ConfigurationKey(
      "total_num_train_samples", .integer(RecipeLimits.count), .everywhere(.optional),
      "samples to train on"),
    ConfigurationKey(
      "num_epochs", .integer(RecipeLimits.count), .fineTuning(.required),
      "passes over the data set", suggestion: 3),
  ]

  private static let pipeline = [
    ConfigurationKey("pipeline_stages", .stages, "which layers each pipeline stage holds"),
    ConfigurationKey(
      "device_mapping", .integers(RecipeLimits.device), "the IPU of each stage"),
    ConfigurationKey(
      "matmul_available_memory_proportion_per_pipeline_stage",
      .reals(RecipeLimits.memoryProportion),
      "for each IPU, the part of a tile's memory for matrix products", suggestion: [0.2]),
    // Tessera's own extension: the original's scripts always group.
    ConfigurationKey(
      "pipeline_schedule", .choice(PipelineSchedule.allCases.map(\.rawValue)),
      .everywhere(.optional), "how micro-batches follow each other through the stages",
      suggestion: "grouped"),
    ConfigurationKey(
      "replicated_tensor_sharding", .boolean,
      .fineTuning(.defaulted(false), pretraining: .required),
      "whether replicas share out the optimizer's state", suggestion: false,
      isNeededByOriginal: true),
  ]

  private static let training = [
    ConfigurationKey(
      "optimizer_opts.name", .choice(["LAMB", "AdamW"]), "the update rule", suggestion: "LAMB"),
    ConfigurationKey(
      "optimizer_opts.params.weight_decay_rate", .real(RecipeLimits.notNegative),
      "the weight decay", suggestion: 0.01),
    // Tessera's own extension. One format, or two: that of the moments and norms, which is always
    // fp32, and that of LAMB's product of learning rate, trust ratio and update. One alone is the
    // latter.
    ConfigurationKey(
      "optimizer_opts.params.compute_precisions", .precisions, .everywhere(.optional),
      "the format of LAMB's last product"),
    ConfigurationKey(
      "loss_scaling", .real(RecipeLimits.positive), .pretraining(.requiredOrNull),
      nested: .pretraining(.optional), "the factor on the loss", suggestion: .null),
    // "constant" is Tessera's own extension.
    ConfigurationKey(
      "learning_rate.lr_schedule", .choice(["up_down", "constant"]), "how the learning rate goes",
      suggestion: "up_down"),
    ConfigurationKey(
      "learning_rate.lr_schedule_params.max_learning_rate", .real(RecipeLimits.positive),
      "the highest learning rate", suggestion: 0.001),
    // Needed by "up_down"; "constant" leaves it alone, so that switching is one override.
    ConfigurationKey(
      "learning_rate.lr_schedule_params.warmup_frac", .real(RecipeLimits.fraction),
      .everywhere(.optional), "the part of the training in which the learning rate rises",
      suggestion: 0.1),
    ConfigurationKey(
      "seed", .integer(RecipeLimits.countOrZero), "the random seed", suggestion: 1984),
  ]

  private static let machine = [
    ConfigurationKey(
      "matmul_partials_type", .choice(MatmulPartials.allCases.map(\.rawValue)),
      nested: .everywhere(.defaulted("half")), "the format of matrix products' partial sums",
      suggestion: "half"),
    ConfigurationKey(
      "embedding_serialization_factor", .integer(RecipeLimits.embeddingSerializationFactor),
      nested: .everywhere(.defaulted(2)), "slices of the vocabulary in the embedding's products",
      suggestion: 2),
    pass("use_outlining", "whether equal parts of the program share code"),
    pass("enable_recomputation", "whether the backward pass computes activations again"),
    pass("replace_layers", "whether layers take the forms made for IPUs"),
    pass("optimizer_state_offchip", "whether the optimizer's state lies in streaming memory"),
    ConfigurationKey(
      "min_remote_tensor_size", .integer(RecipeLimits.countOrZero), .pretraining(.required),
      nested: .everywhere(.defaulted(50_000)), "bytes below which a tensor stays on the chip",
      suggestion: 50_000),
    ConfigurationKey(
      "fp_exceptions", .boolean, .pretraining(.required),
      nested: .everywhere(.defaulted(false)),
      "whether a floating-point exception stops the program", suggestion: false),
    ConfigurationKey(
      "enable_stochastic_rounding", .boolean, .everywhere(.defaulted(false)),
      nested: .everywhere(.defaulted(true)), "whether half-precision results are rounded at random",
      effect: .stored),
    ConfigurationKey(
      "compile_only", .boolean, .everywhere(.defaulted(false)),
      "whether to stop after compiling, which tesserac always does", effect: .stored),
  ]

  private static func pass(_ name: String, _ meaning: String) -> ConfigurationKey {
    ConfigurationKey(
      name, .boolean, nested: .everywhere(.defaulted(true)), meaning, suggestion: true)
  }

  private static let run = [
    ConfigurationKey(
      "global_batches_per_log", .integer(RecipeLimits.count),
      "weight updates between two talks with the host", suggestion: 1),
    ConfigurationKey("name", .string, .everywhere(.optional), "the run's name"),
    ConfigurationKey(
      "pretrained_ckpt_path", .string, .everywhere(.optional), "the checkpoint to start from"),
    ConfigurationKey("save_ckpt_path", .string, .everywhere(.optional), "where checkpoints go"),
    ConfigurationKey(
      "ckpt_every_n_steps_per_execution", .integer(RecipeLimits.count),
      .everywhere(.defaulted(2000)), "executions between two checkpoints"),
    ConfigurationKey(
      "do_training", .boolean, .fineTuning(.defaulted(true)), "whether to train"),
    ConfigurationKey(
      "do_validation", .boolean, .fineTuning(.defaulted(true)),
      "whether to evaluate after training"),
    ConfigurationKey(
      "do_test", .boolean, Needs(glue: .defaulted(false)),
      "whether to predict the benchmark's test set", effect: .storedUnless(false)),
    ConfigurationKey(
      "show_accuracy", .boolean, .everywhere(.defaulted(true)),
      "whether the log has accuracies beside the losses"),
    ConfigurationKey(
      "logging", .choice(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
      .everywhere(.defaulted("INFO")), "how much the original's log tells", effect: .stored),
    ConfigurationKey(
      "wandb_opts.log_to_wandb", .boolean, .everywhere(.defaulted(false)),
      "whether to log to Weights & Biases", isNeededByOriginal: true),
    ConfigurationKey(
      "wandb_opts.init.project", .string, .everywhere(.optional),
      nested: .everywhere(.defaulted("TF2-BERT")), "the project in Weights & Biases"),
    ConfigurationKey(
      "wandb_opts.init.entity", .string, .everywhere(.optional),
      nested: .everywhere(.defaulted("sw-apps")), "the account in Weights & Biases"),
    ConfigurationKey(
      "wandb_opts.init.tags", .strings, .everywhere(.optional),
      nested: .everywhere(.defaulted([])), "the run's tags in Weights & Biases"),
    ConfigurationKey(
      "wandb_opts.init.name", .string, .everywhere(.optional), nested: .everywhere(.absent),
      "what follows the configuration's name in the name of the run"),
    ConfigurationKey(
      "wandb_opts.init.notes", .string, .everywhere(.optional), nested: .everywhere(.absent),
      "the run's notes in Weights & Biases"),
  ]
}
