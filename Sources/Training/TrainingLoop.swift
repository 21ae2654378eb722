import Bundle
import Datasets
import Foundations
import Metrics
import Operations
import Recipe
import Runtime

/// The weight updates of a training, one after the other: data in, metrics and checkpoints out.
struct TrainingLoop {
  let bundle: LoadedBundle
  let recipe: TrainingRecipe
  let samples: any SampleSource
  let updater: WeightUpdater
  /// Looks for numbers that are not finite; nil where the user does not want it.
  private var numerics: NumericsGuard?
  let checkpoints: RunCheckpoints
  let progress: Progress
  /// Where the training is: what `state` is the state after.
  private(set) var position: TrainingProgress
  /// Where each weight update is reported.
  var log: RunLog
  /// Damaged records whose places others took.
  private(set) var skippedRecords = 0
  /// The means over each execution, which the step line shows.
  private var averages: MetricsAverage
  private let firstUpdate: Int

  init(
    bundle: LoadedBundle, recipe: TrainingRecipe, samples: any SampleSource, updater: WeightUpdater,
    numerics: NumericsGuard?,
    checkpoints: RunCheckpoints, progress: Progress, log: RunLog, position: TrainingProgress
  ) {
    self.bundle = bundle
    self.recipe = recipe
    self.samples = samples
    self.updater = updater
    self.numerics = numerics
    self.checkpoints = checkpoints
    self.progress = progress
    self.log = log
    averages = MetricsAverage(over: recipe.run.globalBatchesPerLog)
    self.position = position
    firstUpdate = position.weightUpdates
  }

  private var arithmetic: BatchArithmetic { updater.arithmetic }

  /// Samples that this process trained on.
  var trainedSamples: Int {
    (position.weightUpdates - firstUpdate) * arithmetic.globalBatchSize
  }

  /// Trains to the last weight update of the schedule, to weight update `maximum`, or to a signal.
  /// - Throws: what ends the training before; where it was the data, the state of the last whole weight
  ///   update has been saved.
  mutating func run(to maximum: Int?) throws {
    let end = min(arithmetic.weightUpdates, maximum ?? .max)
    let (product, overflow) = recipe.run.checkpointInterval.multipliedReportingOverflow(
      by: recipe.run.globalBatchesPerLog)
    let interval = overflow ? Int.max : product
    progress.begin("training", total: end)
    let progress = progress
    let feed = BatchFeed(
      samples, microBatchSize: recipe.program.microBatchSize, replicas: recipe.program.replicas,
      accumulationCount: recipe.program.accumulationCount,
      streams: bundle.program.streams(readBy: EntryName.trainingStep)
    ) { record in
      progress.warn(
        Diagnostic(
          .warning, code: .recordSkipped, "a record is skipped: \(record.reason)",
          notes: ["the next sound record takes its place"]
        ).description)
    }
    defer { skippedRecords = feed.skipped.count }
    while position.weightUpdates < end {
      let step: TrainingMetrics
      keepState()
      do {
        step = try weightUpdate(feed)
        try checkNumbers(step, feed)
      } catch is RunInterrupted {
        break
      } catch let failure as StateKept {
        throw failure.error.noting(savedWords)
      }
      position.weightUpdates = step.weightUpdate
      skippedRecords = feed.skipped.count
      do {
        try record(step)
      } catch let error as TesseraError {
        // What cannot be logged ends the run, and the weight update is not to be lost with it.
        throw error.noting(savedWords)
      }
      if position.weightUpdates < end, position.weightUpdates.isMultiple(of: interval) {
        saveOrWarn()
      }
      if Interruption.isRequested { break }
    }
    if let rest = averages.finish() { progress.step(rest) }
    progress.finish()
  }

  /// Has the guard keep the state as it is.
  private mutating func keepState() {
    let state = updater.state
    numerics?.willUpdate(state)
  }

  /// Ends the run where the weight update made numbers that are not finite; the state is then that before it.
  private func checkNumbers(_ step: TrainingMetrics, _ feed: BatchFeed) throws {
    let losses = step.losses.named.map { (name: $0.name, value: $0.value) }
    guard let numerics, let lost = numerics.lost(losses, updater.state) else { return }
    progress.note(
      "numbers are not finite: weight update \(step.weightUpdate) is done again, to find the cause")
    let update = position.weightUpdates
    let error = try numerics.diagnose(
      lost, weightUpdate: step.weightUpdate, updater.device, updater.state,
      inputs: updater.inputs(update), infeed: feed.infeed(weightUpdate: update) { _, _ in })
    throw StateKept(error: error)
  }

  /// Saves what there is when the run cannot go on, and says where it is.
  private var savedWords: String {
    do {
      // The logs may be what failed, so they are not waited for.
      let path = try checkpoints.save(updater.state, position)
      return "the state after weight update \(position.weightUpdates) was saved to \(path)"
    } catch {
      return "the state was not saved: \(error.diagnostics.first?.message ?? "")"
    }
  }

  /// Saves the state as a checkpoint of the run.
  /// - Returns: the file.
  func save() throws(TesseraError) -> String {
    // So that no checkpoint is newer than its metrics.
    try log.synchronize()
    return try checkpoints.save(updater.state, position)
  }

  /// A checkpoint on the way: where it cannot be written the training goes on, as it would lose more by
  /// ending here, and tries again at the next one.
  private func saveOrWarn() {
    do {
      _ = try save()
    } catch {
      for diagnostic in error.diagnostics {
        progress.warn(
          Diagnostic(
            .warning, code: .checkpointNotSaved,
            "the checkpoint after weight update \(position.weightUpdates) was not saved: "
              + diagnostic.message,
            notes: ["the training goes on; earlier checkpoints are as they were"],
            remedies: ["make room on the disk before the next checkpoint"]
          ).description)
      }
    }
  }

  private mutating func record(_ step: TrainingMetrics) throws {
    warnOfLostNumbers(step)
    try log.append(step)
    if let average = averages.add(step) {
      progress.step(average)
    } else {
      progress.advance(to: step.weightUpdate)
    }
  }

  /// Says once that a loss is no number any more.
  private func warnOfLostNumbers(_ step: TrainingMetrics) {
    func isLost(_ metrics: TrainingMetrics) -> Bool {
      metrics.losses.named.contains { !$0.value.isFinite }
    }
    guard isLost(step), !(log.history.last.map(isLost) ?? false) else { return }
    let warning = Diagnostic(
      .warning, code: .lossNotFinite,
      "a loss is not finite at weight update \(step.weightUpdate)",
      notes: ["the parameters are lost from here on"],
      remedies: [
        "lower max_learning_rate", "lower loss_scaling from \(step.lossScale)",
        "compile with --precision fp32",
      ])
    progress.warn(warning.description)
  }

  /// One weight update.
  /// - Throws: `RunInterrupted` where a signal came before the last micro-batch was read, `StateKept` where a
  ///   micro-batch could not be read; the state is then that of the update before.
  private func weightUpdate(_ feed: BatchFeed) throws -> TrainingMetrics {
    let start = monotonicSeconds()
    let update = position.weightUpdates
    let infeed = feed.infeed(weightUpdate: update) { number, count in
      if Interruption.isRequested { throw RunInterrupted() }
      // The losses stay in view where updates are short.
      guard monotonicSeconds() - start > 2 else { return }
      progress.advance(to: update, detail: "micro-batch \(number) of \(count)")
    }
    return try updater.run(update) { stream, replica, microBatch, destination in
      do {
        try infeed(stream, replica, microBatch, destination)
      } catch let error as TesseraError {
        throw StateKept(error: error)
      }
    }
  }
}

/// A signal asked for the end of the run.
private struct RunInterrupted: Error {}

/// What ends the run, with the state of the last whole weight update.
private struct StateKept: Error {
  var error: TesseraError
}
