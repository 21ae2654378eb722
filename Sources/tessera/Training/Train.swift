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
      metrics (metrics.jsonl), summary and checkpoints. Ctrl-C ends it after the micro-batch \
      that runs, with a checkpoint of the last whole weight update; --resume goes on from there \
      with the numbers of a run that was never interrupted.

      The device ipu-model runs operation by operation. The device ipu-tile runs what the bundle says that \
      every tile does, each tile in a memory of its own, and ends with an error where a tile reads what \
      nothing wrote or reaches beyond its memory. It is slower, and takes as much memory as the tiles use. \
      Their numbers differ by rounding. Evaluation runs on ipu-model.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @OptionGroup
  var training: TrainingArguments

  func run() throws {
    try reportingErrors {
      try endingOnSignals {
        let options = try training.options()
        let outcome = try TrainingRun(try LoadedBundle(path: bundle), options).run()
        try training.report(outcome)
      }
    }
  }
}

extension TrainingArguments {
  /// Prints how a training ended.
  /// - Throws: the exit code of a signal that ended it.
  func report(_ outcome: TrainingOutcome) throws {
    if !quiet {
      let chart = LossChart(
        series: outcome.history.losses.map { LossChart.Series($0) },
        unicode: TerminalTraits.ofStandardError().unicode)
      for row in chart.rows() { try writeOutput(row + "\n") }
    }
    if let last = outcome.history.last { try writeOutput(last.stepLine() + "\n") }
    try writeOutput("run: \(outcome.directory.path)\ncheckpoint: \(outcome.checkpointPath)\n")
    if outcome.skippedRecords > 0 {
      try writeOutput("skipped records: \(outcome.skippedRecords)\n")
    }
    if let note = outcome.checkpointNote { try writeOutput(note + "\n") }
    if let code = outcome.interruption { throw ArgumentParser.ExitCode(code) }
  }
}
