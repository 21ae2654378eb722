import Bundle
import Datasets
import Foundations
import Glibc
import Metrics
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
  /// What the weight updates reported, those before the run was resumed included.
  package var history: MetricsHistory
  /// Damaged records whose places others took.
  package var skippedRecords = 0
  /// The exit code after a signal, nil where the run came to its end.
  package var interruption: Int32?
}

/// Trains a bundle: opens what a training needs, runs its loop, and leaves its files.
package struct TrainingRun {
  private let bundle: LoadedBundle
  private let recipe: TrainingRecipe
  private let options: TrainingOptions
  private let progress: Progress
  private let samples: any SampleSource
  private let arithmetic: BatchArithmetic
  private let datasetDigest: String
  /// The directory of the run that goes on; nil where a new one is to be made.
  private let continued: RunDirectory?

  /// Opens the data and does the batch arithmetic.
  /// - Throws: `TesseraError` where the data are missing, damaged, or do not fit the bundle, or where there
  ///   is nothing to go on from; `Interrupted`.
  package init(_ bundle: LoadedBundle, _ options: TrainingOptions) throws {
    Interruption.install()
    self.bundle = bundle
    var options = options
    let configured = try options.applied(to: bundle.recipe)
    continued = try RunPlace.existing(
      options.resumption, runDirectory: options.runDirectory, name: configured.run.displayName,
      digest: bundle.digest)
    if let continued {
      let earlier = try EarlierRun(continued, of: bundle)
      options.shuffles = options.shuffles && earlier.shuffles
      options.givenDevice = options.givenDevice ?? earlier.device
      options.givenKeptCheckpoints = options.givenKeptCheckpoints ?? earlier.keptCheckpoints
      recipe = try options.applied(to: earlier.recipe)
    } else {
      recipe = configured
    }
    self.options = options
    progress = .onStandardError(mode: options.progress)
    progress.begin("reading data", total: 0)
    samples = try TrainingData(recipe, options).opened(for: recipe.program) {
      [progress] done, total in
      try Interruption.check()
      progress.advance(to: Int(clamping: done), detail: "of \(total) bytes indexed")
    }
    progress.advance(to: samples.count)
    progress.finish()
    datasetDigest = DatasetDigest.text(of: samples)
    arithmetic = try recipe.batchArithmetic(datasetSize: samples.count)
    for warning in samples.warnings + arithmetic.warnings { progress.warn(warning.description) }
    try Interruption.check()
  }

  /// Trains to the end, to `maximumSteps`, or to a signal; saves the state in each case.
  /// - Throws: `TesseraError` where the run cannot begin or go on; `Interrupted`.
  package func run() throws -> TrainingOutcome {
    let start = monotonicSeconds()
    let device = try bundle.device(
      options.device, replicas: recipe.program.replicas, threads: options.threads)
    let state = ParameterState(bundle.program, seed: recipe.run.seedBits)
    let stateFile = try RunPlace.file(options.resumption)
    let destination = try CheckpointDestination(
      recipe.run.saveCheckpointPath,
      overwrites: options.overwrites, madeBefore: continued?.lastExport)
    // What a new run begins with is read before it has a directory: one that cannot begin leaves none.
    var position = beginning
    if let stateFile {
      position = try TrainingStateFile.read(stateFile, into: state) {
        (found) throws(TesseraError) in
        try found.check(continues: beginning, path: stateFile)
      }
    } else if continued == nil {
      try loadWeights(into: state)
    }
    try Interruption.check()
    let (directory, lock) = try openDirectory()
    defer { withExtendedLifetime(lock) {} }
    let checkpoints = RunCheckpoints(directory, keeping: options.keptCheckpoints)
    checkpoints.removeUnfinished()
    if continued != nil {
      if let newest = try newestState(checkpoints, state) {
        position = newest
      } else {
        // The run ended before its first checkpoint, and begins again with what it began with.
        try loadWeights(into: state)
      }
    } else if stateFile != nil {
      // Where the run goes on from is its own from here on.
      _ = try checkpoints.save(state, position)
    }
    position = continuing(position)
    try directory.write(
      config: try options.effectiveConfiguration(recipe, digest: bundle.digest))

    let resumedAfter =
      (continued?.resumedAfter ?? []) + (continued == nil ? [] : [position.weightUpdates])
    let log = try RunLog(
      directory: directory.path, resumingAfter: resumedAfter.last,
      wandb: try WandbRun(of: recipe), now: secondsSince1970)
    var loop = TrainingLoop(
      bundle: bundle, recipe: recipe, samples: samples,
      updater: WeightUpdater(
        recipe: recipe, arithmetic: arithmetic, device: device, state: state),
      numerics: try NumericsGuard(
        bundle.program, recipe.program, threads: options.threads, isOn: options.guardsNumerics),
      checkpoints: checkpoints, progress: progress, log: log, position: position)
    var outcome = TrainingOutcome(
      directory: directory, checkpointPath: continued?.lastExport ?? "", history: log.history)
    func summarize(_ end: RunSummary.End) throws {
      let seconds = monotonicSeconds() - start
      try directory.write(
        summary: RunSummary(
          name: recipe.run.displayName, bundleDigest: bundle.digest, end: end, seconds: seconds,
          samplesPerSecond: Double(loop.trainedSamples) / seconds, history: loop.log.history,
          lossScale: recipe.run.lossScaleValue,
          resumedAfter: resumedAfter, skippedRecords: loop.skippedRecords,
          checkpointPath: outcome.checkpointPath.isEmpty ? nil : outcome.checkpointPath))
    }
    try summarize(.running)
    do {
      try loop.run(to: options.maximumSteps)
      outcome.history = loop.log.history
      try saveAtEnd(loop, state, destination, into: &outcome)
    } catch {
      progress.finish()
      // The disk may be what failed; the error that ended the run is the one to tell.
      try? loop.log.finish(exitCode: (error as? TesseraError)?.exitCode.rawValue ?? 1)
      try? summarize(.failed)
      throw error
    }
    outcome.skippedRecords = loop.skippedRecords
    outcome.interruption = Interruption.exitCode
    try loop.log.finish(exitCode: outcome.interruption ?? 0)
    try summarize(outcome.interruption == nil ? .completed : .interrupted)
    try directory.write(
      lossPlot: LossPlot(
        title: recipe.run.displayName,
        runs: [LossPlot.Run(name: directory.name, history: outcome.history)]))
    return outcome
  }

  /// The weights to begin with, where some are named.
  private func loadWeights(into state: ParameterState) throws {
    if let checkpoint = recipe.run.pretrainedCheckpointPath {
      progress.tell(
        try state.load(
          checkpoint: try PathExpansion.expand(checkpoint),
          resizesVocabulary: options.resizesVocabulary, model: recipe.program.model))
    } else if case .pretraining = recipe.program.task,
      PretrainingPhase(sequenceLength: recipe.program.sequenceLength) == .two
    {
      progress.warn(
        Diagnostic(
          .warning, code: .noCheckpoint, "phase 2 begins with untrained weights",
          remedies: ["give --pretrained-ckpt-path, a run of phase 1"]
        ).description)
    }
  }

  /// The last checkpoint, and the weights where the user wants them: one of the two may fail, and then says
  /// where the other is.
  private func saveAtEnd(
    _ loop: TrainingLoop, _ state: ParameterState, _ destination: CheckpointDestination,
    into outcome: inout TrainingOutcome
  ) throws {
    let checkpoint = Result { try loop.save() }
    do {
      if let exported = try destination.save(state) {
        outcome.checkpointPath = exported.path
        outcome.checkpointNote = exported.layout.neutralSummary
      } else {
        outcome.checkpointPath = try checkpoint.get()
      }
    } catch let error as TesseraError {
      guard case .success(let path) = checkpoint else {
        let newest = loop.checkpoints.weightUpdates.first
        throw newest.map {
          error.noting("the newest checkpoint of the run is that after weight update \($0)")
        } ?? error
      }
      outcome.checkpointPath = path
      throw error.noting("the training's state was saved to \(path)")
    }
    if case .failure(let error as TesseraError) = checkpoint {
      throw error.noting("the weights were saved to \(outcome.checkpointPath)")
    }
  }

  private var beginning: TrainingProgress {
    TrainingProgress(
      beginningOf: recipe, arithmetic, bundleDigest: bundle.digest, datasetDigest: datasetDigest,
      shuffles: options.shuffles)
  }

  /// The progress with this run's schedule and loss scale, and a word on what changes by them.
  private func continuing(_ position: TrainingProgress) -> TrainingProgress {
    var position = position
    if position.weightUpdates > 0 {
      progress.note("resuming after weight update \(position.weightUpdates)")
    }
    if position.scheduledWeightUpdates != arithmetic.weightUpdates {
      progress.warn(
        Diagnostic(
          .warning, code: .scheduleChanged,
          "the learning rate's schedule has \(arithmetic.weightUpdates) weight updates from here on, "
            + "\(position.scheduledWeightUpdates) before",
          remedies: ["train on the same number of samples as before"]
        ).description)
      position.scheduledWeightUpdates = arithmetic.weightUpdates
    }
    position.lossScale = recipe.run.lossScaleValue
    return position
  }

  private func newestState(
    _ checkpoints: RunCheckpoints, _ state: ParameterState
  ) throws -> TrainingProgress? {
    try checkpoints.readNewest(into: state) { (found, path) throws(TesseraError) in
      try found.check(continues: beginning, path: path)
    } skip: { error in
      for diagnostic in error.diagnostics {
        var warning = diagnostic
        warning.severity = .warning
        progress.warn(warning.description)
      }
    }
  }

  /// The run's directory, which no other process trains in as long as the lock lives.
  private func openDirectory() throws -> (RunDirectory, RunLock) {
    if let continued { return (continued, try RunLock(directory: continued.path)) }
    guard let path = options.runDirectory else {
      let directory = try RunDirectory(name: recipe.run.displayName, startedAt: time(nil))
      return (directory, try RunLock(directory: directory.path))
    }
    try makeFolders(path)
    let lock = try RunLock(directory: path)
    return (try RunDirectory(path: path, force: options.overwrites), lock)
  }
}

/// What a run's directory says of how it was run so far.
struct EarlierRun {
  let recipe: TrainingRecipe
  let shuffles: Bool
  let device: DeviceKind?
  let keptCheckpoints: Int?

  /// - Throws: `TesseraError` where `config.json` cannot be read.
  init(_ directory: RunDirectory, of bundle: LoadedBundle) throws(TesseraError) {
    let configuration = try directory.configuration()
    let run = configuration["run"].map { JSON.Plain($0) } ?? .object([])
    recipe = try TrainingRecipe.decode(
      program: bundle.recipe.encodedProgram(), run: Array(run.text().utf8))
    let options = configuration["options"]
    shuffles = options?["shuffle"]?.boolean ?? true
    device = options?["device"]?.string.flatMap { DeviceKind(rawValue: $0) }
    keptCheckpoints = options?["keep"]?.integer
  }
}

extension TrainingRecipe.Run {
  /// The seed as the bits that random draws are keyed by.
  var seedBits: UInt64 { UInt64(bitPattern: Int64(seed)) }

  /// The factor on the loss; 1 where the configuration has none.
  var lossScaleValue: Double { lossScale?.value ?? 1 }

  /// The run's name: the one that was given, or the configuration's.
  var displayName: String { name ?? configurationName }
}

extension TrainingRecipe {
  /// The folder with the data, expanded.
  /// - Throws: `missing-option` (exit 64) where nothing names one.
  func datasetDirectory() throws(TesseraError) -> String {
    guard let path = run.datasetDirectory else {
      throw TesseraError(
        .usage, code: .missingOption, "the folder with the data is not given",
        remedies: ["give --dataset-dir"])
    }
    return try PathExpansion.expand(path)
  }
}

extension TesseraError {
  /// The error with a note that its first diagnostic has too.
  func noting(_ note: String) -> TesseraError {
    var error = self
    error.diagnostics[0].notes.append(note)
    return error
  }
}
