import ArgumentParser
import Bundle
import CommandLineSupport
import Foundations
import Reports

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what a bundle holds, from the bundle alone.")

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case summary
    case stages
    case tensors
    case ir
  }

  @Argument(help: "The bundle.")
  var bundle: String

  @Argument(help: "What to show: summary, stages, tensors or ir.")
  var part: Part = .summary

  @Flag(help: "Check every section's digest and content first.")
  var verify = false

  @Option(help: "How it is printed: text or json. The IR is text in either case.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      let file = try BundleFile(path: bundle)
      if verify {
        try file.verify()
        writeError("\(bundle): all sections are whole and valid\n")
      }
      if part == .ir {
        guard let text = try file.irText() else {
          throw TesseraError(
            .badData, code: .noIR, "\(bundle) was compiled without its IR",
            remedies: ["compile again without --no-ir"])
        }
        return try writeOutput(text)
      }
      let report = try BundleReport(file)
      switch (part, format) {
      case (.stages, .text): try writeOutput(report.stagesText)
      case (.stages, .json): try writeOutput(report.stagesJSON.text(.indented) + "\n")
      case (.tensors, .text): try writeOutput(report.tensorsText)
      case (.tensors, .json): try writeOutput(report.tensorsJSON.text(.indented) + "\n")
      case (_, .text): try writeOutput(report.summaryText)
      case (_, .json): try writeOutput(report.summaryJSON.text(.indented) + "\n")
      }
    }
  }
}
