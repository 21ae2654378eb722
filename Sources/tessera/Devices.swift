import ArgumentParser
import CommandLineSupport
import Foundations
import Training

struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells what this machine can run bundles on, and why not on the rest.")

  @Option(help: "How it is printed: text or json.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      let survey = DeviceSurvey(processorCount: processorCount())
      switch format {
      case .text: try writeOutput(survey.text)
      case .json: try writeOutput(survey.json.text(.indented) + "\n")
      }
    }
  }
}
