import Foundations
import IPUTarget

/// Branch and bound over all plans of one product.
///
/// The parts of the contracted extent, of columns and of the batch are tried in turn, and of rows the most
/// that the remaining tiles allow, then fewer while the bound allows. Of numbers of parts whose largest has
/// the same size, only the smallest is tried, because nothing else enters the cost. Of the contracted extent
/// all are tried, as their number does enter.
struct MatmulSearch {
  /// What the search looks for.
  enum Goal: Hashable {
    /// The fewest cycles within a limit of temporary bytes.
    case cycles(temporaryBytes: Int)
    /// The fewest temporary bytes.
    case temporaryBytes
  }

  private let model: MatmulCostModel
  private let goal: Goal
  private var best: MatmulPlan?
  /// What no better plan may exceed: of the best one so far, and of the goal.
  private var mostCycles = Int.max
  private var mostTemporaryBytes = Int.max
  private let batches: [PartSize]
  private let rows: [PartSize]

  init(_ model: MatmulCostModel, _ goal: Goal) {
    self.model = model
    self.goal = goal
    if case .cycles(let temporaryBytes) = goal { mostTemporaryBytes = temporaryBytes }
    let (shape, tiles) = (model.shape, model.ipu.tiles)
    batches = PartSize.list(most: min(tiles, shape.batch)) {
      BalancedParts(extent: shape.batch, count: $0)
    }
    rows = PartSize.list(most: min(tiles, shape.rows)) {
      BalancedParts(extent: shape.rows, count: $0)
    }
  }

  /// The best plan; nil where none reaches the goal.
  mutating func run() -> MatmulPlan? {
    for serial in SerialSplit.list(model.shape) where model.bound(of: serial) <= mostCycles {
      search(serial)
    }
    return best
  }

  private mutating func search(_ serial: SerialSplit) {
    let (shape, tiles) = (model.shape, model.ipu.tiles)
    var plan = MatmulPlan()
    plan.serialColumns = serial.columns
    plan.serialContracted = serial.contracted
    let extent = shape.columns / serial.columns
    let columns = PartSize.list(
      most: min(
        tiles,
        BalancedParts.mostParts(extent: extent, elementBytes: shape.columnElementBytes))
    ) {
      BalancedParts(extent: extent, count: $0, elementBytes: shape.columnElementBytes)
    }
    let mostContractedParts = BalancedParts.mostParts(
      extent: shape.contracted / serial.contracted, elementBytes: shape.element.byteCount)
    for contractedParts in 1...min(tiles, mostContractedParts) {
      plan.contractedParts = contractedParts
      let contracted = plan.contracted(of: shape).largest
      for column in columns {
        let remaining = tiles / (contractedParts * column.fewest)
        if remaining == 0 { break }
        let leastRows = (shape.batch * shape.rows + remaining - 1) / remaining
        let block = MatmulBlock(
          batch: 1, rows: leastRows, columns: column.size, contracted: contracted)
        guard isWorthwhile(block, plan) else { continue }
        for batch in batches {
          if batch.fewest > remaining { break }
          search(plan, batch: batch, column: column, contracted: contracted)
        }
      }
    }
  }

  /// Tries numbers of rows' parts, the most first.
  private mutating func search(
    _ outer: MatmulPlan, batch: PartSize, column: PartSize, contracted: Int
  ) {
    let outerTiles = outer.contractedParts * column.fewest * batch.fewest
    let remaining = model.ipu.tiles / outerTiles
    guard var index = rows.lastIndex(where: { $0.fewest <= remaining }) else { return }
    while true {
      let row = rows[index]
      let block = MatmulBlock(
        batch: batch.size, rows: row.size, columns: column.size, contracted: contracted)
      // The bound of the next, larger block is no lower.
      guard isWorthwhile(block, outer) else { return }
      let cost = model.cost(
        of: block, contractedParts: outer.contractedParts, serialColumns: outer.serialColumns,
        serialContracted: outer.serialContracted)
      if cost.cycles <= mostCycles, cost.temporaryBytes <= mostTemporaryBytes {
        var plan = outer
        plan.batchParts = batch.fewest
        plan.rowParts = row.fewest
        plan.columnParts = column.fewest
        plan.cost = cost
        keep(plan)
      }
      if index == 0 { return }
      index -= 1
    }
  }

  private func isWorthwhile(_ block: MatmulBlock, _ plan: MatmulPlan) -> Bool {
    let bound = model.bound(
      of: block, contractedParts: plan.contractedParts, serialColumns: plan.serialColumns,
      serialContracted: plan.serialContracted)
    return bound.cycles <= mostCycles && bound.temporaryBytes <= mostTemporaryBytes
  }

  /// Keeps the better of two plans: what the goal says, then the other of cycles and bytes, then steps,
  /// tiles and splits; of equal plans the first.
  private mutating func keep(_ plan: MatmulPlan) {
    if let best, !(key(plan) < key(best)) { return }
    best = plan
    switch goal {
    case .cycles: mostCycles = plan.cost.cycles
    case .temporaryBytes: mostTemporaryBytes = plan.cost.temporaryBytes
    }
  }

  private func key(_ plan: MatmulPlan) -> (Int, Int, Int, Int, Int, Int) {
    let (cycles, bytes) = (plan.cost.cycles, plan.cost.temporaryBytes)
    let isForBytes = goal == .temporaryBytes
    return (
      isForBytes ? bytes : cycles, isForBytes ? cycles : bytes, plan.steps, plan.tiles,
      plan.contractedParts, plan.columnParts
    )
  }
}

/// The smallest number of parts whose largest has a size.
private struct PartSize {
  /// Elements of the largest part.
  var size: Int
  var fewest: Int

  /// All sizes there are with 1 to `most` parts, the largest first: the more parts, the smaller.
  static func list(most: Int, _ parts: (Int) -> BalancedParts) -> [PartSize] {
    var sizes: [PartSize] = []
    for count in 1...most {
      let size = parts(count).largest
      if sizes.last?.size != size { sizes.append(PartSize(size: size, fewest: count)) }
    }
    return sizes
  }
}
