import ArgumentParser
import CommandLineSupport
import Foundations
import Recipe
import Training

/// What a training of a bundle is told on the command line, in every command that trains.
struct TrainingArguments: ParsableArguments {
  @Option(
    help:
      "The folder with the data, *.tfrecord files or those of SQuAD; default: the configuration's.")
  var datasetDir: String?

  @Option(
    help:
      "Start from these parameters: a file of Hugging Face or of a run, or a folder, of which the newest is taken."
  )
  var pretrainedCkptPath: String?

  @Flag(
    help:
      "Take a checkpoint with another number of words: its last rows are cut, or rows are added.")
  var resizeVocabulary = false

  @Option(
    help:
      "Save the parameters here at the end: a .safetensors file, or a folder for model.safetensors."
  )
  var saveCkptPath: String?

  @Option(help: "Train on this many samples instead of the configuration's.")
  var totalNumTrainSamples: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      """
      Another value of the configuration for this run, such as seed, loss_scaling or \
      learning_rate.lr_schedule_params.max_learning_rate; may be given again. What is compiled into \
      the bundle cannot be set here.
      """, valueName: "path.to.key=value"))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Go on from an earlier training: auto, from the newest checkpoint of --run-dir, or of the newest \
      run of this name, where there is one; or a run's directory; or a checkpoint file, in a new \
      directory.
      """, valueName: "auto|path"))
  var resume: Resumption = .never

  @Option(
    help: ArgumentHelp(
      "Save a checkpoint each time after this many executions of global_batches_per_log weight updates.",
      valueName: "n"))
  var ckptEveryNStepsPerExecution: Int?

  @Option(help: "How many checkpoints of the run are kept, the newest; default: 3.")
  var keep: Int?

  @Option(help: "Stop after this many weight updates; the learning-rate schedule stays.")
  var maxSteps: Int?

  @Flag(help: "Take the samples in the order of the files.")
  var noShuffle = false

  @Flag(
    help:
      "Go on at a damaged record: the next sound one takes its place, and the end of the run says how many."
  )
  var skipCorrupt = false

  @Flag(
    help:
      "Go on where numbers become infinite or NaN, with a warning, and keep no copy of the state to find the cause."
  )
  var noNumericsGuard = false

  @Option(
    help: ArgumentHelp(
      "Train on random samples of the right shape, to measure speed.", valueName: "true|false"))
  var generatedDataset: Bool?

  @Option(
    help:
      "The device, emulated on this machine's CPU: ipu-model, operation by operation, or ipu-tile, tile by tile; default: ipu-model."
  )
  var device: DeviceKind?

  @Option(help: "Threads to compute with; default: one for each processor.")
  var threads: Int?

  @Option(help: "The run's directory; default: runs/NAME-TIME.")
  var runDir: String?

  @Option(help: "The run's name; default: the configuration's.")
  var name: String?

  @Flag(help: "Log the run for Weights & Biases, offline, in the run's directory.")
  var wandb = false

  @Option(
    help: ArgumentHelp(
      "What follows the configuration's name in the name of the run.", valueName: "name"))
  var wandbName: String?

  @Flag(
    help:
      "Replace the files of an earlier run in --run-dir (its checkpoints are moved aside), and --save-ckpt-path."
  )
  var force = false

  @Option(help: "How progress is shown on standard error: auto, bar, plain or none.")
  var progress: ProgressMode = .auto

  @Flag(name: .shortAndLong, help: "Show no progress and no chart.")
  var quiet = false

  @OptionGroup(visibility: .hidden)
  var compiled: CompiledInArguments

  func validate() throws {
    for (flag, value) in [
      ("--max-steps", maxSteps), ("--threads", threads), ("--keep", keep ?? 1),
      ("--total-num-train-samples", totalNumTrainSamples),
      ("--ckpt-every-n-steps-per-execution", ckptEveryNStepsPerExecution),
    ] where (value ?? 1) < 1 {
      throw ValidationError("\(flag) must be at least 1.")
    }
    for (flag, value) in [
      ("--run-dir", runDir), ("--dataset-dir", datasetDir), ("--save-ckpt-path", saveCkptPath),
      ("--pretrained-ckpt-path", pretrainedCkptPath), ("--name", name),
    ] where value?.isEmpty == true {
      throw ValidationError("\(flag) is empty.")
    }
    if case .from = resume, force {
      throw ValidationError(
        "--force replaces a run and --resume goes on with it; give one of them.")
    }
  }

  /// The same for a training.
  /// - Throws: `bad-override` (usage).
  func options() throws(TesseraError) -> TrainingOptions {
    var options = TrainingOptions(threads: threads ?? processorCount())
    options.datasetDirectory = datasetDir
    options.pretrainedCheckpoint = pretrainedCkptPath
    options.resizesVocabulary = resizeVocabulary
    options.saveCheckpoint = saveCkptPath
    options.totalSamples = totalNumTrainSamples
    for setting in settings { options.overrides.append(try RunOverride(setting: setting)) }
    if let interval = ckptEveryNStepsPerExecution {
      options.overrides.append(
        RunOverride(
          flag: "--ckpt-every-n-steps-per-execution", of: "ckpt_every_n_steps_per_execution",
          value: "\(interval)"))
    }
    if let generatedDataset {
      options.overrides.append(
        RunOverride(
          flag: "--generated-dataset", of: "generated_dataset", value: "\(generatedDataset)"))
    }
    options.overrides += compiled.overrides
    options.resumption = resume
    options.givenKeptCheckpoints = keep
    options.maximumSteps = maxSteps
    options.shuffles = !noShuffle
    options.guardsNumerics = !noNumericsGuard
    options.skipsDamagedRecords = skipCorrupt
    options.givenDevice = device
    options.runDirectory = runDir
    options.name = name
    options.logsToWandb = wandb
    options.wandbName = wandbName
    options.overwrites = force
    options.progress = quiet ? .none : progress
    return options
  }
}

/// Flags of the original application for what is compiled into a bundle. They are accepted with the bundle's
/// own values, and otherwise answered with the compiler's flag.
struct CompiledInArguments: ParsableArguments {
  @Option(name: .customLong("global-batch.replicas"))
  var replicas: String?

  @Option(name: .customLong("global-batch.micro-batch-size"))
  var microBatchSize: String?

  @Option(name: .customLong("global-batch.grad-acc-steps-per-replica"))
  var accumulation: String?

  @Option(name: .customLong("ipu-config.matmul-available-memory-proportion-per-pipeline-stage"))
  var proportions: String?

  @Option
  var precision: String?

  var overrides: [RunOverride] {
    let flags: [(name: String, value: String?)] = [
      ("--global-batch.replicas", replicas), ("--global-batch.micro-batch-size", microBatchSize),
      ("--global-batch.grad-acc-steps-per-replica", accumulation),
      ("--ipu-config.matmul-available-memory-proportion-per-pipeline-stage", proportions),
      ("--precision", precision),
    ]
    return flags.compactMap { name, value in
      value.map {
        let path = String(name.dropFirst(2).map { $0 == "-" ? "_" : $0 })
        return RunOverride(flag: name, of: path, value: $0)
      }
    }
  }
}

extension DeviceKind: ExpressibleByArgument {}

extension ProgressMode: ExpressibleByArgument {}

extension Resumption: ExpressibleByArgument {
  public init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    self = argument == "auto" ? .auto : .from(argument)
  }

  public var defaultValueDescription: String { self == .never ? "a new training" : "\(self)" }
}
