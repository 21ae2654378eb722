import Foundations

extension IPU {
  /// Cycles of adding up partials that lie one after the other: ipu-stack's 282 + 6⌈n/48⌉(11 + 2(P − 1)) for
  /// f16, measured exactly at seven sizes. Accumulators hold half as many single elements (poplibs).
  ///
  /// - Parameters:
  ///   - elements: elements of the sum.
  ///   - partials: tensors that are added.
  ///   - element: their element type.
  package func addPartialsCycles(elements: Int, partials: Int, element: ElementType) -> Int {
    guard elements > 0, partials > 0 else { return 0 }
    let loop = 11 + 2 * (partials - 1)
    return 282 + loopCycles(elements: elements, block: element.accumulators, cycles: loop)
  }

  /// Cycles of reducing the middle axis of a tensor [outer, reduced, inner].
  ///
  /// poplibs (reduction/CycleEstimationFunctions.cpp): rows of neighbours in 12 instructions and 2 for two
  /// vectors; else 3 and a load and an addition of each vector, and 16 to start, to make and to store a
  /// vector of results. Fewer rows than workers are cut, and the parts reduced again.
  ///
  /// - Parameters:
  ///   - outer: extent before the reduced axis.
  ///   - reduced: extent of the reduced axis.
  ///   - inner: extent behind it; 1 where neighbours are reduced.
  ///   - element: the operand's element type.
  ///   - maximum: whether the greatest is looked for instead of the sum, which is kept in f32 and converted.
  package func reduceCycles(
    outer: Int, reduced: Int, inner: Int, element: ElementType, maximum: Bool
  ) -> Int {
    guard outer > 0, reduced > 0, inner > 0 else { return 0 }
    if inner > 1 {
      let vectors = outer * inner.dividedUp(by: element.vectorElements)
      let start = 3 + 3 + (maximum ? 7 : 10)
      return vertexOverhead + loopCycles(blocks: vectors, cycles: start + reduced - 1)
    }
    func rows(_ count: Int, of width: Int) -> Int {
      loopCycles(blocks: count, cycles: 12 + 2 * width.dividedUp(by: element.accumulators))
    }
    let parts = min(max(1, workers / outer), reduced)
    let first = rows(outer * parts, of: reduced.dividedUp(by: parts))
    return vertexOverhead + first + (parts > 1 ? rows(outer, of: parts) : 0)
  }
}

extension ElementType {
  /// Elements that one instruction adds to accumulators: two vectors (ISA, f16v8acc and f32v4acc).
  fileprivate var accumulators: Int { 2 * vectorElements }
}
