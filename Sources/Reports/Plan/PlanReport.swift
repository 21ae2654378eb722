import Bundle
import Foundations
import IPUTarget
import Operations
import Recipe
import TileProgram

/// What a tile program takes of a system, as text and as JSON: memory by IPU, stage, tile and class, time,
/// and the assumptions that this rests on.
package struct PlanReport {
  let recipe: TrainingRecipe.Program
  let tiles: TileProgram
  let system: IPUSystem
  let plan: TilePlan
  let stages: [PlanStage]
  let names: PlanNames
  private let configurationName: String

  /// - Parameters:
  ///   - program: what was lowered to the tiles.
  ///   - plan: what the tiles take of the system.
  package init(
    _ program: Program, recipe: TrainingRecipe, tiles: TileProgram, plan: TilePlan,
    system: IPUSystem
  ) {
    self.recipe = recipe.program
    self.tiles = tiles
    self.system = system
    self.plan = plan
    configurationName = recipe.run.configurationName
    stages = PlanStage.all(program, recipe.program, tiles, plan)
    names = PlanNames(program: program, recipe: recipe.program, tiles: tiles)
  }

  /// The plan of the tile program that a bundle holds.
  /// - Throws: `no-plan` where it holds none; `TesseraError` where the bundle is damaged.
  package init(_ file: BundleFile) throws {
    let program = try file.program()
    let recipe = try TrainingRecipe.decode(
      program: try file.recipeProgram(), run: try file.recipeRun())
    let replicas = recipe.program.replicas
    guard let tiles = try file.tileProgram(for: program) else {
      throw TesseraError(
        .badData, code: .noPlan, "\(file.path) does not say what tiles do",
        notes: ["it was compiled by an older version, or its program has no weight update"],
        remedies: ["compile it again"])
    }
    guard
      let system = IPUSystem(
        named: tiles.system, ipus: tiles.ipus.multipliedReportingOverflow(by: replicas).partialValue
      )
    else {
      throw TesseraError(
        .incompatible, code: .tooFewIPUs,
        "\(replicas) replicas of \(tiles.ipus) IPUs are more than '\(tiles.system)' has")
    }
    self.init(
      program, recipe: recipe, tiles: tiles,
      plan: TilePlan(tiles, on: system, replicas: replicas), system: system)
  }

  /// The plan of the tile program that a bundle holds; nil where it holds none.
  /// - Throws: `TesseraError` where the bundle is damaged.
  package static func ifPlanned(_ file: BundleFile) throws -> PlanReport? {
    guard file.sections.contains(where: { $0.kind == .tiles }) else { return nil }
    return try PlanReport(file)
  }

  /// Whether every tile has room.
  package var fits: Bool { plan.fits }

  /// The IPU whose fullest tile needs the most.
  var fullest: IPUMemory? {
    plan.ipus.max { ($0.worstTileBytes, $1.ipu) < ($1.worstTileBytes, $0.ipu) }
  }

  /// Samples of one weight update.
  var globalBatch: Int { recipe.microBatchSize * recipe.replicas * recipe.accumulationCount }

  /// Samples a second, predicted.
  package var samplesPerSecond: Double { Double(globalBatch) / max(plan.time.stepSeconds, 1e-12) }

  /// The system in words: "mk2, 16 IPUs (Mk2 GC200)".
  var systemPhrase: String {
    "\(system.name), \(system.ipus) \(system.ipus == 1 ? "IPU" : "IPUs") (\(system.ipu.name))"
  }

  /// The numbers that nothing public says and that the result rests on.
  var assumptions: [Fact] {
    let total = plan.time.total
    return system.facts.filter(\.isAssumption).filter { fact in
      switch fact.name {
      case "host": total.host > 0
      case "streaming memory": total.streaming > 0
      case "rings of an all-reduce": recipe.replicas > 1
      default: true
      }
    }
  }

  /// The stages on an IPU, as a table has them: "0, 4".
  func stageList(of ipu: Int) -> String {
    stages.filter { $0.ipu == ipu }.map { "\($0.number)" }.joined(separator: ", ")
  }
}
