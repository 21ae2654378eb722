import Foundations
import Recipe

extension ConfigurationReader {
  /// The recipe that the file describes, with the rules that the table of keys cannot say. Worth
  /// something only where `diagnostics` stays empty.
  mutating func recipe(configurationName: String, precision: Precision) -> TrainingRecipe {
    let model = readModel()
    let sequenceLength = optionalInteger("bert_config.max_seq_length")
    let task: TrainingTask =
      form == .pretraining
      ? .pretraining(maximumPredictions: integer("bert_config.max_predictions_per_seq"))
      : .questionAnswering
    let program = TrainingRecipe.Program(
      task: task, precision: precision,
      microBatchSize: integer("micro_batch_size"), replicas: integer("replicas"),
      accumulationCount: integer("grad_acc_steps_per_replica"),
      sequenceLength: sequenceLength ?? model.maximumPositions, model: model,
      optimizer: readOptimizer(precision: precision),
      pipeline: PipelineMapping(
        stages: value("pipeline_stages").map(StageLayer.stages) ?? [],
        devices: integers("device_mapping")),
      availableMemoryProportions: reals("matmul_available_memory_proportion_per_pipeline_stage"),
      matmulPartials: choice("matmul_partials_type", or: .half),
      embeddingSerializationFactor: integer("embedding_serialization_factor"),
      usesOutlining: boolean("use_outlining"), usesRecomputation: boolean("enable_recomputation"),
      replacesLayers: boolean("replace_layers"),
      keepsOptimizerStateOffChip: boolean("optimizer_state_offchip"),
      shardsReplicatedTensors: boolean("replicated_tensor_sharding"),
      minimumRemoteTensorSize: optionalInteger("min_remote_tensor_size") ?? 50_000,
      trapsOnFloatExceptions: boolean("fp_exceptions"))
    let run = TrainingRecipe.Run(
      configurationName: configurationName, name: optionalString("name"),
      learningRate: readLearningRate(),
      lossScale: optionalReal("loss_scaling").map(LossScale.init), seed: integer("seed"),
      totalSamples: optionalInteger("total_num_train_samples"),
      epochs: form == .pretraining ? nil : integer("num_epochs"),
      globalBatchesPerLog: integer("global_batches_per_log"),
      checkpointInterval: integer("ckpt_every_n_steps_per_execution"),
      datasetDirectory: optionalString("dataset_dir"),
      saveCheckpointPath: optionalString("save_ckpt_path"),
      pretrainedCheckpointPath: optionalString("pretrained_ckpt_path"),
      modelName: optionalString("bert_model_name"),
      cacheDirectory: optionalString("cache_dir"), outputDirectory: optionalString("output_dir"),
      wandbOptions: value("wandb_opts").map { JSON.Plain($0) })
    return TrainingRecipe(program: program, run: run)
  }

  private mutating func readModel() -> BertConfiguration {
    var model = BertConfiguration(
      hiddenSize: integer("bert_config.hidden_size"),
      vocabularySize: integer("bert_config.vocab_size"),
      attentionHeads: integer("bert_config.num_attention_heads"),
      layers: integer("bert_config.num_hidden_layers"),
      intermediateSize: integer("bert_config.intermediate_size"),
      maximumPositions: integer("bert_config.max_position_embeddings"),
      tokenTypes: integer("bert_config.type_vocab_size"),
      initializerRange: real("bert_config.initializer_range"),
      layerNormEpsilon: real("bert_config.layer_norm_eps"))
    if form == .squadByName, let name = value("bert_model_name"), let text = name.string {
      if let published = PublishedModel.configuration(named: text) {
        model = published
      } else {
        let nearest = text.nearest(among: PublishedModel.names) ?? "bert-base-uncased"
        reportUnreadable(
          "bert_model_name",
          Diagnostic(
            code: .unknownModel,
            "bert_model_name must be a published model, but is \(name.phrase)",
            at: name.location,
            notes: [
              "known are bert-base-uncased, bert-large-uncased, prajjwal1/bert-{tiny,mini,small,"
                + "medium} and google/bert_uncased_L-{2,4,...,12}_H-{128,256,512,768}_A-{2,4,8,12}"
            ],
            remedies: [
              "replace it by \"\(nearest)\"",
              "use pretrained_ckpt_path with an inline bert_config",
            ]))
      }
    }
    model.hiddenDropout = real("bert_config.hidden_dropout_prob")
    model.attentionDropout = real("bert_config.attention_probs_dropout_prob")
    model.activation = choice("bert_config.hidden_act", or: .geluTanh)
    return model
  }

  private mutating func readOptimizer(precision: Precision) -> Optimizer {
    let path = "optimizer_opts.params.compute_precisions"
    let written = value(path)
    let formats = (written?.elements ?? [written].compactMap { $0 })
      .compactMap { $0.string.flatMap(Precision.init(rawValue:)) }
    let decay = real("optimizer_opts.params.weight_decay_rate")
    let isAdamW = string("optimizer_opts.name") == "AdamW"
    if formats.dropLast().contains(.fp16) {
      report(
        Diagnostic(
          code: .unsupportedPrecision, "the optimizer's moments and norms are always fp32",
          at: location(of: "\(path)[0]"), remedies: ["replace the first entry by \"fp32\""]))
    }
    if isAdamW, formats.last == .fp16 {
      report(
        Diagnostic(
          code: .unsupportedPrecision, "AdamW's update is always computed in fp32",
          at: location(of: written?.elements == nil ? path : "\(path)[\(formats.count - 1)]"),
          remedies: ["remove \"compute_precisions\"", "set optimizer_opts.name to \"LAMB\""]))
    }
    return Optimizer(
      isAdamW ? .adamW : .lamb(lastProduct: formats.last ?? precision), weightDecay: decay)
  }

  private mutating func readLearningRate() -> LearningRateSettings {
    let params = "learning_rate.lr_schedule_params"
    let maximum = real("\(params).max_learning_rate")
    if string("learning_rate.lr_schedule") == "constant" { return .constant(maximum: maximum) }
    let path = "\(params).warmup_frac"
    if isReadable(path), isReadable("learning_rate.lr_schedule"), value(path) == nil {
      reportMissing(path)
    }
    return .upDown(maximum: maximum, warmupFraction: real(path))
  }
}
