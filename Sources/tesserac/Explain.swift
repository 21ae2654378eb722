import ArgumentParser
import CommandLineSupport
import Foundations
import Reports

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what the code of an error, warning or note means, and what to change.",
    discussion: "Codes stand in brackets in messages: [unknown-key]. docs/errors.md has them all.")

  @Argument(help: "The code; without one all codes are listed.")
  var code: String?

  @Option(help: "How it is printed: text or json.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      guard let name = code else {
        switch format {
        case .text: return try writeOutput(ExplanationReport.listText())
        case .json:
          return try writeOutput(ExplanationReport.listJSON().text(.indented) + "\n")
        }
      }
      let code = try ExplanationReport.code(named: name)
      switch format {
      case .text: try writeOutput(ExplanationReport.text(of: code))
      case .json: try writeOutput(ExplanationReport.json(of: code).text(.indented) + "\n")
      }
    }
  }
}
