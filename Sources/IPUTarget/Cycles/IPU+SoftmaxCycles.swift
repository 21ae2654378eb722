import Foundations

extension IPU {
  /// Cycles of the softmax of rows.
  ///
  /// ipu-stack's kernel for f16 on a C600, 216 + 6⌈R/6⌉(38 + 47·W/16): 2,928 for seven or eight rows of 64.
  /// In f32 a block of 16 takes as much longer as the steps of poplibs' table do (maximum, subtraction,
  /// exponential, sum, product): 6 instructions an element for 2.5.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - width: elements of a row.
  ///   - element: their type.
  package func softmaxCycles(rows: Int, width: Int, element: ElementType) -> Int {
    rowCycles(rows: rows, width: width, row: 38, block: element.cycles(half: 47, single: 113))
  }

  /// Cycles of its derivative y (g − Σ g y).
  ///
  /// From poplibs' table: a product that is added up in 2 instructions a vector, a subtraction and a product
  /// with two loads and a store in 4; beside them as in the softmax.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - width: elements of a row.
  ///   - element: their type.
  package func softmaxGradientCycles(rows: Int, width: Int, element: ElementType) -> Int {
    rowCycles(rows: rows, width: width, row: 38, block: element.vectorsOfBlock * 6)
  }

  /// Cycles of the logarithm of the softmax: a softmax with a logarithm a row, which poplibs has at 4 and 12
  /// instructions, and a subtraction in place of the product.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - width: elements of a row.
  ///   - element: their type.
  package func logSoftmaxCycles(rows: Int, width: Int, element: ElementType) -> Int {
    let logarithm = element.cycles(half: 4, single: 12)
    return rowCycles(
      rows: rows, width: width, row: 38 + logarithm,
      block: element.cycles(half: 47, single: 113))
  }

  /// Cycles of its derivative g − exp(y) Σ g.
  ///
  /// From poplibs' table: an instruction a vector for the sum, 3 and 5 for the exponential, a product and a
  /// subtraction with two loads and a store in 4.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - width: elements of a row.
  ///   - element: their type.
  package func logSoftmaxGradientCycles(rows: Int, width: Int, element: ElementType) -> Int {
    let vector = 1 + element.cycles(half: 3, single: 5) + 4
    return rowCycles(rows: rows, width: width, row: 38, block: element.vectorsOfBlock * vector)
  }

  /// Whole rows a worker, or every row shared by all, whichever is faster.
  ///
  /// ipu-stack has a second form for few long rows, without a formula: 21,780 cycles for 8 rows of 729. With
  /// 35 instructions a row to join what workers have, fitted to that one figure, the second form here takes
  /// 21,768.
  ///
  /// - Parameters:
  ///   - row: instructions of a row beside its blocks.
  ///   - block: instructions of 16 elements.
  private func rowCycles(rows: Int, width: Int, row: Int, block: Int) -> Int {
    guard rows > 0, width > 0 else { return 0 }
    let blocks = width.dividedUp(by: 16)
    let whole = loopCycles(blocks: rows, cycles: row + block * blocks)
    let shared = workers * rows * (row + 35 + block * blocks.dividedUp(by: workers))
    return 216 + min(whole, shared)
  }
}

extension ElementType {
  /// Vectors of a block of 16 elements.
  fileprivate var vectorsOfBlock: Int { 16 / vectorElements }
}
