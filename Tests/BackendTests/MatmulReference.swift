import Backend
import Foundations
import IPUTarget

/// What products cost and which plans there are, from the description of what tiles do and by trying all.
struct MatmulReference {
  let ipu: IPU
  let shape: MatmulShape

  /// Numbers of parts and slices.
  struct Split: Hashable {
    var batch = 1
    var rows = 1
    var columns = 1
    var contracted = 1
    var serialColumns = 1
    var serialContracted = 1

    var tiles: Int { batch * rows * columns * contracted }

    init() {}

    init(_ plan: MatmulPlan) {
      batch = plan.batchParts
      rows = plan.rowParts
      columns = plan.columnParts
      contracted = plan.contractedParts
      serialColumns = plan.serialColumns
      serialContracted = plan.serialContracted
    }

    /// The gradient's of the left operand, with the same blocks of the right one.
    var backward: Split {
      var split = self
      (split.columns, split.contracted) = (contracted, columns)
      (split.serialColumns, split.serialContracted) = (serialContracted, serialColumns)
      return split
    }
  }

  /// Sizes of parts: of elements, or of elements of so many bytes, in groups of 16 bytes where each part
  /// gets one and else in words.
  static func sizes(_ extent: Int, _ parts: Int, bytes: Int? = nil) -> [Int] {
    var grain = 1
    if let bytes {
      grain = 16 / bytes
      if extent < grain * parts { grain = max(1, 4 / bytes) }
    }
    let grains = Int((Double(extent) / Double(grain)).rounded(.up))
    let boundaries = (0...parts).map { min(extent, $0 * grains / parts * grain) }
    return zip(boundaries, boundaries.dropFirst()).map { $1 - $0 }
  }

  private var columnBytes: Int {
    [shape.element, shape.partials, shape.result].map(\.byteCount).min() ?? 1
  }

  /// The sizes of all parts of each extent.
  private func sizes(_ split: Split) -> (
    batch: [Int], rows: [Int], columns: [Int], contracted: [Int]
  ) {
    (
      Self.sizes(shape.batch, split.batch), Self.sizes(shape.rows, split.rows),
      Self.sizes(shape.columns / split.serialColumns, split.columns, bytes: columnBytes),
      Self.sizes(
        shape.contracted / split.serialContracted, split.contracted,
        bytes: shape.element.byteCount)
    )
  }

  private func exchange(_ bytes: Int) -> Int {
    bytes == 0
      ? 0
      : ipu.exchangeOverhead
        + Int((Double(bytes) / Double(ipu.exchangeBytesPerCycle)).rounded(.up))
  }

  /// What a split costs, phase by phase, of the tile that has most to do.
  func cost(_ split: Split) -> MatmulCost {
    let sizes = sizes(split)
    let (columnSteps, contractedSteps) = (split.serialColumns, split.serialContracted)
    let steps = columnSteps * contractedSteps
    let (b, m) = (sizes.batch.max() ?? 0, sizes.rows.max() ?? 0)
    let (n, k) = (sizes.columns.max() ?? 0, sizes.contracted.max() ?? 0)
    let operands = (b * m * k + b * k * n) * shape.element.byteCount
    var cost = MatmulCost()
    cost.receiveOperands = steps * exchange(operands - operands / ipu.tiles)
    cost.rearrange = steps * ipu.rearrangeCycles(bytes: operands)
    cost.compute =
      steps
      * ipu.matmulCycles(
        batch: b, rows: m, columns: n, contracted: k, operands: shape.element,
        partials: shape.partials)
    let partials = b * m * n * shape.partials.byteCount
    cost.temporaryBytes = operands + partials + (contractedSteps > 1 ? partials : 0)
    for _ in 1..<contractedSteps {
      cost.addPartials += ipu.addPartialsCycles(
        elements: b * m * n, partials: 2, element: shape.partials)
    }
    if split.contracted == 1 {
      if shape.partials != shape.result {
        cost.addPartials +=
          columnSteps
          * ipu.addPartialsCycles(elements: b * m * n, partials: 1, element: shape.partials)
      }
      return cost
    }
    let largestShare = largestShare(split)
    let received = largestShare * (split.contracted - 1) * shape.partials.byteCount
    cost.exchangePartials = columnSteps * exchange(received)
    cost.addPartials +=
      columnSteps
      * ipu.addPartialsCycles(
        elements: largestShare, partials: split.contracted, element: shape.partials)
    cost.temporaryBytes = max(cost.temporaryBytes, partials + received)
    return cost
  }

  /// Whether tiles share their partial blocks by rows.
  func sharesRows(_ split: Split) -> Bool {
    let sizes = sizes(split)
    return (sizes.batch.max() ?? 0) * (sizes.rows.max() ?? 0) >= split.contracted
  }

  /// Of every group of tiles with partials of the same elements the share of each; of these the largest.
  private func largestShare(_ split: Split) -> Int {
    let sizes = sizes(split)
    let sharesRows = sharesRows(split)
    var largest = 0
    for batch in sizes.batch {
      for rows in sizes.rows {
        for columns in sizes.columns {
          let shares =
            sharesRows
            ? Self.sizes(batch * rows, split.contracted).map { $0 * columns }
            : Self.sizes(columns, split.contracted, bytes: columnBytes).map { batch * rows * $0 }
          largest = max(largest, shares.max() ?? 0)
        }
      }
    }
    return largest
  }

  /// All splits on the machine of which no part is empty.
  func allSplits() -> [Split] {
    var splits: [Split] = []
    for serial in serialSplits() {
      for batch in 1...ipu.tiles {
        for rows in 1...(ipu.tiles / batch) {
          for columns in 1...(ipu.tiles / batch / rows) {
            for contracted in 1...(ipu.tiles / batch / rows / columns) {
              var split = serial
              (split.batch, split.rows, split.columns, split.contracted) =
                (batch, rows, columns, contracted)
              let sizes = sizes(split)
              if [sizes.batch, sizes.rows, sizes.columns, sizes.contracted].allSatisfy({
                !$0.contains(0)
              }) {
                splits.append(split)
              }
            }
          }
        }
      }
    }
    return splits
  }

  private func serialSplits() -> [Split] {
    var splits = [Split()]
    for slices in 2...max(2, shape.columns)
    where shape.columns % slices == 0 && shape.columns / slices * columnBytes % 4 == 0 {
      var split = Split()
      split.serialColumns = slices
      splits.append(split)
    }
    for slices in 2...max(2, shape.contracted)
    where shape.contracted % slices == 0
      && shape.contracted / slices * shape.element.byteCount % 4 == 0
    {
      var split = Split()
      split.serialContracted = slices
      splits.append(split)
    }
    return splits
  }

  /// Tiles that the split of a large result has, where it can.
  var leastTiles: Int {
    let bytes = shape.batch * shape.rows * shape.columns * shape.result.byteCount
    return bytes > 10 * 1024 ? (ipu.tiles + 1) / 2 : 1
  }

  /// Cycles that are spared where the tiles that read a block of the right operand hold it between them.
  func spared(_ split: Split, homeBytes: Int) -> Int {
    let sizes = sizes(split)
    let (b, m) = (sizes.batch.max() ?? 0, sizes.rows.max() ?? 0)
    let (n, k) = (sizes.columns.max() ?? 0, sizes.contracted.max() ?? 0)
    let left = b * m * k * shape.element.byteCount
    let right = b * k * n * shape.element.byteCount
    let usual = exchange(left + right - (left + right) / ipu.tiles)
    let atHome = exchange(
      left + right - left / ipu.tiles - max(homeBytes, right / ipu.tiles))
    return split.serialColumns * split.serialContracted * max(0, usual - atHome)
  }

  /// The least that one of the tiles that read a largest block of the right operand holds of it.
  func homeBytes(_ split: Split) -> Int {
    let sizes = sizes(split)
    let (b, k) = (sizes.batch.max() ?? 0, sizes.contracted.max() ?? 0)
    let rows = Self.sizes(b * k, split.rows).min() ?? 0
    return rows * (sizes.columns.max() ?? 0) * shape.element.byteCount
  }
}
