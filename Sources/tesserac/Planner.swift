import Compiler
import Foundations
import Frontend
import IPUTarget
import Recipe
import Reports
import TileProgram

/// Plans a configuration, and changes of it.
///
/// A class because each plan learns what exchanges cost, which the next one then knows.
final class Planner {
  private let options: PlanningOptions
  private let file: [UInt8]
  private let settings: PhaseSettings
  private var costs: CostModel?

  /// - Parameters:
  ///   - file: the bytes of the configuration file.
  ///   - settings: what is changed about the phases, in every plan.
  init(_ options: PlanningOptions, _ file: [UInt8], _ settings: PhaseSettings = PhaseSettings()) {
    self.options = options
    self.file = file
    self.settings = settings
  }

  /// The plan of a compilation; nil where its program has none, but could be compiled all the same.
  func plan(
    _ compilation: Compilation, _ loaded: LoadedConfiguration,
    observe: (PlannedCompilation.FinishedPhase) -> Void = { _ in }
  ) throws -> PlannedCompilation? {
    let system = try options.system(for: loaded)
    do {
      return try PlannedCompilation(
        compilation, program: compilation.program, on: system, costs: &costs, observe: observe)
    } catch where error.diagnostics.first?.code == .noPlan {
      return nil
    }
  }

  /// The plan of a configuration.
  /// - Throws: `no-plan` where its program has no weight update.
  func plan(
    _ loaded: LoadedConfiguration,
    observe: (PlannedCompilation.FinishedPhase) -> Void = { _ in }
  ) throws -> PlannedCompilation {
    var compilationOptions = CompilationOptions()
    compilationOptions.verification = .off
    compilationOptions.phases = settings
    let compilation = try Compilation(loaded.recipe, options: compilationOptions)
    return try PlannedCompilation(
      compilation, program: compilation.program, on: try options.system(for: loaded),
      costs: &costs, observe: observe)
  }

  /// What does not fit, at the value whose change helps, with ways out that were planned; nil where all fits.
  func misfit(of planned: PlannedCompilation, _ loaded: LoadedConfiguration) throws -> Diagnostic? {
    PlanReport(planned).misfit
  }
}

extension PlanReport {
  /// The report of what was planned.
  init(_ planned: PlannedCompilation) {
    self.init(
      planned.program, recipe: planned.compilation.recipe, tiles: planned.tiles,
      plan: planned.plan, system: planned.system)
  }
}

extension Diagnostic {
  /// The same as a warning.
  var asWarning: Diagnostic {
    var diagnostic = self
    diagnostic.severity = .warning
    return diagnostic
  }
}
