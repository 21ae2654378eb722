import ArgumentParser
import CommandLineSupport
import Foundations
import Metrics
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a bundle on TFRecord files.",
    discussion: """
      Trains on IPUs that this machine's CPU emulates. A run has a directory with its \
      metrics (metrics.jsonl), summary and checkpoint. Ctrl-C ends it after the micro-batch \
      that runs, with a checkpoint of the last whole weight update.

      The device ipu-model runs operation by operation. The device ipu-tile runs what the bundle says that \
      every tile does, each tile in a memory of its own, and ends with an error where a tile reads what \
      nothing wrote or reaches beyond its memory. It is slower, and takes as much memory as the tiles use. \
      Their numbers differ by rounding. Evaluation runs on ipu-model.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Option(help: "The folder with the *.tfrecord files; default: the configuration's.")
  var datasetDir: String?

  @Option(
    help:
      "Start from these parameters: a .safetensors file, or a folder, with Hugging Face's names.")
  var pretrainedCkptPath: String?

  @Option(
    help:
      "Save the parameters here at the end: a .safetensors file, or a folder for model.safetensors."
  )
  var saveCkptPath: String?

  @Option(help: "Train on this many samples instead of the configuration's.")
  var totalNumTrainSamples: Int?

  @Option(help: "Stop after this many weight updates; the learning-rate schedule stays.")
  var maxSteps: Int?

  @Flag(help: "Take the samples in the order of the files.")
  var noShuffle = false

  @Option(
    help:
      "The device, emulated on this machine's CPU: ipu-model, operation by operation, or ipu-tile, tile by tile."
  )
  var device: DeviceKind = .ipuModel

  @Option(help: "Threads to compute with; default: one for each processor.")
  var threads: Int?

  @Option(help: "The run's directory; default: runs/NAME-TIME.")
  var runDir: String?

  @Option(help: "The run's name; default: the configuration's.")
  var name: String?

  @Flag(
    help:
      "Replace the files of an earlier run in --run-dir (its checkpoints stay), and --save-ckpt-path."
  )
  var force = false

  @Option(help: "How progress is shown on standard error: auto, bar, plain or none.")
  var progress: ProgressMode = .auto

  @Flag(name: .shortAndLong, help: "Show no progress and no chart.")
  var quiet = false

  func validate() throws {
    for (flag, value) in [
      ("--max-steps", maxSteps), ("--threads", threads),
      ("--total-num-train-samples", totalNumTrainSamples),
    ] where (value ?? 1) < 1 {
      throw ValidationError("\(flag) must be at least 1.")
    }
  }

  func run() throws {
    try reportingErrors {
      var options = TrainingOptions(threads: threads ?? processorCount())
      options.datasetDirectory = datasetDir
      options.pretrainedCheckpoint = pretrainedCkptPath
      options.saveCheckpoint = saveCkptPath
      options.totalSamples = totalNumTrainSamples
      options.maximumSteps = maxSteps
      options.shuffles = !noShuffle
      options.device = device
      options.runDirectory = runDir
      options.name = name
      options.overwrites = force
      options.progress = quiet ? .none : progress
      let outcome = try TrainingRun(try LoadedBundle(path: bundle), options).run()
      if !quiet {
        let chart = LossChart(
          series: outcome.history.losses.map { LossChart.Series($0) },
          unicode: TerminalTraits.ofStandardError().unicode)
        for row in chart.rows() { try writeOutput(row + "\n") }
      }
      if let last = outcome.history.last { try writeOutput(last.stepLine() + "\n") }
      try writeOutput("run: \(outcome.directory.path)\ncheckpoint: \(outcome.checkpointPath)\n")
      if let note = outcome.checkpointNote { try writeOutput(note + "\n") }
      if let code = outcome.interruption { throw ArgumentParser.ExitCode(code) }
    }
  }
}

extension DeviceKind: ExpressibleByArgument {}

extension ProgressMode: ExpressibleByArgument {}
