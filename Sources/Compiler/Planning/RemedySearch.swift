import Foundations
import Recipe

/// Ways out where a program does not fit: changes of the configuration, each planned.
package struct RemedySearch {
  /// A change, and what the plan with it says.
  package struct Trial: Sendable {
    /// The change.
    package var change: ConfigurationChange
    /// What it leads to.
    package var figures: PlanFigures
  }

  /// The changes after which all fits, the fastest first.
  package private(set) var fitting: [Trial] = []
  /// The others, those that lack least first.
  package private(set) var others: [Trial] = []
  private let plan: (ConfigurationChange) -> PlanFigures?
  private var plansLeft = Self.largestPlanCount

  /// The plans that a search makes at most: each takes about as long as the first.
  package static let largestPlanCount = 24
  /// The changes that are joined where none helps alone.
  private static let joinedCount = 3

  /// Plans changes of a recipe that does not fit: each alone, and where none is enough the most helpful
  /// ones together.
  ///
  /// - Parameters:
  ///   - form: that of the configuration's file.
  ///   - figures: those of the recipe as it is.
  ///   - plan: the figures after a change; nil where the configuration's rules, or the system, refuse it.
  package init(
    _ recipe: TrainingRecipe.Program, form: ConfigurationForm, figures: PlanFigures,
    plan: @escaping (ConfigurationChange) -> PlanFigures?
  ) {
    self.plan = plan
    self.try(Self.candidates(ConfigurationChanges(recipe: recipe, form: form), figures))
    if fitting.isEmpty { tryTogether(figures) }
  }

  /// Changes to try, those that usually cost the least speed first. Of a list in it, from the mildest to the
  /// hardest, none is tried after one that fits.
  private static func candidates(
    _ changes: ConfigurationChanges, _ figures: PlanFigures
  ) -> [[ConfigurationChange]] {
    var lists = changes.savingSwitches.map { [$0] }
    if let ipu = figures.misfits.first {
      lists += changes.moves(awayFrom: ipu, figures).map { [$0] }
    }
    lists.append([0.5, 0.25].compactMap { changes.proportions(of: figures.misfits, times: $0) })
    lists.append(changes.smallerMicroBatches)
    lists.append(changes.moreSlices)
    if let ipu = figures.misfits.first, let split = changes.split(ipu) { lists.append([split]) }
    return lists
  }

  private mutating func `try`(_ lists: [[ConfigurationChange]]) {
    for list in lists {
      for change in list where plansLeft > 0 {
        plansLeft -= 1
        guard let figures = plan(change) else { continue }
        let trial = Trial(change: change, figures: figures)
        guard !figures.fits else {
          fitting.append(trial)
          break
        }
        others.append(trial)
      }
    }
    // The sorts are not stable: equals stay in the order in which they were tried.
    fitting = fitting.enumerated().sorted {
      ($0.element.figures.samplesPerSecond, $1.offset)
        > ($1.element.figures.samplesPerSecond, $0.offset)
    }.map(\.element)
    others = others.enumerated().sorted {
      ($0.element.figures.load, $0.offset) < ($1.element.figures.load, $1.offset)
    }.map(\.element)
  }

  /// Joins the changes that help most: pairs, then more and more of them; and where such a join fits, the
  /// same with a milder change of one of its keys.
  private mutating func tryTogether(_ figures: PlanFigures) {
    let helpful = others.filter { $0.figures.load < figures.load }.map(\.change)
    // Of several changes of one key the one that helps most.
    var best: [ConfigurationChange] = []
    for change in helpful where !best.contains(where: { $0.key == change.key }) {
      best.append(change)
    }
    var joins: [[ConfigurationChange]] = best.prefix(Self.joinedCount).enumerated().flatMap {
      index, first in best.prefix(Self.joinedCount).dropFirst(index + 1).map { [first, $0] }
    }
    joins += best.indices.dropFirst(2).map { Array(best[...$0]) }
    var found: [ConfigurationChange]?
    for join in joins where fitting.isEmpty {
      self.try([[Self.joined(join)].compactMap { $0 }])
      if !fitting.isEmpty { found = join }
    }
    for (index, change) in (found ?? []).enumerated() {
      for milder in helpful where milder.key == change.key && milder != change {
        guard var join = found else { continue }
        join[index] = milder
        self.try([[Self.joined(join)].compactMap { $0 }])
      }
    }
  }

  /// All of the changes; nil where two are about one value.
  private static func joined(_ changes: [ConfigurationChange]) -> ConfigurationChange? {
    changes.dropFirst().reduce(changes.first) { joined, change in joined?.joined(with: change) }
  }
}
