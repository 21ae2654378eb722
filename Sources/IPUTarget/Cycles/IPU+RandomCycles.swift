import Foundations

extension IPU {
  /// Cycles of a dropout whose mask the tile's own generator makes, 128 random bits a cycle: 2 instructions a
  /// vector (poplibs, poprandCycleEstimators.cpp).
  ///
  /// - Parameters:
  ///   - elements: elements of the tile.
  ///   - element: their type.
  package func dropoutCycles(elements: Int, element: ElementType) -> Int {
    guard elements > 0 else { return 0 }
    return vertexOverhead
      + loopCycles(elements: elements, block: element.vectorElements, cycles: 2)
  }
}
