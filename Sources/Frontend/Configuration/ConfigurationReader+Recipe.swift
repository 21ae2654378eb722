import Foundations
import Recipe

extension ConfigurationReader {
  /// The recipe that the file describes, with the rules that the table of keys cannot say. Worth
  /// something only where `diagnostics` stays empty.
  mutating func recipe(configurationName: String, precision: Precision) -> TrainingRecipe {
    let model = readModel()
    let sequenceLength = optionalInteger("bert_config.max_seq_length")
    let task: TrainingTask =
      switch kind.task {
      case .pretraining:
        .pretraining(maximumPredictions: integer("bert_config.max_predictions_per_seq"))
      case .squad: .questionAnswering
      case .glue: .sequenceClassification(choice("glue_task", or: .mrpc))
      }
    let program = TrainingRecipe.Program(
      task: task, precision: precision,
      microBatchSize: integer("micro_batch_size"), replicas: integer("replicas"),
      accumulationCount: integer("grad_acc_steps_per_replica"),
      sequenceLength: sequenceLength ?? model.maximumPositions, model: model,
      optimizer: readOptimizer(precision: precision),
      pipeline: PipelineMapping(
        stages: readStages(),
        devices: integers("device_mapping"),
        schedule: choice("pipeline_schedule", or: .grouped)),
      availableMemoryProportions: reals("matmul_available_memory_proportion_per_pipeline_stage"),
      matmulPartials: choice("matmul_partials_type", or: .half),
      embeddingSerializationFactor: integer("embedding_serialization_factor"),
      usesOutlining: boolean("use_outlining"), usesRecomputation: boolean("enable_recomputation"),
      replacesLayers: boolean("replace_layers"),
      keepsOptimizerStateOffChip: boolean("optimizer_state_offchip"),
      shardsReplicatedTensors: boolean("replicated_tensor_sharding"),
      minimumRemoteTensorSize: value("min_remote_tensor_size")?.integer ?? 50_000,
      trapsOnFloatExceptions: boolean("fp_exceptions"),
      reportsAccuracy: boolean("show_accuracy"))
    let run = TrainingRecipe.Run(
      configurationName: configurationName, name: runName(configurationName),
      learningRate: readLearningRate(),
      lossScale: optionalReal("loss_scaling").map(LossScale.init), seed: integer("seed"),
      totalSamples: optionalInteger("total_num_train_samples"),
      epochs: kind.task == .pretraining ? nil : integer("num_epochs"),
      globalBatchesPerLog: integer("global_batches_per_log"),
      checkpointInterval: integer("ckpt_every_n_steps_per_execution"),
      datasetDirectory: optionalString("dataset_dir"),
      saveCheckpointPath: optionalString("save_ckpt_path"),
      pretrainedCheckpointPath: optionalString("pretrained_ckpt_path"),
      modelName: optionalString("bert_model_name"),
      cacheDirectory: optionalString("cache_dir"), outputDirectory: optionalString("output_dir"),
      doesTraining: kind.task == .pretraining || boolean("do_training"),
      doesValidation: kind.task == .pretraining || boolean("do_validation"),
      generatesDataset: boolean("generated_dataset"), wandbOptions: wandbOptions())
    return TrainingRecipe(program: program, run: run)
  }

  /// The stages without the layers of other tasks' models, which published files list too.
  private mutating func readStages() -> [[StageLayer]] {
    guard let value = value("pipeline_stages") else { return [] }
    let known = kind.task.layers
    for stage in value.elements ?? [] {
      for layer in stage.elements ?? [] {
        guard let name = layer.string.flatMap(StageLayer.init), !known.contains(name) else {
          continue
        }
        report(
          Diagnostic(
            .note, code: .keyOfOtherTask,
            "\"\(name.rawValue)\" is no layer of the \(kind.task.phrase) model; nothing lies there",
            at: layer.location))
      }
    }
    return StageLayer.stages(value).map { $0.filter(known.contains) }
  }

  /// In the flat form a run is called after the file and the name in Weights & Biases.
  private func runName(_ configurationName: String) -> String? {
    optionalString("name")
      ?? optionalString("wandb_opts.init.name").map { "\(configurationName)-\($0)" }
  }

  /// What Weights & Biases is told; nil where the file says nothing of it.
  private func wandbOptions() -> WandbOptions? {
    let paths = ["log_to_wandb", "init.project", "init.entity", "init.tags", "init.notes"]
      .map { "wandb_opts." + $0 }
    let own = ConfigurationLayout.members(of: "wandb_opts.init", in: kind)
    let others = (root.value(atPath: "wandb_opts.init")?.members ?? [])
      .filter { !own.contains($0.key) }.map { JSON.Plain.Field($0.key, JSON.Plain($0.value)) }
    guard !others.isEmpty || paths.contains(where: { value($0) != nil }) else { return nil }
    func text(_ path: String) -> String? {
      if let value = value(path) { return value.string }
      if case .string(let text) = defaultValue(of: path) { return text }
      return nil
    }
    let tags = value(paths[3])?.elements?.compactMap(\.string)
    return WandbOptions(
      isEnabled: boolean(paths[0]), project: text(paths[1]), entity: text(paths[2]),
      tags: tags ?? (defaultValue(of: paths[3]) == nil ? nil : []), notes: text(paths[4]),
      others: others)
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
    if let name = value("bert_model_name"), let text = name.string {
      if let checkpoint = root["pretrained_ckpt_path"], !checkpoint.isNull {
        reportCheckpointBesideName()
      }
      if let published = PublishedModel.configuration(named: text) {
        model = published
      } else {
        let nearest = text.nearest(among: PublishedModel.names) ?? suggestedModel
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
              Remedy(
                "set bert_model_name to \"\(nearest)\"",
                [.set(path: "bert_model_name", .string(nearest))]),
              "use pretrained_ckpt_path with an inline bert_config",
            ]))
      }
    }
    model.hiddenDropout = real("bert_config.hidden_dropout_prob")
    model.attentionDropout = real("bert_config.attention_probs_dropout_prob")
    model.activation = choice("bert_config.hidden_act", or: .geluTanh)
    model.variant = readVariant()
    return model
  }

  private mutating func reportCheckpointBesideName() {
    let path = "pretrained_ckpt_path"
    guard let member = root.members?.first(where: { $0.key == path }) else { return }
    report(
      modelSourceConflict(
        "\(path) and bert_model_name both say which parameters to start from", at: path, member))
  }

  private mutating func readVariant() -> ModelVariant {
    let variant = ModelVariant(
      usesPredictionTransform: boolean("use_cls_layer"),
      usesPredictionBias: boolean("use_prediction_bias"), usesQKVBias: boolean("use_qkv_bias"),
      splitsQKV: boolean("use_qkv_split"), usesProjectionBias: boolean("use_projection_bias"))
    if variant.usesQKVBias, !variant.splitsQKV, isReadable("use_qkv_bias"),
      isReadable("use_qkv_split")
    {
      report(
        Diagnostic(
          .note, code: .refusedByOriginal,
          "use_qkv_bias without use_qkv_split is built here, but refused by the original",
          at: location(of: value("use_qkv_bias") == nil ? "use_qkv_split" : "use_qkv_bias"),
          remedies: [
            Remedy("set use_qkv_split to true", [.set(path: "use_qkv_split", true)]),
            Remedy("set use_qkv_bias to false", [.set(path: "use_qkv_bias", false)]),
          ]))
    }
    return variant
  }

  private mutating func readOptimizer(precision: Precision) -> Optimizer {
    let key = "optimizer_opts.params.compute_precisions"
    let path = form.path(of: key)
    let written = value(key)
    let formats = (written?.elements ?? [written].compactMap { $0 })
      .compactMap { $0.string.flatMap(Precision.init(rawValue:)) }
    let decay = real("optimizer_opts.params.weight_decay_rate")
    let isAdamW = string("optimizer_opts.name") == "AdamW"
    if formats.dropLast().contains(.fp16) {
      report(
        Diagnostic(
          code: .unsupportedPrecision, "the optimizer's moments and norms are always fp32",
          at: location(of: "\(key)[0]"),
          remedies: [
            Remedy(
              "set the first entry to \"fp32\"",
              [.set(path: path, .array([.string("fp32"), .string(formats[1].rawValue)]))])
          ]))
    }
    if isAdamW, formats.last == .fp16 {
      report(
        Diagnostic(
          code: .unsupportedPrecision, "AdamW's update is always computed in fp32",
          at: location(of: written?.elements == nil ? key : "\(key)[\(formats.count - 1)]"),
          remedies: [
            Remedy("remove \"compute_precisions\"", [.remove(path: path)]),
            Remedy(
              "set optimizer_opts.name to \"LAMB\"", [.set(path: "optimizer_opts.name", "LAMB")]),
          ]))
    }
    return Optimizer(
      isAdamW ? .adamW : .lamb(lastProduct: formats.last ?? precision), weightDecay: decay)
  }

  private mutating func readLearningRate() -> LearningRateSettings {
    let params = "learning_rate.lr_schedule_params"
    let maximum = real("\(params).max_learning_rate")
    if string("learning_rate.lr_schedule") == "constant" { return .constant(maximum: maximum) }
    let path = "\(params).warmup_frac"
    if isReadable(path), isReadable("learning_rate.lr_schedule"), value(path) == nil,
      let key = ConfigurationKey.at(path)
    {
      reportMissing(key)
    }
    return .upDown(maximum: maximum, warmupFraction: real(path))
  }
}
