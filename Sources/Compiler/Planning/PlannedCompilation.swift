import Backend
import Bundle
import Foundations
import IPUTarget
import Operations
import TileProgram

/// A compilation with what its tiles do, and what that takes of a system.
package struct PlannedCompilation: Sendable {
  /// The compilation.
  package let compilation: Compilation
  /// The program that the bundle holds.
  package let program: Program
  /// The system that the tiles are of.
  package let system: IPUSystem
  /// What every tile holds and does.
  package let tiles: TileProgram
  /// What that takes.
  package let plan: TilePlan

  /// A phase of planning that is over.
  package struct FinishedPhase: Sendable {
    /// Its name.
    package let name: String
    /// How long it took.
    package let seconds: Double
    /// The functions that run on tiles.
    package let functions: Int
    /// Their steps, those in repeats too.
    package let steps: Int
  }

  /// Lowers a compilation to tiles and counts what they need.
  ///
  /// - Parameters:
  ///   - program: the compilation's.
  ///   - costs: what steps cost, as known from another plan; used where that was for the same system and as
  ///     many IPUs, and handed back with what is known then.
  ///   - observe: sees both phases, `tiles` and `plan`.
  /// - Throws: `no-plan` where the program has no training step, or was not cut into the recipe's stages.
  package init(
    _ compilation: Compilation, program: Program, on system: IPUSystem, costs: inout CostModel?,
    observe: (FinishedPhase) -> Void = { _ in }
  ) throws(TesseraError) {
    let recipe = compilation.recipe.program
    let entry = program.functions.firstIndex { $0.name == EntryName.trainingStep }
    guard let entry else {
      throw TesseraError(
        .badData, code: .noPlan,
        "the program has no weight update, so that there is nothing to plan",
        notes: ["a plan is that of the entry '\(EntryName.trainingStep)'"])
    }
    let ipus = (program.functions.compactMap(\.placement?.ipu).max() ?? 0) + 1
    guard ipus == recipe.pipeline.ipusPerReplica else {
      throw TesseraError(
        .badData, code: .noPlan,
        "the program was not cut into stages, so that nothing says what runs on which of the "
          + "\(recipe.pipeline.ipusPerReplica) IPUs",
        remedies: ["leave no pass out"])
    }
    var known =
      costs.flatMap {
        $0.system == system && $0.replicas == recipe.replicas && $0.ipusPerReplica == ipus
          ? $0 : nil
      } ?? CostModel(system, replicas: recipe.replicas, ipusPerReplica: ipus)
    // Two models that know the same would copy what they know.
    costs = nil
    let start = ContinuousClock.now
    let tiles = TileProgram(
      lowering: program, entry: entry, costs: &known,
      proportions: recipe.availableMemoryProportions)
    let lowered = ContinuousClock.now
    let plan = TilePlan(tiles, costs: &known)
    let functions = tiles.functions.compactMap { $0 }
    for (name, duration) in [("tiles", lowered - start), ("plan", .now - lowered)] {
      observe(
        FinishedPhase(
          name: name, seconds: duration / .seconds(1), functions: functions.count,
          steps: functions.reduce(0) { $0 + Self.count($1.steps) }))
    }
    costs = known
    self.compilation = compilation
    self.program = program
    self.system = system
    self.tiles = tiles
    self.plan = plan
  }

  private static func count(_ steps: [TileStep]) -> Int {
    steps.reduce(steps.count) { count, step in
      if case .repeat(_, _, let body) = step.kind { return count + Self.count(body) }
      return count
    }
  }

  /// The bundle, with the tile program, and with the IR text as an optional section.
  /// - Throws: `TesseraError` where a part is larger than a bundle may hold.
  package func bundle(includesIR: Bool) throws -> Bundle {
    try compilation.bundle(program, tiles: tiles, includesIR: includesIR)
  }

  /// Samples of one weight update.
  package var globalBatch: Int {
    let recipe = compilation.recipe.program
    return recipe.microBatchSize * recipe.replicas * recipe.accumulationCount
  }

  /// Samples a second, predicted.
  package var samplesPerSecond: Double { Double(globalBatch) / max(plan.time.stepSeconds, 1e-12) }

  /// By how much the worst of what tiles need exceeds what they have; at most 1 where all fits.
  package var load: Double {
    plan.ipus.flatMap { ipu in
      [
        Double(ipu.worstTileBytes) / Double(plan.chip.tileBytes),
        Double(ipu.receivedBytes) / Double(plan.chip.tileBytes),
        Double(ipu.codeBytes.max() ?? 0) / Double(plan.chip.executableBytes),
      ]
    }.max() ?? 0
  }
}
