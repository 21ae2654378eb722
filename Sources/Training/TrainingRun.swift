import Bundle
import Checkpoints
import Datasets
import Foundations
import Glibc
import Operations
import Recipe
import Runtime

/// What the user says about a run besides the bundle.
package struct TrainingOptions: Sendable {
  package var datasetDirectory: String?
  package var pretrainedCheckpoint: String?
  /// A .safetensors file, or a folder that gets a `model.safetensors`.
  package var saveCheckpoint: String?
  /// Stop after this many weight updates; the schedule is that of the whole training.
  package var maximumSteps: Int?
  package var shuffles = true
  package var threads: Int
  package var runDirectory: String?
  package var name: String?
  package var totalSamples: Int?
  package var overwrites = false
  package var progress: ProgressMode = .auto

  package init(threads: Int) {
    self.threads = threads
  }
}

/// How a run ended.
package struct TrainingOutcome: Sendable {
  package var directory: RunDirectory
  package var checkpointPath: String
  package var last: TrainingMetrics?
  /// The losses of each weight update, by name in the order of the step line.
  package var losses: [(name: String, values: [Double])]
  /// The exit code after a signal, nil where the run came to its end.
  package var interruption: Int32?
}

/// Trains a bundle: the loop around the device.
package struct TrainingRun {
  private let bundle: LoadedBundle
  private let options: TrainingOptions
  private let progress: Progress
  private let dataset: ExampleDataset
  private let arithmetic: BatchArithmetic

  /// Opens the data and does the batch arithmetic.
  /// - Throws: `TesseraError` where the data are missing, damaged, or do not fit the bundle.
  package init(_ bundle: LoadedBundle, _ options: TrainingOptions) throws {
    self.bundle = bundle
    self.options = options
    progress = .onStandardError(mode: options.progress)
    let directory = try bundle.datasetDirectory(given: options.datasetDirectory)
    progress.begin("reading data", total: 0)
    let order: ExampleDataset.Order =
      options.shuffles ? .shuffled(seed: bundle.recipe.run.seedBits) : .file
    dataset = try ExampleDataset(for: bundle.recipe.program, directory: directory, order: order)
    progress.advance(to: dataset.count)
    progress.finish()
    var recipe = bundle.recipe
    recipe.run.totalSamples = options.totalSamples ?? recipe.run.totalSamples
    arithmetic = try recipe.batchArithmetic(datasetSize: dataset.count)
    for warning in arithmetic.warnings { progress.note(warning.description) }
  }

  /// Trains to the end, to `maximumSteps`, or to a signal; saves the parameters in each case.
  /// - Throws: `TesseraError` where the run cannot begin or go on.
  package func run() throws -> TrainingOutcome {
    Interruption.install()
    let start = monotonicSeconds()
    progress.begin("loading", total: 0)
    let engine = try Engine(
      bundle.program, replicas: bundle.recipe.program.replicas, threads: options.threads)
    let state = ParameterState(bundle.program, seed: bundle.recipe.run.seedBits)
    progress.finish()
    try loadCheckpoint(state)

    let directory = try makeDirectory()
    let metrics = try MetricsLog(path: directory.metricsPath)
    var losses: [(name: String, values: [Double])] = []
    var last: TrainingMetrics?
    let feed = BatchFeed(dataset, bundle.recipe.program)
    let updates = min(arithmetic.weightUpdates, options.maximumSteps ?? .max)
    progress.begin("training", total: updates)
    for update in 0..<updates {
      if Interruption.isRequested { break }
      let step = try train(engine, state, feed, update)
      try metrics.append(step)
      progress.step(step)
      if losses.isEmpty { losses = step.losses.named.map { ($0.name, []) } }
      for (index, loss) in step.losses.named.enumerated() {
        losses[index].values.append(loss.value)
      }
      last = step
    }
    progress.finish()
    let checkpoint = try save(state, directory, weightUpdate: last?.weightUpdate ?? 0)
    let seconds = monotonicSeconds() - start
    try directory.write(
      summary: RunSummary(
        name: runName, bundleDigest: bundle.digest,
        end: Interruption.isRequested ? .interrupted : .completed, seconds: seconds, last: last,
        samplesPerSecond: Double(last?.samples ?? 0) / seconds, checkpointPath: checkpoint))
    return TrainingOutcome(
      directory: directory, checkpointPath: checkpoint, last: last, losses: losses,
      interruption: Interruption.exitCode)
  }

  private var runName: String {
    options.name ?? bundle.recipe.run.name ?? bundle.recipe.run.configurationName
  }

  private func makeDirectory() throws -> RunDirectory {
    let directory =
      if let path = options.runDirectory {
        try RunDirectory(path: path, force: options.overwrites)
      } else {
        try RunDirectory(name: runName, startedAt: time(nil))
      }
    let recipe = bundle.recipe
    let texts = [recipe.encodedProgram(), recipe.encodedRun()].map {
      String(decoding: $0, as: UTF8.self)
    }
    try directory.write(
      config: "{\"program\":\(texts[0]),\n\"run\":\(texts[1]),\n\"bundle_digest\":"
        + "\"\(bundle.digest)\"}\n")
    return directory
  }

  private func loadCheckpoint(_ state: ParameterState) throws {
    guard
      let path = options.pretrainedCheckpoint ?? bundle.recipe.run.pretrainedCheckpointPath
    else { return }
    let report = try state.load(checkpoint: try PathExpansion.expand(path))
    progress.note(report.description)
  }

  /// One weight update.
  private func train(
    _ engine: Engine, _ state: ParameterState, _ feed: BatchFeed, _ update: Int
  ) throws -> TrainingMetrics {
    let start = monotonicSeconds()
    let rate = bundle.recipe.run.learningRate.schedule(totalSteps: arithmetic.weightUpdates)
      .rate(at: update)
    let scale = bundle.recipe.run.lossScaleValue
    let inputs = [
      Port(name: "seed", role: .seed): HostTensor(seed: bundle.recipe.run.seedBits),
      Port(name: "weight_update", role: .weightUpdate):
        HostTensor([], [Int32(truncatingIfNeeded: update)]),
      Port(name: "learning_rate", role: .learningRate): HostTensor(TensorType([], .f32), [rate]),
      Port(name: "loss_scale", role: .lossScale):
        HostTensor(TensorType([], .f32), [Float(scale)]),
    ]
    let entry = EntryName.trainingStep
    let results = try engine.run(
      entry, try engine.arguments(of: entry, state: state, inputs: inputs),
      infeed: feed.infeed(weightUpdate: update))
    let losses = zip(try engine.signature(of: entry).results, results)
      .filter { $0.0.port?.role == .loss }.map { Double($0.1.floats[0]) }
    return TrainingMetrics(
      weightUpdate: update + 1, samples: (update + 1) * arithmetic.globalBatchSize,
      losses: .init(losses, task: bundle.recipe.program.task), learningRate: rate, lossScale: scale,
      samplesPerSecond: Double(arithmetic.globalBatchSize) / (monotonicSeconds() - start))
  }

  private func save(
    _ state: ParameterState, _ directory: RunDirectory, weightUpdate: Int
  ) throws -> String {
    guard let asked = options.saveCheckpoint ?? bundle.recipe.run.saveCheckpointPath else {
      let path = directory.checkpointPath(weightUpdate: weightUpdate)
      try state.save(to: path, overwrite: options.overwrites)
      return path
    }
    var path = try PathExpansion.expand(asked)
    if !path.hasSuffix(".safetensors") {
      try RunDirectory.makeFolders(path)
      path += "/model.safetensors"
    }
    // The user named this place; the next run there replaces the last one's parameters.
    try state.save(to: path, overwrite: true)
    return path
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
      [2],
      [
        Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: seed >> 32),
      ])
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
      }
  }
}
