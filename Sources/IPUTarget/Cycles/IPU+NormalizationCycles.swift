import Foundations

extension IPU {
  /// Cycles of the layer normalisation of rows, one after the other, each shared by the workers.
  ///
  /// ipu-stack's first kernel for f16 on a C600, 132 + R (18⌈W/48⌉ + 36⌈W/24⌉ + 60⌈W/12⌉ + 1,329): the mean,
  /// the variance, and what is subtracted, scaled and shifted. It took 9,378 for a row of 1,152, later ones
  /// 7,140 and 6,732. Vectors hold half as many single elements.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - width: elements of a row.
  ///   - element: their type; statistics are f32.
  package func layerNormCycles(rows: Int, width: Int, element: ElementType) -> Int {
    guard rows > 0, width > 0 else { return 0 }
    let row = NormalizationLoops(self, width: width, element: element)
    return 132 + rows * (row.sum + row.squares + row.scaling + 1329)
  }

  /// Cycles of its derivative for all three operands, γ's and β's being sums over the tile's rows.
  ///
  /// No source has such a kernel: the forward one's loops, each with two tensors in place of one (two sums
  /// over the row, then the operand's derivative), and for γ and β a product and two additions to
  /// accumulators in memory, 4 instructions for two elements.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - width: elements of a row.
  ///   - element: their type; statistics are f32.
  package func layerNormGradientCycles(rows: Int, width: Int, element: ElementType) -> Int {
    guard rows > 0, width > 0 else { return 0 }
    let row = NormalizationLoops(self, width: width, element: element)
    let parameters = loopCycles(elements: width, block: 2, cycles: 4)
    return 132 + rows * (2 * (row.squares + row.scaling) + parameters + 1329)
  }
}

/// The three loops over a row of a layer normalisation, in cycles of the tile.
private struct NormalizationLoops {
  let sum: Int
  let squares: Int
  let scaling: Int

  init(_ ipu: IPU, width: Int, element: ElementType) {
    let vector = element.vectorElements
    sum = ipu.loopCycles(elements: width, block: 2 * vector, cycles: 3)
    squares = ipu.loopCycles(elements: width, block: vector, cycles: 6)
    scaling = ipu.loopCycles(elements: width, block: vector / 2, cycles: 10)
  }
}
