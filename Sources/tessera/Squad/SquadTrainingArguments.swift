import ArgumentParser
import CommandLineSupport
import Foundations
import Training

/// The options of `tessera train` that fine-tuning has, too.
struct SquadTrainingArguments: ParsableArguments {
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

  @Option(help: "Threads to compute with; default: one for each processor.")
  var threads: Int?

  @Option(help: "The run's directory; default: runs/NAME-TIME.")
  var runDir: String?

  @Option(help: "The run's name; default: the configuration's.")
  var name: String?

  @Flag(help: "Replace the files of an earlier run in --run-dir, and those that are written.")
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

  /// How progress is shown.
  var progressMode: ProgressMode { quiet ? .none : progress }

  /// The folder that the run's directory is in.
  var runsFolder: String {
    guard let runDir else { return "runs" }
    let path = runDir.hasSuffix("/") ? runDir.dropLast() : runDir[...]
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// What the run is told.
  func options() -> TrainingOptions {
    var options = TrainingOptions(threads: threads ?? processorCount())
    options.pretrainedCheckpoint = pretrainedCkptPath
    options.saveCheckpoint = saveCkptPath
    options.totalSamples = totalNumTrainSamples
    options.maximumSteps = maxSteps
    options.runDirectory = runDir
    options.name = name
    options.overwrites = force
    options.progress = progressMode
    return options
  }

  /// Prints how the run ended; ends the command where a signal ended the run.
  func report(_ outcome: TrainingOutcome) throws {
    if !quiet {
      let chart = LossChart(
        series: outcome.losses.map { LossChart.Series(name: $0.name, values: $0.values) },
        unicode: TerminalTraits.ofStandardError().unicode)
      for row in chart.rows() { try writeOutput(row + "\n") }
    }
    if let last = outcome.last { try writeOutput(last.stepLine + "\n") }
    try writeOutput("run: \(outcome.directory.path)\ncheckpoint: \(outcome.checkpointPath)\n")
    if let note = outcome.checkpointNote { try writeOutput(note + "\n") }
    if let code = outcome.interruption { throw ArgumentParser.ExitCode(code) }
  }
}
