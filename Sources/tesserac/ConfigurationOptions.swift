import ArgumentParser
import Foundations
import Frontend
import Recipe

/// The configuration file and what replaces values of it, in every command that reads one.
///
/// The flags are the original's, of both forms; each replaces the key of the same name, or what the
/// file's form has instead of it.
struct ConfigurationOptions: ParsableArguments {
  @Argument(help: "The configuration file, or - for standard input.")
  var config: String?

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp("The configuration file, as an option.", valueName: "config"))
  var configOption: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a value of the configuration; may be given again.", valueName: "path.to.key=value"))
  var settings: [String] = []

  @Option(help: "Override dataset_dir.")
  var datasetDir: String?

  @Option(help: "Override save_ckpt_path.")
  var saveCkptPath: String?

  @Option(help: "Override pretrained_ckpt_path.")
  var pretrainedCkptPath: String?

  @Option(help: "Override total_num_train_samples.")
  var totalNumTrainSamples: String?

  @Option(help: "Override name.")
  var name: String?

  @Option(name: .customLong("global-batch.replicas"), help: "Override the number of replicas.")
  var replicas: String?

  @Option(
    name: .customLong("global-batch.micro-batch-size"), help: "Override the size of a micro-batch.")
  var microBatchSize: String?

  @Option(
    name: .customLong("global-batch.grad-acc-steps-per-replica"),
    help: "Override the micro-batches of a weight update.")
  var accumulation: String?

  @Option(
    name: .customLong("ipu-config.matmul-available-memory-proportion-per-pipeline-stage"),
    help: ArgumentHelp(
      "Override the memory proportions of the IPUs.", valueName: "[a,b,...]"))
  var proportions: String?

  @Option(
    name: [.customLong("enable-wandb"), .customLong("wandb")],
    help: ArgumentHelp(
      "Override whether to log to Weights & Biases.", valueName: "true|false"))
  var enableWandb: String?

  @Option(help: ArgumentHelp("Override the account in Weights & Biases.", valueName: "name"))
  var wandbEntityName: String?

  @Option(help: ArgumentHelp("Override the project in Weights & Biases.", valueName: "name"))
  var wandbProjectName: String?

  @Option(
    help: ArgumentHelp("Override the run's name in Weights & Biases.", valueName: "name"))
  var wandbName: String?

  @Option(help: ArgumentHelp("Override generated_dataset.", valueName: "true|false"))
  var generatedDataset: String?

  @Option(help: ArgumentHelp("Override do_training.", valueName: "true|false"))
  var doTraining: String?

  @Option(help: ArgumentHelp("Override do_validation.", valueName: "true|false"))
  var doValidation: String?

  @Option(help: ArgumentHelp("Override do_test.", valueName: "true|false"))
  var doTest: String?

  @Option(help: ArgumentHelp("Override glue_task.", valueName: "task"))
  var glueTask: String?

  @Flag(help: "Set compile_only, which tesserac does anyway.")
  var compileOnly = false

  @Option(help: ArgumentHelp("Override logging.", valueName: "level"))
  var logging: String?

  func validate() throws {
    switch (config, configOption) {
    case (nil, nil): throw ValidationError("Missing expected argument '<config>'.")
    // Releases before v3.4 gave this flag a value.
    case ("true"?, _?) where compileOnly, ("false"?, _?) where compileOnly: break
    case (let first?, let second?):
      throw ValidationError("The configuration is given twice: '\(first)' and '\(second)'.")
    default: break
    }
  }

  private var path: String { configOption ?? config ?? "-" }

  /// Reads the configuration with the overrides in place.
  func load() throws -> LoadedConfiguration { try load(try readFile()) }

  /// The bytes of the file, for who loads it more than once: standard input is read one time only.
  func readFile() throws -> [UInt8] {
    try readBytes(path: path, limit: Configuration.byteLimit)
  }

  /// The configuration of a file's bytes, with the overrides in place, and changes that come after them.
  func load(
    _ bytes: [UInt8], changes: [ConfigurationEdit] = [], precision: Precision = .fp16,
    choosePipeline: PipelineRequest.Answer? = nil
  ) throws -> LoadedConfiguration {
    try Configuration.read(
      bytes: bytes, file: path == "-" ? "stdin" : path,
      overrides: try overrides() + changes.map { try Override($0) }, precision: precision,
      choosePipeline: choosePipeline)
  }

  private func overrides() throws -> [Override] {
    let flags: [(name: String, path: String?, value: String?)] = [
      ("--dataset-dir", nil, datasetDir), ("--save-ckpt-path", nil, saveCkptPath),
      ("--pretrained-ckpt-path", nil, pretrainedCkptPath),
      ("--total-num-train-samples", nil, totalNumTrainSamples), ("--name", nil, name),
      ("--global-batch.replicas", nil, replicas),
      ("--global-batch.micro-batch-size", nil, microBatchSize),
      ("--global-batch.grad-acc-steps-per-replica", nil, accumulation),
      ("--ipu-config.matmul-available-memory-proportion-per-pipeline-stage", nil, proportions),
      ("--enable-wandb", nil, enableWandb), ("--wandb-entity-name", nil, wandbEntityName),
      ("--wandb-project-name", nil, wandbProjectName),
      ("--wandb-name", "wandb_opts.init.name", wandbName),
      ("--generated-dataset", nil, generatedDataset), ("--do-training", nil, doTraining),
      ("--do-validation", nil, doValidation), ("--do-test", nil, doTest),
      ("--glue-task", nil, glueTask), ("--compile-only", nil, compileOnly ? "true" : nil),
      ("--logging", nil, logging),
    ]
    return try settings.map { try Override(setting: $0) }
      + flags.compactMap { flag in
        flag.value.map { Override(flag: flag.name, of: flag.path, value: $0) }
      }
  }
}

extension Precision: ExpressibleByArgument {}
