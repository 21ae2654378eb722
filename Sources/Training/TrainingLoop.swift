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
  let arithmetic: BatchArithmetic
  let samples: any SampleSource
  let device: any Device
  let state: ParameterState
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
    bundle: LoadedBundle, recipe: TrainingRecipe, arithmetic: BatchArithmetic,
    samples: any SampleSource, device: any Device, state: ParameterState,
    checkpoints: RunCheckpoints, progress: Progress, log: RunLog, position: TrainingProgress
  ) {
    self.bundle = bundle
    self.recipe = recipe
    self.arithmetic = arithmetic
    self.samples = samples
    self.device = device
    self.state = state
    self.checkpoints = checkpoints
    self.progress = progress
    self.log = log
    averages = MetricsAverage(over: recipe.run.globalBatchesPerLog)
    self.position = position
    firstUpdate = position.weightUpdates
  }

  /// Samples that this process trained on.
  var trainedSamples: Int {
    (position.weightUpdates - firstUpdate) * arithmetic.globalBatchSize
  }

  /// Trains to the last weight update of the schedule, to weight update `maximum`, or to a signal.
  /// - Throws: what ends the training before; where it was the data, the state of the last whole weight
  ///   update has been saved.
  mutating func run(to maximum: Int?) throws {
    let end = min(arithmetic.weightUpdates, maximum ?? .max)
    let interval = recipe.run.checkpointInterval * recipe.run.globalBatchesPerLog
    progress.begin("training", total: end)
    let progress = progress
    let feed = BatchFeed(
      samples, microBatchSize: recipe.program.microBatchSize, replicas: recipe.program.replicas,
      accumulationCount: recipe.program.accumulationCount,
      streams: bundle.program.streams(readBy: EntryName.trainingStep)
    ) { record in
      progress.note(
        Diagnostic(
          .warning, code: .recordSkipped, "a record is skipped: \(record.reason)",
          notes: ["the next sound record takes its place"]
        ).description)
    }
    defer { skippedRecords = feed.skipped.count }
    while position.weightUpdates < end {
      let step: TrainingMetrics
      do {
        step = try weightUpdate(feed)
      } catch is RunInterrupted {
        break
      } catch let failure as FeedFailure {
        _ = try? save()
        throw failure.error
      }
      position.weightUpdates = step.weightUpdate
      skippedRecords = feed.skipped.count
      do {
        try record(step)
      } catch {
        // What cannot be logged ends the run, and the weight update is not to be lost with it.
        _ = try? checkpoints.save(state, position)
        throw error
      }
      if position.weightUpdates < end, position.weightUpdates.isMultiple(of: interval) {
        saveOrWarn()
      }
      if Interruption.isRequested { break }
    }
    if let rest = averages.finish() { progress.step(rest) }
    progress.finish()
  }

  /// Saves the state as a checkpoint of the run.
  /// - Returns: the file.
  func save() throws(TesseraError) -> String {
    // So that no checkpoint is newer than its metrics.
    try log.synchronize()
    return try checkpoints.save(state, position)
  }

  /// A checkpoint on the way: where it cannot be written the training goes on, as it would lose more by
  /// ending here, and tries again at the next one.
  private func saveOrWarn() {
    do {
      _ = try save()
    } catch {
      for diagnostic in error.diagnostics {
        progress.note(
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
    progress.note(warning.description)
  }

  /// One weight update.
  /// - Throws: `RunInterrupted` where a signal came before the last micro-batch was read, `FeedFailure`
  ///   where a micro-batch could not be read; the state is then that of the update before, since the
  ///   optimizer runs after all micro-batches.
  private func weightUpdate(_ feed: BatchFeed) throws -> TrainingMetrics {
    let start = monotonicSeconds()
    let update = position.weightUpdates
    let rate = recipe.run.learningRate.schedule(totalSteps: arithmetic.weightUpdates)
      .rate(at: update)
    let inputs = [
      Port(name: "seed", role: .seed): HostTensor(seed: recipe.run.seedBits),
      Port(name: "weight_update", role: .weightUpdate):
        HostTensor([], [Int32(truncatingIfNeeded: update)]),
      Port(name: "learning_rate", role: .learningRate): HostTensor(TensorType([], .f32), [rate]),
      Port(name: "loss_scale", role: .lossScale):
        HostTensor(TensorType([], .f32), [Float(recipe.run.lossScaleValue)]),
    ]
    let infeed = feed.infeed(weightUpdate: update) { number, count in
      if Interruption.isRequested { throw RunInterrupted() }
      // The losses stay in view where updates are short.
      guard monotonicSeconds() - start > 2 else { return }
      progress.advance(to: update, detail: "micro-batch \(number) of \(count)")
    }
    let entry = EntryName.trainingStep
    let results = try device.run(
      entry, try device.arguments(of: entry, state: state, inputs: inputs),
      infeed: { stream, replica, microBatch, destination in
        do {
          try infeed(stream, replica, microBatch, destination)
        } catch let error as TesseraError {
          throw FeedFailure(error: error)
        }
      })
    let ports = try device.signature(of: entry).results.map(\.port)
    func values(_ role: PortRole) -> [NamedValue] {
      zip(ports, results).compactMap { port, result in
        port.flatMap { $0.role == role ? NamedValue($0.name, Double(result.floats[0])) : nil }
      }
    }
    return TrainingMetrics(
      weightUpdate: update + 1, samples: (update + 1) * arithmetic.globalBatchSize,
      losses: .init(values(.loss).map(\.value), task: recipe.program.task),
      accuracies: values(.accuracy), learningRate: rate,
      lossScale: recipe.run.lossScaleValue,
      samplesPerSecond: Double(arithmetic.globalBatchSize) / (monotonicSeconds() - start))
  }
}

/// A signal asked for the end of the run.
private struct RunInterrupted: Error {}

/// A micro-batch could not be read.
private struct FeedFailure: Error {
  var error: TesseraError
}

extension HostTensor {
  /// The seed's low and high words.
  convenience init(seed: UInt64) {
    self.init(
      [2], [Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: seed >> 32)])
  }
}

extension TrainingMetrics.Losses {
  /// The losses of a task in the order of the program's results.
  init(_ values: [Double], task: TrainingTask) {
    let first = values.first ?? .nan
    let second = values.dropFirst().first ?? .nan
    self =
      switch task {
      case .pretraining: .pretraining(maskedLM: first, nextSentence: second)
      case .questionAnswering: .questionAnswering(start: first, end: second)
      case .sequenceClassification: .sequenceClassification(first)
      }
  }
}
