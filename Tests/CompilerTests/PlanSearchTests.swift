import Compiler
import Foundations
import Recipe
import Testing

/// The searches for ways out and for speed, on figures that are made up: what they try, join and prefer.
@Suite struct PlanSearchTests {
  private static func recipe() throws -> TrainingRecipe.Program {
    try CompilationTests.load("configs/pretrain_base_128_phase1.json").program
  }

  /// Figures of one IPU's tile in units of its memory.
  private static func figures(_ load: Double, _ speed: Double) -> PlanFigures {
    PlanFigures(
      load: load, ipuBytes: [Int(load * 1000), 10, 20, 30], misfits: load > 1 ? [0] : [],
      samplesPerSecond: speed, busyCycles: [100, 90, 80, 70])
  }

  @Test func waysOutAreThoseThatFitTheFastestFirst() throws {
    var tried: [String] = []
    let search = RemedySearch(try Self.recipe(), form: .flat, figures: Self.figures(1.2, 100)) {
      tried.append($0.text)
      switch $0.key {
      case "micro_batch_size": return Self.figures(0.9, $0.text.hasSuffix("16") ? 90 : 60)
      case "embedding_serialization_factor": return Self.figures(0.8, 95)
      default: return Self.figures(1.1, 100)
      }
    }
    #expect(search.fitting.map(\.figures.samplesPerSecond) == [95, 90])
    #expect(search.fitting.allSatisfy { $0.figures.fits })
    #expect(search.others.count + search.fitting.count == tried.count)
    #expect(Set(tried).count == tried.count)
  }

  /// Where each change alone is not enough they are joined, and the join is made milder where that is enough.
  @Test func changesAreJoinedWhereNoneIsEnough() throws {
    let search = RemedySearch(try Self.recipe(), form: .flat, figures: Self.figures(1.3, 100)) {
      change in
      let isSmaller = change.text.contains("micro_batch_size")
      let isSharded = change.text.contains("replicated_tensor_sharding")
      let size: Double = change.text.contains("→ 16") ? 16 : 1
      if isSmaller && isSharded { return Self.figures(0.95, 50 + size) }
      return Self.figures(isSmaller ? 1.1 + size / 1000 : isSharded ? 1.2 : 1.3, 100)
    }
    #expect(search.fitting.count > 1)
    let best = try #require(search.fitting.first)
    #expect(best.figures.samplesPerSecond == 66)
    #expect(best.change.text.contains("micro_batch_size 32 → 16"))
    #expect(best.change.text.contains("replicated_tensor_sharding false → true"))
  }

  /// What rules refuse, and what does not help, is no way out; the number of plans is bounded.
  @Test func nothingIsOfferedThatDoesNotFit() throws {
    var count = 0
    let search = RemedySearch(try Self.recipe(), form: .flat, figures: Self.figures(2, 100)) {
      count += 1
      return $0.key == "micro_batch_size" ? nil : Self.figures(1.9, 100)
    }
    #expect(search.fitting.isEmpty)
    #expect(count <= RemedySearch.largestPlanCount)
    #expect(!search.others.contains { $0.change.key == "micro_batch_size" })
  }

  /// The speed has its best at micro-batches of 48 with a second layer in stage 0, and 64 do not fit.
  @Test func theSearchEndsAtTheBest() throws {
    let recipe = try Self.recipe()
    let search = PlanSearch(recipe, figures: Self.figures(0.5, 32), form: .flat) { edits, tried in
      var changed = recipe
      for case .set(let path, let value) in edits {
        switch (path, value) {
        case ("micro_batch_size", .integer(let size)): changed.microBatchSize = size
        case ("grad_acc_steps_per_replica", .integer(let count)):
          changed.accumulationCount = count
        default: return nil
        }
      }
      guard !tried.contains(changed) else { return nil }
      let size = changed.microBatchSize
      return (changed, Self.figures(size < 64 ? 0.9 : 1.1, Double(size)))
    }
    let best = search.trials[search.best]
    #expect(best.figures.fits)
    #expect(best.recipe.microBatchSize > recipe.microBatchSize)
    #expect(
      best.figures.samplesPerSecond
        == search.trials.filter(\.figures.fits).map(\.figures.samplesPerSecond).max())
    #expect(Set(search.trials.map(\.recipe)).count == search.trials.count)
    #expect(
      search.trials.allSatisfy {
        $0.recipe.microBatchSize * $0.recipe.accumulationCount
          == recipe.microBatchSize * recipe.accumulationCount
      })
  }
}
