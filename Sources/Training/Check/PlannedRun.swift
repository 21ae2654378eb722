import Foundations
import Glibc
import Recipe
import Runtime

/// The run that a training would be, and what it would go on from: found out without making a file.
struct PlannedRun {
  /// As it would be run: what a run that goes on was told at its begin still counts.
  let recipe: TrainingRecipe
  /// With the order of the samples of a run that goes on.
  let options: TrainingOptions
  /// The directory of the run that would go on; nil for a new run.
  let continued: RunDirectory?
  /// The checkpoint of a training that a new run would go on from.
  private let stateFile: String?

  /// - Throws: what `TrainingRun` throws before it opens the data, and `run-directory-in-use` where a new run
  ///   would begin in the directory of another.
  init(_ bundle: LoadedBundle, _ options: TrainingOptions) throws {
    var options = options
    let configured = try options.applied(to: bundle.recipe)
    continued = try RunPlace.existing(
      options.resumption, runDirectory: options.runDirectory, name: configured.run.displayName,
      digest: bundle.digest)
    if let continued {
      let earlier = try EarlierRun(continued, of: bundle)
      options.shuffles = options.shuffles && earlier.shuffles
      recipe = try options.applied(to: earlier.recipe)
    } else {
      recipe = configured
      try Self.checkIsFree(options)
    }
    stateFile = try RunPlace.file(options.resumption)
    self.options = options
  }

  private static func checkIsFree(_ options: TrainingOptions) throws(TesseraError) {
    guard let path = options.runDirectory, !options.overwrites else { return }
    let files = [RunDirectory.metricsPath(of: path), path + "/summary.json"]
    if let found = files.first(where: { access($0, F_OK) == 0 }) { throw RunDirectory.inUse(found) }
  }

  /// The run in words.
  var summary: String {
    "run \(recipe.run.displayName), seed \(recipe.run.seed)"
      + (continued.map { ", goes on in \($0.path)" } ?? "")
  }

  /// Whether it would go on from a training's state, and not from weights alone.
  var goesOn: Bool { continued != nil || stateFile != nil }

  /// The progress before the first weight update.
  func beginning(_ arithmetic: BatchArithmetic, bundleDigest: String) -> TrainingProgress {
    TrainingProgress(
      beginningOf: recipe, arithmetic, bundleDigest: bundleDigest, shuffles: options.shuffles)
  }

  /// Takes the weights to start from, where the run names any.
  /// - Returns: which there are, in words.
  /// - Throws: what `ParameterState.load` throws.
  func loadWeights(into state: ParameterState) throws -> String {
    guard let checkpoint = recipe.run.pretrainedCheckpointPath else {
      return "the initial ones, as no checkpoint is given"
    }
    let report = try state.load(
      checkpoint: try PathExpansion.expand(checkpoint),
      resizesVocabulary: options.resizesVocabulary, model: recipe.program.model)
    let words = report.description.split(separator: "\n").first.map(String.init) ?? ""
    return words + report.warnings.map { "; \($0.message)" }.joined()
  }

  /// Takes the state to go on from: of the file, or the newest of the run's that is whole.
  /// - Returns: which it is, in words.
  /// - Throws: `training-state-damaged` where none is whole, `training-state-mismatch` where it is the state of
  ///   another training.
  func resume(
    into state: ParameterState, from beginning: TrainingProgress
  ) throws(TesseraError) -> String {
    let paths =
      stateFile.map { [$0] }
      ?? continued.map { directory in
        RunCheckpoints(directory, keeping: options.keptCheckpoints).weightUpdates
          .map(directory.checkpointPath(weightUpdate:))
      }
    var damaged: [TesseraError] = []
    for path in paths ?? [] {
      do {
        let found = try TrainingStateFile.read(path, into: state) {
          (found) throws(TesseraError) in try found.check(continues: beginning, path: path)
        }
        let skipped = damaged.flatMap(\.diagnostics).map { "; \($0.message)" }.joined()
        return "those of \(path), after weight update \(found.weightUpdates)"
          + scheduleChange(from: found, to: beginning) + skipped
      } catch {
        guard error.exitCode == .badData else { throw error }
        damaged.append(error)
      }
    }
    if let last = damaged.last { throw last }
    return "the initial ones, as the run has no checkpoint yet"
  }

  private func scheduleChange(
    from found: TrainingProgress, to beginning: TrainingProgress
  ) -> String {
    let (before, now) = (found.scheduledWeightUpdates, beginning.scheduledWeightUpdates)
    guard before != now else { return "" }
    return "; the learning rate's schedule has \(now) weight updates from here on, \(before) before"
  }
}
