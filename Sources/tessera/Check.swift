import ArgumentParser
import CommandLineSupport
import Foundations
import Training

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tries in a minute all that could fail in the sixth hour of a training.",
    discussion: """
      Takes what `tessera train` takes, and writes nothing that stays but, where there is none yet, the index \
      of the data's records beside the data: the bundle is verified, samples from all over the data are read, \
      the checkpoint to start or to go on from is loaded, memory and disk are compared with what the training \
      needs, a checkpoint is written and read back, and weight updates run for some seconds. Ends with 1 where \
      something would fail.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @OptionGroup
  var training: TrainingArguments

  @Option(help: "How it is printed: text or json.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      try endingOnSignals {
        let check = try TrainingCheck(path: bundle, try training.options()) { item in
          if format == .text { try? writeOutput(item.text) }
        }
        if format == .json { try writeOutput(check.json.text(.indented) + "\n") }
        guard check.passes else { throw ArgumentParser.ExitCode(1) }
      }
    }
  }
}
