import Foundations

extension IPU {
  /// Cycles of a product on AMP: operands in AMP's order, weights in interleaved memory.
  ///
  ///     294 + 24 (batch − 1) + batch · panels · (loops of the rows + 160)
  ///
  /// That is ipu-stack's kernel on a C600 for half operands and partials, 294 + ⌈K/16⌉⌈C/16⌉(4R + 160), 0.05
  /// to −1.2 % off five products that were measured; poplibs' estimate (PerformanceEstimation.hpp) is within
  /// 6 % of it. What differs with types is from poplibs: a panel is 16 half or 8 single elements deep and as
  /// wide as there are units; rows take what their multiplications take at full rate, shared by six workers;
  /// 32 bytes of weights are loaded for each unit, 32 of the 160 cycles; with single operands, passes take 4
  /// instructions longer, and the first of a column sets the sums to zero as slowly as it adds to them;
  /// another product of the batch is set up in 24 cycles.
  ///
  /// - Parameters:
  ///   - batch: products of the tile.
  ///   - rows: rows of each result: of the operand that goes through AMP.
  ///   - columns: columns of each result: of the operand that is loaded as weights.
  ///   - contracted: the extent that both operands have.
  ///   - operands: the operands' element type.
  ///   - partials: the element type of sums.
  package func matmulCycles(
    batch: Int = 1, rows: Int, columns: Int, contracted: Int, operands: ElementType,
    partials: ElementType
  ) -> Int {
    guard batch > 0, rows > 0, columns > 0, contracted > 0 else { return 0 }
    let isHalf = operands == .f16
    let units = convolutionUnits(operands: operands, partials: partials)
    let depth = isHalf ? 16 : 8
    let row = depth * units / macsPerCycle(operands: operands, partials: partials)
    let load = (units * 32).dividedUp(by: weightLoadBytesPerCycle)
    let loop = loopCycles(blocks: rows, cycles: row)
    let panel = loop + 128 + load + (isHalf ? 0 : 4 * workers)
    let passes = columns.dividedUp(by: units)
    let zeroing = isHalf ? 0 : passes * loop
    return 294 + 24 * (batch - 1)
      + batch * (contracted.dividedUp(by: depth) * passes * panel + zeroing)
  }
}
