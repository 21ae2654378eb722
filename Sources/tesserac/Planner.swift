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
    } catch  where error.diagnostics.first?.code == .noPlan {
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

  /// The configuration with changes, and its plan; nil where its rules, or the system, refuse
  /// it, and where its recipe was tried.
  func plan(
    changes: [ConfigurationEdit], unless tried: Set<TrainingRecipe.Program> = []
  ) -> (loaded: LoadedConfiguration, planned: PlannedCompilation)? {
    guard let loaded = try? options.load(file, changes: changes).loaded,
      !tried.contains(loaded.recipe.program), let planned = try? plan(loaded)
    else { return nil }
    return (loaded, planned)
  }

  /// Searches for the fastest change of a configuration that fits.
  func search(_ planned: PlannedCompilation, _ loaded: LoadedConfiguration) -> PlanSearch {
    PlanSearch(
      loaded.recipe.program, figures: PlanFigures(planned), form: loaded.values.form,
      plan: { edits, tried in
        self.plan(changes: edits, unless: tried).map {
          ($0.loaded.recipe.program, PlanFigures($0.planned))
        }
      })
  }

  /// What does not fit, for who wants it all the same: without ways out; nil where all fits.
  func warning(of planned: PlannedCompilation, _ loaded: LoadedConfiguration) -> Diagnostic? {
    guard var misfit = PlanReport(planned).misfit else { return nil }
    misfit.severity = .warning
    misfit.location = loaded.values.location(of: "pipeline_stages")
    return misfit
  }

  /// What does not fit, at the value whose change helps, with ways out that were planned; nil where all fits.
  func misfit(of planned: PlannedCompilation, _ loaded: LoadedConfiguration) -> Diagnostic? {
    guard var misfit = PlanReport(planned).misfit else { return nil }
    let before = PlanFigures(planned)
    let search = RemedySearch(
      loaded.recipe.program, form: loaded.values.form, figures: before,
      plan: { self.plan(changes: $0.edits).map { PlanFigures($0.planned) } })
    misfit.remedies = search.fitting.prefix(Self.largestRemedyCount).map { trial in
      Remedy(
        "\(trial.change.text): \(Self.outcome(trial.figures, before))", trial.change.edits)
    }
    if search.fitting.isEmpty {
      misfit.notes += search.others.prefix(Self.largestRemedyCount).map { trial in
        "not enough: \(trial.change.text): \(Self.outcome(trial.figures, before))"
      }
    }
    let keys = (search.fitting + search.others).map(\.change.key) + ["pipeline_stages"]
    misfit.location = keys.lazy.compactMap { loaded.values.location(of: $0) }.first
    return misfit
  }

  /// The ways out that a message lists at most.
  private static let largestRemedyCount = 5

  /// "522.4 KiB, 11 % slower".
  private static func outcome(_ after: PlanFigures, _ before: PlanFigures) -> String {
    "\(kibibytesText(after.worstTileBytes)), "
      + speedText(after.samplesPerSecond, before: before.samplesPerSecond)
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
