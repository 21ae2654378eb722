import Bundle
import Operations
import Recipe
import TileProgram

/// A pipeline stage in a plan.
struct PlanStage {
  var number: Int
  var ipu: Int
  /// Its layers, equal ones counted: "emb, 2 hid".
  var layers: String
  /// Cycles of its functions for a micro-batch; nil where it has none of its own, being the only stage.
  var forwardCycles: Int?
  var backwardCycles: Int?
  /// Bytes, on all tiles together, of what its functions are handed, by the category of the tensor. What
  /// several stages are handed counts in the first.
  var bytes: [(category: TileTensor.Category, bytes: Int)] = []

  /// The bytes of one category.
  func byteCount(of category: TileTensor.Category) -> Int {
    bytes.first { $0.category == category }?.bytes ?? 0
  }

  /// The stages of a recipe, with what a plan says of them.
  static func all(
    _ program: Program, _ recipe: TrainingRecipe.Program, _ tiles: TileProgram, _ plan: TilePlan
  ) -> [PlanStage] {
    var stages = recipe.pipeline.stages.enumerated().map { number, layers in
      PlanStage(
        number: number, ipu: recipe.pipeline.devices[number], layers: Self.list(layers))
    }
    for stage in stages.indices {
      var isSeen: Set<Int> = []
      for (_, call) in Self.calls(of: stage, program, tiles) {
        guard case .call(let callee, _, _, _) = call.kind, isSeen.insert(callee).inserted else {
          continue
        }
        let cycles = plan.time.functions[callee]?.total ?? 0
        if program.functions[callee].name.contains("_backward") {
          stages[stage].backwardCycles = (stages[stage].backwardCycles ?? 0) + cycles
        } else {
          stages[stage].forwardCycles = (stages[stage].forwardCycles ?? 0) + cycles
        }
      }
    }
    let counts = Self.handedBytes(stages.count, program, tiles)
    for stage in stages.indices {
      stages[stage].bytes = TileTensor.Category.allCases.enumerated().map { index, category in
        (category, counts[stage][index])
      }
    }
    return stages
  }

  private static func list(_ layers: [StageLayer]) -> String {
    var runs: [(name: String, count: Int)] = []
    for layer in layers {
      if runs.last?.name == layer.rawValue {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((layer.rawValue, 1))
      }
    }
    return runs.map { $0.count > 1 ? "\($0.count) \($0.name)" : $0.name }.joined(separator: ", ")
  }

  /// Calls of functions of a stage from functions that are of none.
  private static func calls(
    of stage: Int, _ program: Program, _ tiles: TileProgram
  ) -> [(caller: Int, call: TileStep)] {
    tiles.functions.indices.flatMap { number -> [(Int, TileStep)] in
      guard let function = tiles.functions[number], program.functions[number].placement == nil
      else { return [] }
      return flat(function.steps).filter { step in
        guard case .call(let callee, _, _, _) = step.kind else { return false }
        return program.functions[callee].placement?.stage == stage
      }.map { (number, $0) }
    }
  }

  private static func flat(_ steps: [TileStep]) -> [TileStep] {
    steps.flatMap { step -> [TileStep] in
      if case .repeat(_, _, let body) = step.kind { return [step] + flat(body) }
      return [step]
    }
  }

  /// For each stage and category the bytes of the tensors that its functions take.
  private static func handedBytes(
    _ stages: Int, _ program: Program, _ tiles: TileProgram
  ) -> [[Int]] {
    let categories = TileTensor.Category.allCases
    var bytes = (0..<stages).map { _ in categories.map { _ in 0 } }
    var isCounted: [Set<Int>] = tiles.functions.map { _ in [] }
    for stage in 0..<stages {
      for (caller, call) in calls(of: stage, program, tiles) {
        guard let function = tiles.functions[caller],
          case .call(_, _, let arguments, _) = call.kind
        else { continue }
        for argument in arguments.compactMap(\.tensor) {
          let root = function.root(of: argument)
          let tensor = function.tensors[root]
          guard isCounted[caller].insert(root).inserted,
            let category = categories.firstIndex(of: tensor.category)
          else { continue }
          bytes[stage][category] += tensor.type.byteCount
        }
      }
    }
    return bytes
  }
}
