import Foundations

// The lossless text form: two JSON objects with the configuration's own keys, so that a person can
// read them, plus what a configuration leaves to defaults and flags.

extension TrainingRecipe {
  private static let programFormat = "tessera.recipe-program/4"
  private static let runFormat = "tessera.recipe-run/1"

  /// The program's part as JSON bytes: equal programs give equal bytes.
  package func encodedProgram() -> [UInt8] {
    Array(program.plain(format: Self.programFormat).text().utf8)
  }

  /// The run's part as JSON bytes.
  package func encodedRun() -> [UInt8] {
    Array(run.plain(format: Self.runFormat).text().utf8)
  }

  /// Reads both parts back. What comes out is checked as a configuration is: values in range and
  /// no contradictions. Errors: `badData` with all mistakes of a part, `incompatible`
  /// (`recipe-version`) where another version of Tessera wrote the text.
  package static func decode(
    program programBytes: [UInt8], run runBytes: [UInt8]
  ) throws(TesseraError) -> TrainingRecipe {
    var programReader = try RecipeReader(programBytes, file: "<recipe: program>")
    try programReader.checkFormat(programFormat)
    let program = Program(&programReader)
    var runReader = try RecipeReader(runBytes, file: "<recipe: run>")
    try runReader.checkFormat(runFormat)
    let run = Run(&runReader)
    programReader.finish()
    runReader.finish()
    let mistakes = programReader.diagnostics + runReader.diagnostics
    guard mistakes.isEmpty else { throw TesseraError(.badData, mistakes) }
    let recipe = TrainingRecipe(program: program, run: run)
    let violations = recipe.violations().filter { $0.severity == .error }
    guard violations.isEmpty else {
      throw TesseraError(
        .badData, violations.map { $0.diagnostic(at: programReader.location(of: $0.path)) })
    }
    return recipe
  }
}

extension RecipeReader {
  fileprivate mutating func checkFormat(_ format: String) throws(TesseraError) {
    let found = string("format")
    guard found == format else {
      throw TesseraError(
        .incompatible, code: .recipeVersion,
        "the recipe's format is \(JSON.Plain.string(found).text()), but \"\(format)\" is needed",
        at: location(of: "format"),
        remedies: ["compile the configuration again with this version"])
    }
  }
}

extension TrainingRecipe.Program {
  fileprivate func plain(format: String) -> JSON.Plain {
    .object(atPaths: [("format", .string(format))] + values)
  }

  /// Each key with its value, nil where the program has none.
  var values: [(path: String, value: JSON.Plain?)] {
    let task: (name: String, predictions: Int?, glue: GlueTask?) =
      switch self.task {
      case .pretraining(let maximum): ("pretraining", maximum, nil)
      case .questionAnswering: ("squad", nil, nil)
      case .sequenceClassification(let glue): ("glue", nil, glue)
      }
    var lastProduct: Precision?
    if case .lamb(let precision) = optimizer.kind { lastProduct = precision }
    return [
      ("task", .string(task.name)),
      ("glue_task", task.glue.map { .string($0.rawValue) }),
      ("precision", .string(precision.rawValue)),
      ("micro_batch_size", .integer(microBatchSize)),
      ("replicas", .integer(replicas)),
      ("grad_acc_steps_per_replica", .integer(accumulationCount)),
      ("bert_config.max_seq_length", .integer(sequenceLength)),
      ("bert_config.max_predictions_per_seq", task.predictions.map(JSON.Plain.integer)),
      ("bert_config.hidden_size", .integer(model.hiddenSize)),
      ("bert_config.vocab_size", .integer(model.vocabularySize)),
      ("bert_config.num_attention_heads", .integer(model.attentionHeads)),
      ("bert_config.num_hidden_layers", .integer(model.layers)),
      ("bert_config.intermediate_size", .integer(model.intermediateSize)),
      ("bert_config.max_position_embeddings", .integer(model.maximumPositions)),
      ("bert_config.type_vocab_size", .integer(model.tokenTypes)),
      ("bert_config.hidden_dropout_prob", .real(model.hiddenDropout)),
      ("bert_config.attention_probs_dropout_prob", .real(model.attentionDropout)),
      ("bert_config.initializer_range", .real(model.initializerRange)),
      ("bert_config.layer_norm_eps", .real(model.layerNormEpsilon)),
      ("bert_config.hidden_act", .string(model.activation.rawValue)),
      ("use_cls_layer", .boolean(model.variant.usesPredictionTransform)),
      ("use_prediction_bias", .boolean(model.variant.usesPredictionBias)),
      ("use_qkv_bias", .boolean(model.variant.usesQKVBias)),
      ("use_qkv_split", .boolean(model.variant.splitsQKV)),
      ("use_projection_bias", .boolean(model.variant.usesProjectionBias)),
      ("optimizer_opts.name", .string(optimizer.kind.name)),
      ("optimizer_opts.params.weight_decay_rate", .real(optimizer.weightDecay)),
      ("optimizer_opts.params.beta_1", .real(optimizer.beta1)),
      ("optimizer_opts.params.beta_2", .real(optimizer.beta2)),
      ("optimizer_opts.params.epsilon", .real(optimizer.epsilon)),
      ("optimizer_opts.params.last_product_precision", lastProduct.map { .string($0.rawValue) }),
      (
        "pipeline_stages",
        .array(pipeline.stages.map { .array($0.map { .string($0.rawValue) }) })
      ),
      ("device_mapping", .array(pipeline.devices.map(JSON.Plain.integer))),
      ("pipeline_schedule", .string(pipeline.schedule.rawValue)),
      (
        "matmul_available_memory_proportion_per_pipeline_stage",
        .array(availableMemoryProportions.map(JSON.Plain.real))
      ),
      ("matmul_partials_type", .string(matmulPartials.rawValue)),
      ("embedding_serialization_factor", .integer(embeddingSerializationFactor)),
      ("use_outlining", .boolean(usesOutlining)),
      ("enable_recomputation", .boolean(usesRecomputation)),
      ("replace_layers", .boolean(replacesLayers)),
      ("optimizer_state_offchip", .boolean(keepsOptimizerStateOffChip)),
      ("replicated_tensor_sharding", .boolean(shardsReplicatedTensors)),
      ("min_remote_tensor_size", .integer(minimumRemoteTensorSize)),
      ("fp_exceptions", .boolean(trapsOnFloatExceptions)),
      ("show_accuracy", .boolean(reportsAccuracy)),
    ]
  }

  fileprivate init(_ reader: inout RecipeReader) {
    let task = TrainingTask(&reader)
    let precision = reader.choice("precision", or: Precision.fp16)
    let sequenceLength = reader.integer("bert_config.max_seq_length", RecipeLimits.sequenceLength)
    self.init(
      task: task,
      precision: precision,
      microBatchSize: reader.integer("micro_batch_size", RecipeLimits.microBatchSize),
      replicas: reader.integer("replicas", RecipeLimits.replicas),
      accumulationCount: reader.integer(
        "grad_acc_steps_per_replica", RecipeLimits.accumulationCount),
      sequenceLength: sequenceLength,
      model: BertConfiguration(&reader),
      optimizer: Optimizer(&reader),
      pipeline: PipelineMapping(
        stages: reader.stages("pipeline_stages"),
        devices: reader.integers("device_mapping", RecipeLimits.device),
        schedule: reader.choice("pipeline_schedule", or: PipelineSchedule.grouped)),
      availableMemoryProportions: reader.reals(
        "matmul_available_memory_proportion_per_pipeline_stage", RecipeLimits.memoryProportion),
      matmulPartials: reader.choice("matmul_partials_type", or: MatmulPartials.half),
      embeddingSerializationFactor: reader.integer(
        "embedding_serialization_factor", RecipeLimits.embeddingSerializationFactor),
      usesOutlining: reader.boolean("use_outlining"),
      usesRecomputation: reader.boolean("enable_recomputation"),
      replacesLayers: reader.boolean("replace_layers"),
      keepsOptimizerStateOffChip: reader.boolean("optimizer_state_offchip"),
      shardsReplicatedTensors: reader.boolean("replicated_tensor_sharding"),
      minimumRemoteTensorSize: reader.integer("min_remote_tensor_size", RecipeLimits.countOrZero),
      trapsOnFloatExceptions: reader.boolean("fp_exceptions"),
      reportsAccuracy: reader.boolean("show_accuracy"))
  }
}

extension TrainingTask {
  fileprivate init(_ reader: inout RecipeReader) {
    switch reader.choice("task", among: ["pretraining", "squad", "glue"]) {
    case "squad": self = .questionAnswering
    case "glue": self = .sequenceClassification(reader.choice("glue_task", or: GlueTask.cola))
    default:
      self = .pretraining(
        maximumPredictions: reader.integer(
          "bert_config.max_predictions_per_seq", RecipeLimits.sequenceLength))
    }
  }
}

extension ModelVariant {
  fileprivate init(_ reader: inout RecipeReader) {
    self.init(
      usesPredictionTransform: reader.boolean("use_cls_layer"),
      usesPredictionBias: reader.boolean("use_prediction_bias"),
      usesQKVBias: reader.boolean("use_qkv_bias"), splitsQKV: reader.boolean("use_qkv_split"),
      usesProjectionBias: reader.boolean("use_projection_bias"))
  }
}

extension BertConfiguration {
  fileprivate init(_ reader: inout RecipeReader) {
    self.init(
      hiddenSize: reader.integer("bert_config.hidden_size", RecipeLimits.hiddenSize),
      vocabularySize: reader.integer("bert_config.vocab_size", RecipeLimits.vocabularySize),
      attentionHeads: reader.integer(
        "bert_config.num_attention_heads", RecipeLimits.attentionHeads),
      layers: reader.integer("bert_config.num_hidden_layers", RecipeLimits.layers),
      intermediateSize: reader.integer(
        "bert_config.intermediate_size", RecipeLimits.intermediateSize),
      maximumPositions: reader.integer(
        "bert_config.max_position_embeddings", RecipeLimits.sequenceLength),
      tokenTypes: reader.integer("bert_config.type_vocab_size", RecipeLimits.tokenTypes),
      hiddenDropout: reader.real("bert_config.hidden_dropout_prob", RecipeLimits.probability),
      attentionDropout: reader.real(
        "bert_config.attention_probs_dropout_prob", RecipeLimits.probability),
      initializerRange: reader.real("bert_config.initializer_range", RecipeLimits.notNegative),
      layerNormEpsilon: reader.real("bert_config.layer_norm_eps", RecipeLimits.positive),
      activation: reader.choice("bert_config.hidden_act", or: Activation.geluTanh),
      variant: ModelVariant(&reader))
  }
}

extension Optimizer {
  fileprivate init(_ reader: inout RecipeReader) {
    let params = "optimizer_opts.params"
    let isLAMB = reader.choice("optimizer_opts.name", among: ["LAMB", "AdamW"]) == "LAMB"
    self.init(
      isLAMB
        ? .lamb(
          lastProduct: reader.choice("\(params).last_product_precision", or: Precision.fp32))
        : .adamW,
      weightDecay: reader.real("\(params).weight_decay_rate", RecipeLimits.notNegative),
      beta1: reader.real("\(params).beta_1", RecipeLimits.probability),
      beta2: reader.real("\(params).beta_2", RecipeLimits.probability),
      epsilon: reader.real("\(params).epsilon", RecipeLimits.positive))
  }
}

extension TrainingRecipe.Run {
  fileprivate func plain(format: String) -> JSON.Plain {
    .object(atPaths: [("format", .string(format))] + values)
  }

  /// Each key with its value, nil where the run has none.
  var values: [(path: String, value: JSON.Plain?)] {
    let schedule: (name: String, maximum: Double, warmup: Double?) =
      switch learningRate {
      case .upDown(let maximum, let warmup): ("up_down", maximum, warmup)
      case .constant(let maximum): ("constant", maximum, nil)
      }
    return [
      ("config", .string(configurationName)),
      ("name", name.map(JSON.Plain.string)),
      ("learning_rate.lr_schedule", .string(schedule.name)),
      ("learning_rate.lr_schedule_params.max_learning_rate", .real(schedule.maximum)),
      ("learning_rate.lr_schedule_params.warmup_frac", schedule.warmup.map(JSON.Plain.real)),
      ("loss_scaling", lossScale.map { .real($0.value) }),
      ("seed", .integer(seed)),
      ("total_num_train_samples", totalSamples.map(JSON.Plain.integer)),
      ("num_epochs", epochs.map(JSON.Plain.integer)),
      ("global_batches_per_log", .integer(globalBatchesPerLog)),
      ("ckpt_every_n_steps_per_execution", .integer(checkpointInterval)),
      ("dataset_dir", datasetDirectory.map(JSON.Plain.string)),
      ("save_ckpt_path", saveCheckpointPath.map(JSON.Plain.string)),
      ("pretrained_ckpt_path", pretrainedCheckpointPath.map(JSON.Plain.string)),
      ("bert_model_name", modelName.map(JSON.Plain.string)),
      ("cache_dir", cacheDirectory.map(JSON.Plain.string)),
      ("output_dir", outputDirectory.map(JSON.Plain.string)),
      // Said where they are not as usual.
      ("do_training", doesTraining ? nil : .boolean(false)),
      ("do_validation", doesValidation ? nil : .boolean(false)),
      ("generated_dataset", generatesDataset ? .boolean(true) : nil),
      ("wandb_opts", wandbOptions?.json),
    ]
  }

  init(_ reader: inout RecipeReader) {
    let params = "learning_rate.lr_schedule_params"
    let isUpDown =
      reader.choice("learning_rate.lr_schedule", among: ["up_down", "constant"]) == "up_down"
    let maximum = reader.real("\(params).max_learning_rate", RecipeLimits.positive)
    self.init(
      configurationName: reader.string("config"),
      name: reader.optionalString("name"),
      learningRate: isUpDown
        ? .upDown(
          maximum: maximum,
          warmupFraction: reader.real("\(params).warmup_frac", RecipeLimits.fraction))
        : .constant(maximum: maximum),
      lossScale: reader.optionalReal("loss_scaling", RecipeLimits.positive).map(LossScale.init),
      seed: reader.integer("seed", RecipeLimits.countOrZero),
      totalSamples: reader.optionalInteger("total_num_train_samples", RecipeLimits.count),
      epochs: reader.optionalInteger("num_epochs", RecipeLimits.count),
      globalBatchesPerLog: reader.integer("global_batches_per_log", RecipeLimits.count),
      checkpointInterval: reader.integer(
        "ckpt_every_n_steps_per_execution", RecipeLimits.count),
      datasetDirectory: reader.optionalString("dataset_dir"),
      saveCheckpointPath: reader.optionalString("save_ckpt_path"),
      pretrainedCheckpointPath: reader.optionalString("pretrained_ckpt_path"),
      modelName: reader.optionalString("bert_model_name"),
      cacheDirectory: reader.optionalString("cache_dir"),
      outputDirectory: reader.optionalString("output_dir"),
      doesTraining: reader.optionalBoolean("do_training") ?? true,
      doesValidation: reader.optionalBoolean("do_validation") ?? true,
      generatesDataset: reader.optionalBoolean("generated_dataset") ?? false,
      wandbOptions: WandbOptions(&reader))
  }
}
