import Foundations
import Recipe

/// What the user says about a run besides the bundle.
package struct TrainingOptions: Sendable {
  /// The folder with the data; nil for the configuration's.
  package var datasetDirectory: String?
  /// The parameters to start from; nil for the configuration's, or else the initial ones.
  package var pretrainedCheckpoint: String?
  /// Whether a checkpoint to start from may have another number of words.
  package var resizesVocabulary = false
  /// A .safetensors file, or a folder that gets a `model.safetensors`; nil for the configuration's, or
  /// else the run directory.
  package var saveCheckpoint: String?
  /// Stop after this many weight updates; the schedule is that of the whole training.
  package var maximumSteps: Int?
  /// Whether the samples come in another order in each epoch.
  package var shuffles = true
  /// Whether a record that is damaged or is no sample is replaced by the next sound one, or ends the run.
  package var skipsDamagedRecords = false
  /// Whether the run ends where numbers are not finite, with the operation that made the first.
  package var guardsNumerics = true
  /// What the program runs on.
  package var device: DeviceKind { givenDevice ?? .ipuModel }
  /// The same where the user says so; nil for that of the run which goes on, or else `ipu-model`.
  package var givenDevice: DeviceKind?
  /// Threads that the device computes with.
  package var threads: Int
  /// The run's directory; nil for one of its own below `runs`.
  package var runDirectory: String?
  /// The run's name; nil for the configuration's.
  package var name: String?
  /// Whether the run is logged for Weights & Biases, also where the configuration does not ask for it.
  package var logsToWandb = false
  /// What follows the configuration's name in the run's, where it has no name of its own.
  package var wandbName: String?
  /// Samples to train on; nil for the configuration's.
  package var totalSamples: Int?
  /// Other values of the run that are given in place of the configuration's.
  package var overrides: [RunOverride] = []
  /// Whether the training goes on from an earlier one.
  package var resumption: Resumption = .never
  /// Checkpoints of the run that are kept, the newest; at least 1.
  package var keptCheckpoints: Int { givenKeptCheckpoints ?? 3 }
  /// The same where the user says so; nil for that of the run which goes on, or else 3.
  package var givenKeptCheckpoints: Int?
  /// Whether files of an earlier run may be replaced.
  package var overwrites = false
  /// How progress is shown.
  package var progress: ProgressMode = .auto

  package init(threads: Int) {
    self.threads = threads
  }

  /// The recipe with the options in place of its own run-time values.
  /// - Throws: what `TrainingRecipe.overridden` throws.
  package func applied(to recipe: TrainingRecipe) throws(TesseraError) -> TrainingRecipe {
    var recipe = try recipe.overridden(by: overrides)
    recipe.run.datasetDirectory = datasetDirectory ?? recipe.run.datasetDirectory
    recipe.run.pretrainedCheckpointPath =
      pretrainedCheckpoint ?? recipe.run.pretrainedCheckpointPath
    recipe.run.saveCheckpointPath = saveCheckpoint ?? recipe.run.saveCheckpointPath
    let wandbRunName = wandbName.map { "\(recipe.run.configurationName)-\($0)" }
    recipe.run.name = name ?? wandbRunName ?? recipe.run.name
    if logsToWandb {
      recipe.run.wandbOptions = recipe.run.wandbOptions ?? WandbOptions()
      recipe.run.wandbOptions?.isEnabled = true
    }
    recipe.run.totalSamples = totalSamples ?? recipe.run.totalSamples
    return recipe
  }

  /// What `config.json` of the run says: the recipe as it was run, the options that no recipe has, and
  /// the program's digest.
  func effectiveConfiguration(
    _ recipe: TrainingRecipe, digest: String
  ) throws(TesseraError) -> String {
    func plain(_ bytes: [UInt8]) throws(TesseraError) -> JSON.Plain {
      JSON.Plain(try JSON.parse(bytes: bytes, file: "<recipe>"))
    }
    let configuration = JSON.Plain.object([
      .init("schema", "tessera.run-config/1"), .init("bundle_digest", .string(digest)),
      .init("program", try plain(recipe.encodedProgram())),
      .init("run", try plain(recipe.encodedRun())),
      .init(
        "options",
        .object([
          .init("shuffle", .boolean(shuffles)), .init("threads", .integer(threads)),
          .init("device", .string(device.rawValue)), .init("keep", .integer(keptCheckpoints)),
          .init("max_steps", maximumSteps.map { .integer($0) } ?? .null),
        ])),
    ])
    return configuration.text(.indented) + "\n"
  }
}
