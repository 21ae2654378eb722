import Foundations
import IPUTarget

/// Cycles of a product, all steps together, and the memory of its fullest tile.
package struct MatmulCost: Hashable, Sendable {
  /// Exchanges that bring both operands' blocks.
  package var receiveOperands = 0
  /// Bringing the blocks into the order that the AMP unit reads.
  package var rearrange = 0
  /// Multiplying.
  package var compute = 0
  /// Exchanges that bring the shares of partial blocks.
  package var exchangePartials = 0
  /// Adding partials, of steps and of tiles, and rounding them.
  package var addPartials = 0
  /// Bytes of the fullest tile that are alive at once: both operands' blocks and the partial block, with
  /// the sum of the earlier steps' partial blocks; or the partial block and the received shares.
  package var temporaryBytes = 0

  /// What costs nothing.
  package init() {}

  /// All cycles.
  package var cycles: Int {
    receiveOperands + rearrange + compute + exchangePartials + addPartials
  }
}

/// What a product of one shape costs on one machine.
///
/// Phases wait for each other, so that each takes as long as its fullest tile. Of what a tile receives, one
/// part in as many as there are tiles is taken to be there already. Neighbours that share a bus are not
/// taken to receive the same, though that would double their rate (ipu-compilation.md 6.2).
struct MatmulCostModel {
  let ipu: IPU
  let shape: MatmulShape
  /// Products a cycle of a tile, at most.
  let peak: Int

  init(_ ipu: IPU, _ shape: MatmulShape) {
    self.ipu = ipu
    self.shape = shape
    peak = ipu.macsPerCycle(operands: shape.element, partials: shape.partials)
  }

  /// Cycles of an exchange in which the fullest tile receives `bytes`; 0 where it receives nothing.
  func exchangeCycles(receiving bytes: Int) -> Int {
    guard bytes > 0 else { return 0 }
    let rate = ipu.exchangeBytesPerCycle
    return ipu.exchangeOverhead + (bytes + rate - 1) / rate
  }

  /// Bytes of both operands' blocks.
  func operandBytes(_ block: MatmulBlock) -> Int {
    block.batch * block.contracted * (block.rows + block.columns) * shape.element.byteCount
  }

  /// Cycles in which operand blocks of `bytes` are received.
  func receiveCycles(operandBytes bytes: Int) -> Int {
    exchangeCycles(receiving: bytes - bytes / ipu.tiles)
  }

  /// Cycles of `steps` exchanges of operands that are spared where each tile has `homeBytes` of its right
  /// block already, instead of its part in as many as there are tiles.
  func sparedCycles(_ block: MatmulBlock, homeBytes: Int, steps: Int) -> Int {
    let operandBytes = operandBytes(block)
    let rightBytes =
      block.batch * block.contracted * block.columns * shape.element.byteCount
    let leftBytes = operandBytes - rightBytes
    let there = leftBytes / ipu.tiles + max(homeBytes, rightBytes / ipu.tiles)
    let usual = receiveCycles(operandBytes: operandBytes)
    return steps * max(0, usual - exchangeCycles(receiving: operandBytes - there))
  }

  /// What a plan costs whose fullest tile has `block` in each step.
  func cost(
    of block: MatmulBlock, contractedParts: Int, serialColumns: Int, serialContracted: Int
  ) -> MatmulCost {
    let steps = serialColumns * serialContracted
    let operandBytes = operandBytes(block)
    let elements = block.batch * block.rows * block.columns
    let partialBytes = elements * shape.partials.byteCount
    var cost = MatmulCost()
    cost.receiveOperands = steps * receiveCycles(operandBytes: operandBytes)
    cost.rearrange = steps * ipu.rearrangeCycles(bytes: operandBytes)
    cost.compute =
      steps
      * ipu.matmulCycles(
        batch: block.batch, rows: block.rows, columns: block.columns,
        contracted: block.contracted, operands: shape.element, partials: shape.partials)
    cost.temporaryBytes = operandBytes + partialBytes * (serialContracted > 1 ? 2 : 1)
    if serialContracted > 1 {
      cost.addPartials = (serialContracted - 1) * addCycles(elements, partials: 2)
    }
    if contractedParts > 1 {
      let share = MatmulShares(of: block, largest: block, parts: contractedParts, shape: shape)
        .largest(of: block)
      let received = share * (contractedParts - 1) * shape.partials.byteCount
      cost.exchangePartials = serialColumns * exchangeCycles(receiving: received)
      cost.addPartials += serialColumns * addCycles(share, partials: contractedParts)
      cost.temporaryBytes = max(cost.temporaryBytes, partialBytes + received)
    } else if shape.partials != shape.result {
      cost.addPartials += serialColumns * addCycles(elements, partials: 1)
    }
    return cost
  }

  /// What `plan` costs.
  func cost(of plan: MatmulPlan) -> MatmulCost {
    cost(
      of: plan.largestBlock(of: shape), contractedParts: plan.contractedParts,
      serialColumns: plan.serialColumns, serialContracted: plan.serialContracted)
  }

  private func addCycles(_ elements: Int, partials: Int) -> Int {
    ipu.addPartialsCycles(elements: elements, partials: partials, element: shape.partials)
  }

  /// What a plan costs at least whose fullest tile has at least `block` in each step: with the AMP unit at
  /// its peak, and equal shares of partials. Neither cycles nor bytes fall where an extent of `block`
  /// grows, which the cost itself does not promise.
  func bound(
    of block: MatmulBlock, contractedParts: Int, serialColumns: Int, serialContracted: Int
  ) -> (cycles: Int, temporaryBytes: Int) {
    let steps = serialColumns * serialContracted
    let operandBytes = operandBytes(block)
    let elements = block.batch * block.rows * block.columns
    let step =
      receiveCycles(operandBytes: operandBytes) + ipu.rearrangeCycles(bytes: operandBytes)
      + elements * block.contracted / peak
    var cycles = steps * step
    if contractedParts > 1 {
      let share = (elements + contractedParts - 1) / contractedParts
      let received = share * (contractedParts - 1) * shape.partials.byteCount
      cycles +=
        serialColumns
        * (exchangeCycles(receiving: received) + addCycles(share, partials: contractedParts))
    }
    let partialBytes = elements * shape.partials.byteCount
    return (cycles, operandBytes + partialBytes * (serialContracted > 1 ? 2 : 1))
  }

  /// Cycles of any plan with these slices at least: each step's smallest phases, and all tiles at the AMP
  /// unit's peak.
  func bound(of serial: SerialSplit) -> Int {
    let step = bound(
      of: MatmulBlock(batch: 1, rows: 1, columns: 1, contracted: 1), contractedParts: 1,
      serialColumns: serial.columns, serialContracted: serial.contracted)
    return step.cycles + shape.multiplications / (ipu.tiles * peak)
  }
}
