import Foundations
import IPUTarget

/// Branch and bound over the plans of a product and of its left operand's gradient that are cut alike; see
/// `MatmulPlanner.planTogether`.
struct SharedBlockSearch {
  private let forward: MatmulCostModel
  private let backward: MatmulCostModel
  private let limit: Int
  private var best: MatmulTraining

  /// Looks for plans that are cheaper than `separate` ones.
  ///
  /// - Precondition: columns and the contracted extent have words and groups of as many elements.
  init(
    _ ipu: IPU, _ shape: MatmulShape, limit: Int, separate: MatmulTraining
  ) {
    forward = MatmulCostModel(ipu, shape)
    backward = MatmulCostModel(ipu, shape.backward)
    self.limit = limit
    best = separate
  }

  mutating func run() -> MatmulTraining {
    let (shape, tiles) = (forward.shape, forward.ipu.tiles)
    let elementBytes = shape.element.byteCount
    for serial in SerialSplit.list(shape) {
      // No home of the weights spares a whole exchange, as there is the left operand, too.
      let bound = forward.bound(of: serial) + backward.bound(of: serial.swapped)
      guard bound + best.weightUpdate.cost.cycles < best.cycles else { continue }
      var plan = MatmulPlan()
      plan.serialColumns = serial.columns
      plan.serialContracted = serial.contracted
      let mostContractedParts = BalancedParts.mostParts(
        extent: shape.contracted / serial.contracted, elementBytes: elementBytes)
      let mostColumnParts = BalancedParts.mostParts(
        extent: shape.columns / serial.columns, elementBytes: elementBytes)
      for contractedParts in 1...min(tiles, mostContractedParts) {
        plan.contractedParts = contractedParts
        for columnParts in 1...min(tiles / contractedParts, mostColumnParts) {
          plan.columnParts = columnParts
          search(plan)
        }
      }
    }
    return best
  }

  /// Tries all parts of batch and rows.
  private mutating func search(_ outer: MatmulPlan) {
    let shape = forward.shape
    let remaining = forward.ipu.tiles / outer.tiles
    let leastRows = (shape.batch * shape.rows + remaining - 1) / remaining
    var block = MatmulBlock(
      batch: 1, rows: leastRows, columns: outer.columns(of: shape).largest,
      contracted: outer.contracted(of: shape).largest)
    guard isWorthwhile(block, outer, rowParts: 1) else { return }
    var plan = outer
    for batchParts in 1...min(remaining, shape.batch) {
      plan.batchParts = batchParts
      plan.rowParts = 1
      block.batch = plan.batches(of: shape).largest
      let mostRowParts = min(forward.ipu.tiles / plan.tiles, shape.rows)
      for rowParts in (1...mostRowParts).reversed() {
        plan.rowParts = rowParts
        block.rows = plan.rows(of: shape).largest
        if isWorthwhile(block, plan, rowParts: rowParts) { tryPlan(plan, block) }
      }
    }
  }

  /// The extents of backward's block whose weights are those of forward's `block`.
  private func backwardBlock(_ block: MatmulBlock) -> MatmulBlock {
    MatmulBlock(
      batch: block.batch, rows: block.rows, columns: block.contracted, contracted: block.columns)
  }

  /// Cycles that the home of the weights spares both, where a tile has one of `rowParts` of its block.
  private func spared(_ block: MatmulBlock, rowParts: Int, steps: Int) -> Int {
    let homeBytes = forward.homeBytes(block, rowParts: rowParts)
    return forward.sparedCycles(block, homeBytes: homeBytes, steps: steps)
      + backward.sparedCycles(backwardBlock(block), homeBytes: homeBytes, steps: steps)
  }

  private func isWorthwhile(_ block: MatmulBlock, _ plan: MatmulPlan, rowParts: Int) -> Bool {
    let forwardBound = forward.bound(
      of: block, contractedParts: plan.contractedParts, serialColumns: plan.serialColumns,
      serialContracted: plan.serialContracted)
    guard forwardBound.temporaryBytes <= limit else { return false }
    let backwardBound = backward.bound(
      of: backwardBlock(block), contractedParts: plan.columnParts,
      serialColumns: plan.serialContracted, serialContracted: plan.serialColumns)
    guard backwardBound.temporaryBytes <= limit else { return false }
    return forwardBound.cycles + backwardBound.cycles + best.weightUpdate.cost.cycles
      - spared(block, rowParts: rowParts, steps: plan.steps) < best.cycles
  }

  private mutating func tryPlan(_ plan: MatmulPlan, _ block: MatmulBlock) {
    var plan = plan
    plan.cost = forward.cost(of: plan)
    var backwardPlan = plan
    (backwardPlan.columnParts, backwardPlan.contractedParts) =
      (plan.contractedParts, plan.columnParts)
    (backwardPlan.serialColumns, backwardPlan.serialContracted) =
      (plan.serialContracted, plan.serialColumns)
    backwardPlan.cost = backward.cost(of: backwardPlan)
    guard plan.cost.temporaryBytes <= limit, backwardPlan.cost.temporaryBytes <= limit else {
      return
    }
    var training = best
    training.forward = plan
    training.backward = backwardPlan
    training.sharesBlocks = true
    training.sparedCycles = spared(block, rowParts: plan.rowParts, steps: plan.steps)
    if training.cycles < best.cycles { best = training }
  }
}
