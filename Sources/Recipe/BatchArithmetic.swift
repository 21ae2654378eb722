import Foundations

/// How many micro-batches, weight updates and epochs a training has: the original application's
/// arithmetic, step by step, with its roundings.
///
/// A *global batch* is what one weight update sees, an *execution* what runs between two talks
/// with the host.
package struct BatchArithmetic: Hashable, Sendable {
  /// Sequences that go through a replica's model at a time.
  package let microBatchSize: Int
  /// Copies of the model that train together, each on micro-batches of its own.
  package let replicas: Int
  /// Micro-batches that each replica accumulates for one weight update.
  package let accumulationCount: Int
  /// Samples in the data set.
  package let datasetSize: Int
  /// Samples that were asked for; the training ends at the last whole execution before.
  package let totalSamples: Int
  /// Samples of one weight update.
  package let globalBatchSize: Int
  /// Micro-batches of one weight update, over all replicas.
  package let microBatchesPerWeightUpdate: Int
  /// Micro-batches of one execution, over all replicas.
  package let microBatchesPerExecution: Int
  /// Micro-batches of one pass over the data, a multiple of `microBatchesPerExecution`.
  package let microBatchesPerEpoch: Int
  /// Passes over the data that `totalSamples` needs.
  package let epochs: Double
  /// Micro-batches of the whole training, a multiple of `microBatchesPerExecution`.
  package let totalMicroBatches: Int
  /// Weight updates of the whole training: the number of steps of the learning-rate schedule.
  package let weightUpdates: Int
  /// What was rounded off and may surprise.
  package let warnings: [Diagnostic]

  /// Does the arithmetic. `totalSamples` nil means the published number of `phase`.
  ///
  /// Errors (`badData`): `batch-not-positive`, `batch-overflow`, `dataset-too-small`,
  /// `total-samples-missing`, `total-samples-too-few`.
  package init(
    microBatchSize: Int, replicas: Int, accumulationCount: Int, datasetSize: Int,
    globalBatchesPerLog: Int, totalSamples: Int?, phase: PretrainingPhase
  ) throws(TesseraError) {
    let sizes = [
      ("micro_batch_size", microBatchSize), ("replicas", replicas),
      ("grad_acc_steps_per_replica", accumulationCount), ("the data set's size", datasetSize),
      ("global_batches_per_log", globalBatchesPerLog),
    ]
    for (name, size) in sizes where size <= 0 {
      throw TesseraError(
        .badData, code: .batchNotPositive, "\(name) is \(size), but must be at least 1")
    }
    guard let totalSamples = totalSamples ?? phase.defaultSampleCount else {
      throw TesseraError(
        .badData, code: .totalSamplesMissing, "the number of training samples is not given",
        notes: ["only the sequence lengths 128, 384 and 512 have a published number of samples"],
        remedies: ["set total_num_train_samples"])
    }
    let updateBatches = try Self.product(
      "a weight update's micro-batches", replicas, accumulationCount)
    let globalBatch = try Self.product("the global batch", microBatchSize, updateBatches)
    guard datasetSize >= globalBatch else {
      throw TesseraError(
        .badData, code: .datasetTooSmall,
        "the data set has \(datasetSize) samples, fewer than one global batch of \(globalBatch)",
        notes: [
          "global batch = micro_batch_size \(microBatchSize) × replicas \(replicas)"
            + " × grad_acc_steps_per_replica \(accumulationCount)"
        ],
        remedies: ["lower grad_acc_steps_per_replica", "use more data, or more duplicates of it"])
    }

    var warnings: [Diagnostic] = []
    var perEpoch = datasetSize / microBatchSize
    var perExecution = try Self.product(
      "an execution's micro-batches", updateBatches, globalBatchesPerLog)
    if perExecution > perEpoch {
      warnings.append(
        Diagnostic(
          .warning, code: .executionLongerThanEpoch,
          "an execution of \(perExecution) micro-batches is cut to the epoch's \(perEpoch)",
          remedies: ["lower global_batches_per_log from \(globalBatchesPerLog)"]))
      perExecution = perEpoch
    }
    let remainder = perEpoch % perExecution
    if remainder > 0 {
      perEpoch -= remainder
      warnings.append(
        Diagnostic(
          .warning, code: .epochTruncated,
          "an epoch is cut from \(perEpoch + remainder) micro-batches to \(perEpoch)",
          notes: ["it must be a multiple of an execution's \(perExecution) micro-batches"]))
    }

    let wantedUpdates = totalSamples / globalBatch
    let epochs = Double(wantedUpdates) / (Double(datasetSize) / Double(globalBatch))
    guard let wantedBatches = Int(exactly: (Double(perEpoch) * epochs).rounded(.down)) else {
      throw Self.overflow("the training's micro-batches")
    }
    let totalBatches = wantedBatches - wantedBatches % perExecution
    guard totalBatches > 0 else {
      throw TesseraError(
        .badData, code: .totalSamplesTooFew,
        "\(totalSamples) training samples do not fill one execution"
          + " of \(perExecution) micro-batches of \(microBatchSize)",
        remedies: ["raise total_num_train_samples", "lower global_batches_per_log"])
    }

    self.microBatchSize = microBatchSize
    self.replicas = replicas
    self.accumulationCount = accumulationCount
    self.datasetSize = datasetSize
    self.totalSamples = totalSamples
    self.globalBatchSize = globalBatch
    self.microBatchesPerWeightUpdate = updateBatches
    self.microBatchesPerExecution = perExecution
    self.microBatchesPerEpoch = perEpoch
    self.epochs = epochs
    self.totalMicroBatches = totalBatches
    // The number of steps follows from the micro-batches that are left after rounding.
    self.weightUpdates =
      try Self.product("the training's samples", totalBatches, microBatchSize) / globalBatch
    self.warnings = warnings
  }

  private static func product(_ name: String, _ left: Int, _ right: Int) throws(TesseraError) -> Int
  {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    if overflow { throw Self.overflow(name) }
    return product
  }

  private static func overflow(_ name: String) -> TesseraError {
    TesseraError(.badData, code: .batchOverflow, "\(name) cannot be counted in 64 bits")
  }
}
