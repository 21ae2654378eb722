import Foundations

/// The extents of what one tile multiplies in one step.
package struct MatmulBlock: Hashable, Sendable {
  /// Products.
  package var batch: Int
  /// Rows of each.
  package var rows: Int
  /// Columns of each.
  package var columns: Int
  /// Products that each element sums.
  package var contracted: Int

  /// A block of these extents.
  package init(batch: Int, rows: Int, columns: Int, contracted: Int) {
    self.batch = batch
    self.rows = rows
    self.columns = columns
    self.contracted = contracted
  }
}

/// How the tiles that have partial blocks of the same elements share the sum between them.
package enum MatmulShares: Hashable, Sendable {
  /// Parts of the rows of all the block's batch, one after the other.
  case rows(BalancedParts)
  /// Parts of the columns.
  case columns(BalancedParts)

  /// Rows, unless the product's `largest` block has fewer of them than there are `parts`: all blocks of a
  /// product are shared in the same way.
  init(of block: MatmulBlock, largest: MatmulBlock, parts: Int, shape: MatmulShape) {
    if largest.batch * largest.rows >= parts {
      self = .rows(BalancedParts(extent: block.batch * block.rows, count: parts))
    } else {
      self = .columns(
        BalancedParts(
          extent: block.columns, count: parts, elementBytes: shape.columnElementBytes))
    }
  }

  /// Elements of the largest share of `block`.
  func largest(of block: MatmulBlock) -> Int {
    switch self {
    case .rows(let parts): parts.largest * block.columns
    case .columns(let parts): block.batch * block.rows * parts.largest
    }
  }
}
