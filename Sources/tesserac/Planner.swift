import CommandLineSupport
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

  /// The plan of a compilation.
  /// - Throws: `no-plan` where its program has no weight update, or was not cut into stages.
  func plan(
    _ compilation: Compilation, _ loaded: LoadedConfiguration,
    observe: (PlannedCompilation.FinishedPhase) -> Void = { _ in }
  ) throws -> PlannedCompilation {
    try PlannedCompilation(
      compilation, program: compilation.program, on: try options.system(for: loaded),
      costs: &costs, observe: observe)
  }

  /// The plan of a configuration.
  /// - Throws: `no-plan` where its program has no weight update.
  func plan(_ loaded: LoadedConfiguration) throws -> PlannedCompilation {
    var options = CompilationOptions()
    options.verification = .off
    options.phases = settings
    return try plan(try Compilation(loaded.recipe, options: options), loaded)
  }

  /// The configuration with changes, and its plan; nil where its rules, or the system, refuse
  /// it, and where its recipe was tried.
  func plan(
    changes: [ConfigurationEdit], unless tried: Set<TrainingRecipe.Program> = []
  ) -> (loaded: LoadedConfiguration, planned: PlannedCompilation)? {
    defer { writeStatus("") }
    writeStatus("planning \(Remedy("", changes).options ?? "")".prefix(79).description)
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

  /// What does not fit, at the value whose change helps, with ways out that were planned.
  func withWaysOut(
    _ misfit: Diagnostic, _ planned: PlannedCompilation, _ loaded: LoadedConfiguration
  ) -> Diagnostic {
    var misfit = misfit
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
