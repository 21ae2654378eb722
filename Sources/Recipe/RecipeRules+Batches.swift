import Foundations

extension RecipeRules {
  private static let accumulation = "grad_acc_steps_per_replica"
  private static let totalSamples = "total_num_train_samples"
  private static let perLog = "global_batches_per_log"
  private static let sequenceLength = "bert_config.max_seq_length"

  /// How batch sizes, samples and the pipeline's schedule fit together.
  func batches() -> [RecipeViolation] {
    let samples = sampleCountViolations()
    return accumulationViolations() + executionViolations()
      + (samples.isEmpty ? tooFewSamplesViolations() : samples) + shardingViolations()
  }

  /// Samples of one weight update: below 2^48, by the limits of its factors.
  private var globalBatch: Int {
    program.microBatchSize * program.replicas * program.accumulationCount
  }

  /// An accumulation takes all micro-batches that the schedule has on their way at a time, or a multiple.
  private func accumulationViolations() -> [RecipeViolation] {
    let stages = pipeline.stages.count
    let group = pipeline.schedule.overlap(stages: stages)
    let count = program.accumulationCount
    guard stages > 1, !count.isMultiple(of: group) else { return [] }
    let below = count / group * group
    let nearest = [below, below + group].filter { $0 > 0 }
      .sorted { abs($0 - count) < abs($1 - count) }
    return [
      RecipeViolation(
        .accumulationNotMultiple,
        "\(name(Self.accumulation)) \(count) is not a multiple of \(group),"
          + (group == stages ? " the number of" : " twice the \(stages)") + " pipeline stages",
        at: Self.accumulation, keys: [Self.accumulation, "pipeline_stages"],
        notes: [
          "the pipeline's \(pipeline.schedule.rawValue) schedule takes \(group) micro-batches at a time"
        ],
        remedies: nearest.map {
          set(
            Self.accumulation, to: $0,
            because: "a global batch of \(program.microBatchSize * program.replicas * $0)"
              + " instead of \(globalBatch)")
        })
    ]
  }

  private func executionViolations() -> [RecipeViolation] {
    let (samples, overflow) = globalBatch.multipliedReportingOverflow(
      by: recipe.run.globalBatchesPerLog)
    guard overflow || samples > .max / 2 else { return [] }
    return [
      RecipeViolation(
        .batchOverflow,
        "\(name(Self.perLog)) \(recipe.run.globalBatchesPerLog) global batches of \(globalBatch)"
          + " samples cannot be counted in 64 bits",
        at: Self.perLog,
        keys: [Self.perLog, Self.accumulation, "replicas", "micro_batch_size"],
        remedies: [set(Self.perLog, to: 1)])
    ]
  }

  private func sampleCountViolations() -> [RecipeViolation] {
    switch program.task {
    case .questionAnswering, .sequenceClassification:
      guard recipe.run.epochs == nil else { return [] }
      return [
        RecipeViolation(
          .epochsMissing, "\(program.task.phrase) needs num_epochs", at: "num_epochs",
          keys: ["num_epochs"], remedies: [set("num_epochs", to: 3)])
      ]
    case .pretraining:
      let length = program.sequenceLength
      guard recipe.run.totalSamples == nil, PretrainingPhase(sequenceLength: length) == .other
      else { return [] }
      let published = [128, 384, 512].filter { $0 <= program.model.maximumPositions }
        .min { abs($0 - length) < abs($1 - length) }
      return [
        RecipeViolation(
          .totalSamplesMissing,
          "\(name(Self.sequenceLength)) \(length) needs \(name(Self.totalSamples))",
          at: Self.sequenceLength, keys: [Self.sequenceLength, Self.totalSamples],
          notes: [
            "only the sequence lengths 128, 384 and 512 have a published number of samples"
          ],
          remedies: [
            PretrainingPhase.one.defaultSampleCount.map {
              set(
                Self.totalSamples, to: max($0, globalBatch), because: "as phase 1 of the original")
            },
            published.map { set(Self.sequenceLength, to: $0) },
          ].compactMap { $0 })
      ]
    }
  }

  private func tooFewSamplesViolations() -> [RecipeViolation] {
    guard let samples = recipe.run.totalSamples, samples < globalBatch else { return [] }
    return [
      RecipeViolation(
        .totalSamplesTooFew,
        "\(name(Self.totalSamples)) \(samples) does not fill one global batch of \(globalBatch)",
        at: Self.totalSamples,
        keys: [Self.totalSamples, Self.accumulation, "replicas", "micro_batch_size"],
        notes: [
          "global batch = \(name("micro_batch_size")) \(program.microBatchSize)"
            + " × \(name("replicas")) \(program.replicas)"
            + " × \(name(Self.accumulation)) \(program.accumulationCount)"
        ],
        remedies: [set(Self.totalSamples, to: globalBatch, because: "one weight update")])
    ]
  }

  private func shardingViolations() -> [RecipeViolation] {
    guard program.shardsReplicatedTensors, program.replicas == 1 else { return [] }
    let key = "replicated_tensor_sharding"
    return [
      RecipeViolation(
        .shardingNeedsReplicas,
        "\(name(key)) is true, but there is only 1 replica to share the optimizer's state",
        severity: .warning, at: key, keys: [key, "replicas"],
        notes: ["the one replica keeps all of it: nothing is saved"],
        remedies: [
          Remedy("set \(name(key)) to false", [setting(key, to: .boolean(false))]),
          set("replicas", to: 2),
        ])
    ]
  }
}
