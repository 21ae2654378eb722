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
    case memory
    case schedule
    case program
    case tensors
    case ir
  }

  @Argument(help: "The bundle.")
  var bundle: String

  @Argument(help: "What to show: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
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
      switch format {
      case .text: try writeOutput(try text(of: file))
      case .json: try writeOutput(try json(of: file).text(.indented) + "\n")
      }
    }
  }

  private func text(of file: BundleFile) throws -> String {
    switch part {
    case .stages:
      let plan = try PlanReport.ifPlanned(file)
      return try BundleReport(file).stagesText + (plan.map { "\n" + $0.stagesText } ?? "")
    case .memory:
      let plan = try PlanReport(file)
      return plan.summaryText + "\n" + plan.memoryText
    case .schedule: return try PlanReport(file).scheduleText
    case .program: return try PlanReport(file).programText
    case .tensors: return try BundleReport(file).tensorsText
    case .summary, .ir:
      let plan = try PlanReport.ifPlanned(file)
      return try BundleReport(file).summaryText + (plan.map { "\n" + $0.summaryText } ?? "")
    }
  }

  private func json(of file: BundleFile) throws -> JSON.Plain {
    switch part {
    case .stages:
      return try BundleReport(file).stagesJSON(plan: PlanReport.ifPlanned(file)?.stagesJSON)
    case .memory: return try PlanReport(file).memoryJSON
    case .schedule: return try PlanReport(file).scheduleJSON
    case .program: return try PlanReport(file).programJSON
    case .tensors: return try BundleReport(file).tensorsJSON
    case .summary, .ir: return try BundleReport(file).summaryJSON
    }
  }
}
