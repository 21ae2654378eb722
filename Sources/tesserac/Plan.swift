import ArgumentParser
import CommandLineSupport
import Compiler
import Foundations
import Frontend
import Reports

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says whether a configuration fits, how fast it runs, and where memory and time go.",
    discussion: """
      Everything is computed from the tile program that the compiler makes; nothing is written. Where \
      the program does not fit, the command ends with exit code 2 and says what to change, with what \
      that costs. See docs/plan.md.
      """)

  @OptionGroup var planning: PlanningOptions

  @Option(help: "How it is printed: text or json.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      let file = try planning.configuration.readFile()
      let (loaded, choice) = try planning.load(file)
      if format == .text {
        for remark in loaded.remarks { writeError("\(remark)\n") }
        if let choice { writeError(PipelineReport(choice: choice).text) }
      }
      let planner = Planner(planning, file)
      let planned = try planner.plan(loaded)
      let report = PlanReport(planned)
      if format == .text { try writeOutput(report.text) }
      let misfit = planner.misfit(of: planned, loaded)
      switch format {
      case .text: if let misfit { writeError("\(misfit)\n") }
      case .json:
        let diagnostics = loaded.remarks + (misfit.map { [$0] } ?? [])
        let further = choice.map {
          [JSON.Plain.Field("pipeline", PipelineReport(choice: $0).json)]
        }
        try writeOutput(report.json(diagnostics: diagnostics, further ?? []).text(.indented) + "\n")
      }
      if misfit != nil { throw ExitCode(Foundations.ExitCode.doesNotFit.rawValue) }
    }
  }
}
