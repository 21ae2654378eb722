import ArgumentParser
import CommandLineSupport
import Foundations
import Training

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures how fast a bundle trains on a device of this machine.",
    discussion: """
      Trains on random samples of the right shape, from the initial parameters, and throws the result away. \
      After a warm-up it measures several times; the median is the figure to compare, the spread tells how \
      quiet the machine was. Where a weight update takes longer than a measurement, the figures are of its \
      micro-batches, without the optimizer, and say so. These are speeds of this machine's processors: \
      `tesserac plan` predicts those of IPUs.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Option(help: "The device: ipu-model or ipu-tile.")
  var device: DeviceKind = .ipuModel

  @Option(help: "Threads to compute with; default: one for each processor.")
  var threads: Int?

  @Option(help: "Seconds of a measurement.")
  var seconds = 5

  @Option(help: "Measurements.")
  var repetitions = 5

  @Option(help: "How it is printed: text or json.")
  var format: ReportFormat = .text

  func validate() throws {
    for (flag, value) in [
      ("--threads", threads ?? 1), ("--seconds", seconds), ("--repetitions", repetitions),
    ] where !(1...1000).contains(value) {
      throw ValidationError("\(flag) must be from 1 to 1000.")
    }
  }

  func run() throws {
    try reportingErrors(format: format) {
      try endingOnSignals {
        let benchmark = try TrainingBenchmark(
          try LoadedBundle(path: bundle), device: device, threads: threads ?? processorCount(),
          seconds: Double(seconds), repetitions: repetitions)
        switch format {
        case .text: try writeOutput(benchmark.text)
        case .json: try writeOutput(benchmark.json.text(.indented) + "\n")
        }
      }
    }
  }
}
