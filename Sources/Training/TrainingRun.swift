import Bundle
import Datasets
import Foundations
import Glibc
import Operations
import Recipe
import Runtime

/// How a run ended.
package struct TrainingOutcome: Sendable {
  /// Where the run's files are.
  package var directory: RunDirectory
  /// The file with the parameters.
  package var checkpointPath: String
  /// What the file holds beyond the model's parameters, in words; nil where there is nothing.
  package var checkpointNote: String?
  /// Of the last weight update; nil where the run ended before the first.
  package var last: TrainingMetrics?
  /// The losses of each weight update, by name in the order of the step line.
  package var losses: [(name: String, values: [Double])]
  /// The exit code after a signal, nil where the run came to its end.
  package var interruption: Int32?
}

/// Trains a bundle: the loop around the device.
package struct TrainingRun {
  private let bundle: LoadedBundle
  private let recipe: TrainingRecipe
  private let options: TrainingOptions
  private let progress: Progress
  private let dataset: ExampleDataset
  private let arithmetic: BatchArithmetic

  /// Opens the data and does the batch arithmetic.
  /// - Throws: `TesseraError` where the data are missing, damaged, or do not fit the bundle.
  package init(_ bundle: LoadedBundle, _ options: TrainingOptions) throws {
    self.bundle = bundle
    self.options = options
    recipe = options.applied(to: bundle.recipe)
    progress = .onStandardError(mode: options.progress)
    progress.begin("reading data", total: 0)
    dataset = try ExampleDataset(
      for: recipe.program,
      directory: try bundle.datasetDirectory(given: options.datasetDirectory),
      order: options.shuffles ? .shuffled(seed: recipe.run.seedBits) : .file)
    progress.advance(to: dataset.count)
    progress.finish()
    arithmetic = try recipe.batchArithmetic(datasetSize: dataset.count)
    for warning in arithmetic.warnings { progress.note(warning.description) }
  }

  /// Trains to the end, to `maximumSteps`, or to a signal; saves the parameters in each case.
  /// - Throws: `TesseraError` where the run cannot begin or go on.
  package func run() throws -> TrainingOutcome {
    Interruption.install()
    let start = monotonicSeconds()
    let device = try bundle.device(
      options.device, replicas: recipe.program.replicas, threads: options.threads)
    let state = ParameterState(bundle.program, seed: recipe.run.seedBits)
    if let checkpoint = recipe.run.pretrainedCheckpointPath {
      progress.note(
        try state.load(checkpoint: try PathExpansion.expand(checkpoint)).description)
    }

    let destination = try CheckpointDestination(
      recipe.run.saveCheckpointPath, overwrites: options.overwrites)
    let directory = try makeDirectory()
    var outcome = TrainingOutcome(directory: directory, checkpointPath: "", losses: [])
    func summarize(_ end: RunSummary.End) throws {
      let seconds = monotonicSeconds() - start
      try directory.write(
        summary: RunSummary(
          name: runName, bundleDigest: bundle.digest, end: end, seconds: seconds,
          last: outcome.last, samplesPerSecond: Double(outcome.last?.samples ?? 0) / seconds,
          checkpointPath: outcome.checkpointPath.isEmpty ? nil : outcome.checkpointPath))
    }
    do {
      try train(device, state, into: &outcome)
      let saved = try destination.save(
        state, in: directory, weightUpdate: outcome.last?.weightUpdate ?? 0)
      outcome.checkpointPath = saved.path
      outcome.checkpointNote = saved.layout.neutralSummary
    } catch {
      progress.finish()
      try summarize(.failed)
      throw error
    }
    outcome.interruption = Interruption.exitCode
    try summarize(outcome.interruption == nil ? .completed : .interrupted)
    return outcome
  }

  private var runName: String { recipe.run.name ?? recipe.run.configurationName }

  private func makeDirectory() throws -> RunDirectory {
    let directory =
      if let path = options.runDirectory {
        try RunDirectory(path: path, force: options.overwrites)
      } else {
        try RunDirectory(name: runName, startedAt: time(nil))
      }
    try directory.write(
      config: try options.effectiveConfiguration(recipe, digest: bundle.digest))
    return directory
  }

  /// The weight updates, until the last or a signal.
  private func train(
    _ device: any Device, _ state: ParameterState, into outcome: inout TrainingOutcome
  ) throws {
    let metrics = try MetricsLog(path: outcome.directory.metricsPath)
    let updates = min(arithmetic.weightUpdates, options.maximumSteps ?? .max)
    progress.begin("training", total: updates)
    let feed = BatchFeed(
      dataset, microBatchSize: recipe.program.microBatchSize, replicas: recipe.program.replicas,
      accumulationCount: recipe.program.accumulationCount,
      streams: bundle.program.streams(readBy: EntryName.trainingStep))
    for update in 0..<updates {
      let step: TrainingMetrics
      do {
        step = try weightUpdate(update, device, state, feed)
      } catch is RunInterrupted {
        break
      }
      try metrics.append(step)
      progress.step(step)
      warnOfLostNumbers(step, after: outcome.last)
      if outcome.losses.isEmpty { outcome.losses = step.losses.named.map { ($0.name, []) } }
      for (index, loss) in step.losses.named.enumerated() {
        outcome.losses[index].values.append(loss.value)
      }
      outcome.last = step
    }
    progress.finish()
  }

  /// Says once that a loss is no number any more.
  private func warnOfLostNumbers(_ step: TrainingMetrics, after last: TrainingMetrics?) {
    func isLost(_ metrics: TrainingMetrics) -> Bool {
      metrics.losses.named.contains { !$0.value.isFinite }
    }
    guard isLost(step), !(last.map(isLost) ?? false) else { return }
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
  /// - Throws: `RunInterrupted` where a signal came before the last micro-batch was read; the state is
  ///   then that of the update before, since the optimizer runs after all micro-batches.
  private func weightUpdate(
    _ update: Int, _ device: any Device, _ state: ParameterState, _ feed: BatchFeed
  ) throws -> TrainingMetrics {
    let start = monotonicSeconds()
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
      entry, try device.arguments(of: entry, state: state, inputs: inputs), infeed: infeed)
    let losses = zip(try device.signature(of: entry).results, results)
      .filter { $0.0.port?.role == .loss }.map { Double($0.1.floats[0]) }
    return TrainingMetrics(
      weightUpdate: update + 1, samples: (update + 1) * arithmetic.globalBatchSize,
      losses: .init(losses, task: recipe.program.task), learningRate: rate,
      lossScale: recipe.run.lossScaleValue,
      samplesPerSecond: Double(arithmetic.globalBatchSize) / (monotonicSeconds() - start))
  }
}

extension TrainingRecipe.Run {
  /// The seed as the bits that random draws are keyed by.
  var seedBits: UInt64 { UInt64(bitPattern: Int64(seed)) }

  /// The factor on the loss; 1 where the configuration has none.
  var lossScaleValue: Double { lossScale?.value ?? 1 }
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
