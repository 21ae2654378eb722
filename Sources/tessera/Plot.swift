import ArgumentParser
import CommandLineSupport
import Foundations
import Metrics
import Training

struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws the losses of runs.",
    discussion: """
      Reads metrics.jsonl of each run, also while it trains, and draws its losses and learning rate over \
      the weight updates: as text, or as an SVG picture of all runs together.
      """)

  @Argument(help: "The directories of the runs.")
  var runs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write an SVG picture here, - for standard output, instead of text.", valueName: "file"))
  var output: String?

  @Flag(help: "Draw each run behind the one before, as the phases of one training.")
  var joined = false

  @Option(help: "The picture's title; default: the names of the runs.")
  var title: String?

  @Option(
    name: .customLong("label"),
    help: ArgumentHelp(
      "A run's name in the legend, in the order of the runs; default: its directory's.",
      valueName: "name"))
  var labels: [String] = []

  @Flag(help: "Replace the picture where there is one.")
  var force = false

  func validate() throws {
    guard labels.count <= runs.count else {
      throw ValidationError("There are \(runs.count) runs and \(labels.count) names for them.")
    }
  }

  func run() throws {
    try reportingErrors {
      let drawn = try runs.enumerated().map { number, path in
        LossPlot.Run(
          name: number < labels.count ? labels[number] : RunDirectory.name(of: path),
          history: try MetricsHistory(readingFrom: RunDirectory.metricsPath(of: path)))
      }
      // Its curves are empty, which is no mistake of a run that has only begun.
      for run in drawn where run.history.last == nil {
        writeError("\(run.name): no weight update yet\n")
      }
      guard let output else { return try writeCharts(drawn) }
      let plot = LossPlot(
        title: title ?? drawn.map(\.name).joined(separator: ", "), runs: drawn,
        arrangement: joined ? .joined : .overlaid)
      guard output != "-" else { return try writeOutput(plot.svg) }
      let file = try AtomicFile(path: output, overwrite: force)
      try file.write(Array(plot.svg.utf8))
      try file.commit()
    }
  }

  private func writeCharts(_ runs: [LossPlot.Run]) throws {
    for run in runs {
      if runs.count > 1 { try writeOutput(run.name + "\n") }
      let chart = LossChart(
        series: run.history.losses.map { LossChart.Series($0) },
        unicode: TerminalTraits.ofStandardError().unicode)
      for row in chart.rows() { try writeOutput(row + "\n") }
      if let last = run.history.last { try writeOutput(last.stepLine() + "\n") }
    }
  }
}
