import Foundations
import Recipe

/// The search for the fastest micro-batch, cut and memory proportions that fit.
///
/// It goes from the recipe as it is, one change at a time, and keeps what is better: what fits before what
/// does not, then the faster. The global batch stays. It ends where no change is better, or after
/// `largestPlanCount` plans; what it finds is the best of what it lists, not of all there is.
package struct PlanSearch {
  /// A recipe that was planned.
  package struct Trial: Sendable {
    /// The recipe.
    package var recipe: TrainingRecipe.Program
    /// What makes it of the configuration; empty for the configuration as it is.
    package var edits: [ConfigurationEdit]
    /// What its plan says.
    package var figures: PlanFigures
  }

  /// The recipe of the configuration with edits, and its figures; nil where the configuration's rules, or the
  /// system, refuse it, and where the recipe is one of those that were tried.
  package typealias Plan = (
    _ edits: [ConfigurationEdit], _ tried: Set<TrainingRecipe.Program>
  ) -> (recipe: TrainingRecipe.Program, PlanFigures)?

  /// What was planned, in order; the first is the configuration as it is.
  package private(set) var trials: [Trial]
  /// The place of the best among them.
  package private(set) var best = 0
  private let form: ConfigurationForm
  private let plan: Plan
  private var tried: Set<TrainingRecipe.Program>

  /// The plans that a search makes at most.
  package static let largestPlanCount = 32

  /// - Parameters:
  ///   - figures: those of the recipe as it is.
  ///   - form: that of the configuration's file.
  package init(
    _ recipe: TrainingRecipe.Program, figures: PlanFigures, form: ConfigurationForm,
    plan: @escaping Plan
  ) {
    self.form = form
    self.plan = plan
    tried = [recipe]
    trials = [Trial(recipe: recipe, edits: [], figures: figures)]
    var isImproving = true
    while isImproving {
      isImproving = false
      for changes in [Self.microBatches, Self.cuts, Self.proportions] {
        while improve(by: changes) { isImproving = true }
      }
    }
  }

  /// Takes the first of the changes of the best recipe that is better; false where none is.
  private mutating func improve(
    by changes: (ConfigurationChanges, PlanFigures) -> [ConfigurationChange]
  ) -> Bool {
    let start = trials[best]
    for change in changes(ConfigurationChanges(recipe: start.recipe, form: form), start.figures) {
      let edits = Self.edits(start.edits, change.edits)
      guard trials.count < Self.largestPlanCount, let (recipe, figures) = plan(edits, tried) else {
        continue
      }
      tried.insert(recipe)
      trials.append(Trial(recipe: recipe, edits: edits, figures: figures))
      if figures.isBetter(than: start.figures) {
        best = trials.count - 1
        return true
      }
    }
    return false
  }

  /// Edits with others in the place of those of the same values.
  private static func edits(
    _ old: [ConfigurationEdit], _ new: [ConfigurationEdit]
  ) -> [ConfigurationEdit] {
    let all = old.filter { edit in !new.contains { $0.path == edit.path } } + new
    return all.sorted { $0.path < $1.path }
  }

  // MARK: Changes

  /// Twice the micro-batch, the next larger ones, the next smaller, half.
  private static func microBatches(
    _ changes: ConfigurationChanges, _ figures: PlanFigures
  ) -> [ConfigurationChange] {
    let size = changes.recipe.microBatchSize
    let larger = (size + 1...2 * size).compactMap(changes.microBatch)
    let smaller = stride(from: size - 1, through: 1, by: -1).compactMap(changes.microBatch)
    let double = [changes.microBatch(2 * size), changes.microBatch(size / 2)].compactMap { $0 }
    return (figures.fits ? larger.suffix(1) : double.suffix(1)) + larger.prefix(3)
      + smaller.prefix(2)
  }

  /// A layer from an IPU that has no room, or has the most to do, to the one that has the most room, or the
  /// least to do.
  private static func cuts(
    _ changes: ConfigurationChanges, _ figures: PlanFigures
  ) -> [ConfigurationChange] {
    let devices = changes.recipe.pipeline.devices
    let load = figures.fits ? figures.busyCycles : figures.ipuBytes
    guard load.count > 1, devices.allSatisfy(load.indices.contains) else { return [] }
    let ranked = devices.indices.sorted { (load[devices[$0]], $0) < (load[devices[$1]], $1) }
    return ranked.suffix(2).reversed().flatMap { from in
      ranked.prefix(3).filter { devices[$0] != devices[from] }.compactMap {
        changes.move(from: from, to: $0)
      }
    }
  }

  private static func proportions(
    _ changes: ConfigurationChanges, _ figures: PlanFigures
  ) -> [ConfigurationChange] {
    let all = Array(0..<changes.recipe.pipeline.ipusPerReplica)
    let factors = figures.fits ? [2, 1.4, 0.7] : [0.5, 0.7]
    return factors.compactMap { changes.proportions(of: all, times: $0) }
  }
}
