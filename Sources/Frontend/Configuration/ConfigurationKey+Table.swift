import Foundations
import Recipe

extension ConfigurationKey {
  /// Every key of the flat form; an object stands before its members.
  static let all: [ConfigurationKey] = batches + model + training + pipeline + machine + run

  private static let batches = [
    ConfigurationKey(
      "micro_batch_size", .integer(RecipeLimits.microBatchSize), .required,
      "sequences that go through the model at a time"),
    ConfigurationKey(
      "replicas", .integer(RecipeLimits.replicas), .required,
      "copies of the model that train together"),
    ConfigurationKey(
      "grad_acc_steps_per_replica", .integer(RecipeLimits.accumulationCount), .required,
      "micro-batches that a replica accumulates for one weight update"),
    ConfigurationKey(
      "global_batches_per_log", .integer(RecipeLimits.count), .required,
      "weight updates between two talks with the host"),
    ConfigurationKey(
      "total_num_train_samples", .integer(RecipeLimits.count), pretraining: .optional,
      "samples to train on"),
    ConfigurationKey(
      "num_epochs", .integer(RecipeLimits.count), squad: .required, "passes over the data set"),
  ]

  private static let model = [
    ConfigurationKey("bert_model_name", .string, squadByName: .required, "the published model"),
    ConfigurationKey(
      "bert_config", .object, pretraining: .required, squad: .required, squadByName: .optional,
      "the model's sizes"),
    ConfigurationKey(
      "bert_config.max_seq_length", .integer(RecipeLimits.sequenceLength),
      pretraining: .required, squad: .optional, "tokens of each sequence"),
    // SQuAD files of the original have it too, where nothing reads it.
    ConfigurationKey(
      "bert_config.max_predictions_per_seq", .integer(RecipeLimits.sequenceLength),
      pretraining: .required, squad: .optional, "masked positions of each sequence"),
    size("hidden_size", RecipeLimits.hiddenSize, "columns of every hidden state"),
    size("vocab_size", RecipeLimits.vocabularySize, "entries of the vocabulary"),
    size("num_attention_heads", RecipeLimits.attentionHeads, "attention heads of each layer"),
    size("num_hidden_layers", RecipeLimits.layers, "encoder layers"),
    size("intermediate_size", RecipeLimits.intermediateSize, "columns of the feed-forward layer"),
    size(
      "max_position_embeddings", RecipeLimits.sequenceLength, "the longest sequence", default: 512),
    size("type_vocab_size", RecipeLimits.tokenTypes, "kinds of segment", default: 2),
    ConfigurationKey(
      "bert_config.hidden_dropout_prob", .real(RecipeLimits.probability),
      pretraining: .required, squad: .defaulted(0.1), "dropout of the hidden states"),
    ConfigurationKey(
      "bert_config.attention_probs_dropout_prob", .real(RecipeLimits.probability),
      pretraining: .required, squad: .defaulted(0.1), "dropout of the attention probabilities"),
    ConfigurationKey(
      "bert_config.initializer_range", .real(RecipeLimits.notNegative), pretraining: .required,
      squad: .defaulted(0.02), squadByName: .absent, "standard deviation of the initial weights"),
    ConfigurationKey(
      "bert_config.layer_norm_eps", .real(RecipeLimits.positive), pretraining: .required,
      squad: .defaulted(1e-12), squadByName: .absent, "what layer norm adds to the variance"),
    ConfigurationKey(
      "bert_config.position_embedding_type", .choice(["absolute"]), pretraining: .required,
      squad: .defaulted("absolute"), squadByName: .absent, "how positions are told apart"),
    // Tessera's own extension.
    ConfigurationKey(
      "bert_config.hidden_act", .choice(BertConfiguration.Activation.allCases.map(\.rawValue)),
      .defaulted("gelu_tanh"), "the activation function"),
  ]

  /// A size of `bert_config`, which a model's name already says.
  private static func size(
    _ name: String, _ range: ClosedRange<Int>, _ meaning: String, default value: Int? = nil
  ) -> ConfigurationKey {
    ConfigurationKey(
      "bert_config.\(name)", .integer(range), pretraining: .required,
      squad: value.map { .defaulted(.integer($0)) } ?? .required, squadByName: .absent, meaning)
  }

  private static let training = [
    ConfigurationKey("optimizer_opts", .object, .required, "the optimizer"),
    ConfigurationKey(
      "optimizer_opts.name", .choice(["LAMB", "AdamW"]), .required, "the update rule"),
    ConfigurationKey("optimizer_opts.params", .object, .required, "its hyper-parameters"),
    ConfigurationKey(
      "optimizer_opts.params.weight_decay_rate", .real(RecipeLimits.notNegative), .required,
      "the weight decay"),
    // One format, or two: that of the moments and norms, which is always fp32, and that of LAMB's
    // product of learning rate, trust ratio and update. One alone is the latter.
    ConfigurationKey(
      "optimizer_opts.params.compute_precisions", .precisions, .optional,
      "the format of LAMB's last product"),
    ConfigurationKey("learning_rate", .object, .required, "the learning rate"),
    // "constant" is Tessera's own extension.
    ConfigurationKey(
      "learning_rate.lr_schedule", .choice(["up_down", "constant"]), .required,
      "how the learning rate goes"),
    ConfigurationKey(
      "learning_rate.lr_schedule_params", .object, .required, "the schedule's parameters"),
    ConfigurationKey(
      "learning_rate.lr_schedule_params.max_learning_rate", .real(RecipeLimits.positive),
      .required, "the highest learning rate"),
    // Needed by "up_down"; "constant" leaves it alone, so that switching is one override.
    ConfigurationKey(
      "learning_rate.lr_schedule_params.warmup_frac", .real(RecipeLimits.fraction), .optional,
      "the part of the training in which the learning rate rises"),
    ConfigurationKey(
      "loss_scaling", .real(RecipeLimits.positive), pretraining: .requiredOrNull,
      "the factor on the loss"),
    ConfigurationKey("seed", .integer(RecipeLimits.countOrZero), .required, "the random seed"),
  ]

  private static let pipeline = [
    ConfigurationKey(
      "pipeline_stages", .stages, .required, "which layers each pipeline stage holds"),
    ConfigurationKey(
      "device_mapping", .integers(RecipeLimits.device), .required, "the IPU of each stage"),
    ConfigurationKey(
      "matmul_available_memory_proportion_per_pipeline_stage",
      .reals(RecipeLimits.memoryProportion), .required,
      "for each IPU, the part of a tile's memory for matrix products"),
  ]

  private static let machine = [
    ConfigurationKey(
      "matmul_partials_type", .choice(MatmulPartials.allCases.map(\.rawValue)), .required,
      "the format of matrix products' partial sums"),
    ConfigurationKey(
      "embedding_serialization_factor",
      .integer(RecipeLimits.embeddingSerializationFactor), .required,
      "slices of the vocabulary in the embedding's products"),
    ConfigurationKey(
      "use_outlining", .boolean, .required, "whether equal parts of the program share code"),
    ConfigurationKey(
      "enable_recomputation", .boolean, .required,
      "whether the backward pass computes activations again"),
    ConfigurationKey(
      "replace_layers", .boolean, .required, "whether layers take the forms made for IPUs"),
    ConfigurationKey(
      "optimizer_state_offchip", .boolean, .required,
      "whether the optimizer's state lies in streaming memory"),
    ConfigurationKey(
      "replicated_tensor_sharding", .boolean, pretraining: .required,
      "whether replicas share out the optimizer's state"),
    ConfigurationKey(
      "min_remote_tensor_size", .integer(RecipeLimits.countOrZero), pretraining: .required,
      "bytes below which a tensor stays on the chip"),
    ConfigurationKey(
      "fp_exceptions", .boolean, pretraining: .required,
      "whether a floating-point exception stops the program"),
  ]

  private static let run = [
    ConfigurationKey("name", .string, .optional, "the run's name"),
    ConfigurationKey(
      "dataset_dir", .string, pretraining: .required, "the folder of TFRecord files"),
    ConfigurationKey("cache_dir", .string, squad: .required, "where the data set is kept"),
    ConfigurationKey("output_dir", .string, squad: .required, "where predictions go"),
    ConfigurationKey("save_ckpt_path", .string, .optional, "where checkpoints go"),
    ConfigurationKey(
      "pretrained_ckpt_path", .string, pretraining: .optional, squad: .optional,
      squadByName: .absent, "the checkpoint to start from"),
    ConfigurationKey(
      "ckpt_every_n_steps_per_execution", .integer(RecipeLimits.count), .defaulted(2000),
      "executions between two checkpoints"),
    ConfigurationKey("wandb_opts", .object, .optional, "Weights & Biases"),
    ConfigurationKey("wandb_opts.log_to_wandb", .boolean, .optional, "whether to log there"),
    ConfigurationKey("wandb_opts.init", .openObject, .optional, "what its run starts with"),
  ]
}

extension ConfigurationKey {
  private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

  /// The key at `path` where there is one.
  static func at(_ path: String) -> ConfigurationKey? { byPath[path] }

  /// The keys of the object at `parent`.
  static func members(of parent: String) -> [ConfigurationKey] {
    all.filter { $0.parent == parent }
  }
}
