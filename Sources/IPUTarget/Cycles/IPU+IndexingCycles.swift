import Foundations

extension IPU {
  /// Cycles of picking rows of a tile's part of a table, whose workers share the lookups.
  ///
  /// poplibs' `multiSlice` (popops/PerformanceEstimation.cpp): 19 instructions for a lookup that the tile has
  /// and 2 for each two of the row's elements, 8 for another.
  ///
  /// - Parameters:
  ///   - lookups: indices that the tile looks at.
  ///   - hits: those of them whose row it has.
  ///   - rowElements: elements that it has of a row.
  ///   - element: their type, which a lookup's cycles do not depend on up to 32 bits.
  package func gatherCycles(
    lookups: Int, hits: Int, rowElements: Int, element: ElementType
  ) -> Int {
    guard lookups > 0, rowElements > 0 else { return 0 }
    let hit = 19 + 2 * rowElements.dividedUp(by: 2)
    return vertexOverhead + loopCycles(blocks: hits, cycles: hit)
      + loopCycles(blocks: max(0, lookups - hits), cycles: 8)
  }

  /// Cycles of adding rows to a tile's part of a table. Its workers share the rows of the table, and so each
  /// looks at all indices; hits are taken to be even.
  ///
  /// poplibs' `multiUpdateAdd` (popops/PerformanceEstimation.cpp): 12 instructions for an update that a
  /// worker has and 3 for each word of the row after the first, 5 for another.
  ///
  /// - Parameters:
  ///   - updates: indices that the tile looks at.
  ///   - hits: those of them whose row it has.
  ///   - rowElements: elements that it has of a row.
  ///   - element: their type.
  package func scatterAddCycles(
    updates: Int, hits: Int, rowElements: Int, element: ElementType
  ) -> Int {
    guard updates > 0, rowElements > 0 else { return 0 }
    let words = (rowElements * element.byteCount).dividedUp(by: 4)
    let ownHits = hits.dividedUp(by: workers)
    let others = max(0, updates - ownHits)
    return vertexOverhead + workers * (ownHits * (12 + 3 * (words - 1)) + others * 5)
  }

  /// Cycles of picking one element of each row, as a lookup of a row of one element; placing one takes as
  /// many beside the filling.
  ///
  /// - Parameters:
  ///   - rows: rows of the tile.
  ///   - element: their element type.
  package func selectCycles(rows: Int, element: ElementType) -> Int {
    gatherCycles(lookups: rows, hits: rows, rowElements: 1, element: element)
  }
}
