import Foundations

extension IPU {
  /// Cycles of a copy within the tile: 288 and 8 bytes a cycle (ipu-stack on a C600; 8 KiB took 1,308).
  package func copyCycles(bytes: Int) -> Int {
    bytes > 0 ? 288 + bytes.dividedUp(by: copyBytesPerCycle) : 0
  }

  /// Cycles of filling memory with one value: a store of 64 bits an instruction (poplibs, `fill`).
  package func fillCycles(bytes: Int) -> Int {
    bytes > 0 ? vertexOverhead + loopCycles(elements: bytes, block: 8, cycles: 1) : 0
  }

  /// Cycles of bringing an operand into the order in which AMP reads it, where the contracted elements of a
  /// row lie side by side: a copy of whole groups, a quarter more than the bytes (poplibs, ConvModel.cpp).
  package func rearrangeCycles(bytes: Int) -> Int {
    copyCycles(bytes: (bytes * 5).dividedUp(by: 4))
  }

  /// Cycles of transposing matrices whose rows are 16 elements or multiples of it.
  ///
  /// poplibs' estimate of `Transpose1D`: 12 + 4(g − 2) instructions for g squares of 4 × 4 half elements in a
  /// row, with 3 for 4 and squares of 2 × 2 for single ones.
  package func transposeCycles(elements: Int, element: ElementType) -> Int {
    guard elements > 0 else { return 0 }
    let side = element.vectorElements
    let squares = 16 / side
    let row = 12 + element.cycles(half: 4, single: 3) * (squares - 2)
    return vertexOverhead + loopCycles(elements: elements, block: side * 16, cycles: row)
  }
}
