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

  @Flag(
    help: ArgumentHelp(
      "Search for the fastest micro-batch, cut and memory proportions that fit, and plan them.",
      discussion: "The global batch stays. At most \(PlanSearch.largestPlanCount) are planned."))
  var search = false

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
      var (found, planned) = (loaded, try planner.plan(loaded))
      var further: [JSON.Plain.Field] = []
      if let choice { further.append(.init("pipeline", PipelineReport(choice: choice).json)) }
      if search {
        let search = planner.search(planned, loaded)
        let best = search.trials[search.best]
        if best.figures.fits, let plan = planner.plan(changes: best.edits) {
          (found, planned) = plan
        }
        let report = SearchReport(search: search)
        if format == .text { try writeOutput(report.text + "\n") }
        further.append(.init("search", report.json))
      }
      try report(planned, found, planner, further)
    }
  }

  private func report(
    _ planned: PlannedCompilation, _ loaded: LoadedConfiguration, _ planner: Planner,
    _ further: [JSON.Plain.Field]
  ) throws {
    let report = PlanReport(planned)
    // What there is to see comes at once; ways out are planned after it.
    if format == .text { try writeOutput(report.text) }
    let misfit = report.misfit.map { planner.withWaysOut($0, planned, loaded) }
    switch format {
    case .text: if let misfit { writeError("\(misfit)\n") }
    case .json:
      let diagnostics = loaded.remarks + (misfit.map { [$0] } ?? [])
      try writeOutput(report.json(diagnostics: diagnostics, further).text(.indented) + "\n")
    }
    if misfit != nil { throw ArgumentParser.ExitCode(Foundations.ExitCode.doesNotFit.rawValue) }
  }
}
