import Foundations

/// How a product is laid over the tiles of one IPU, and over time.
///
/// The batch, the rows, the columns and the contracted extent are cut into balanced parts, and each
/// combination of parts has a tile of its own. Columns or the contracted extent may be cut into equal
/// slices before that, which follow each other in time: a serial step has one slice, of which each tile
/// has its block. What a step does:
///
/// 1. One exchange brings each tile the left block [b, m, k] and the right block [b, k, n].
/// 2. The tile brings them into the order that the AMP unit reads, and computes the partial block
///    [b, m, n] in the type of partials. Steps over the contracted extent add theirs, element by element,
///    to that of the first.
///
/// Then, after each slice of columns, or after the last one of the contracted extent:
///
/// 3. Where the contracted extent is cut in parallel, one exchange brings each of the `contractedParts`
///    tiles that have partial blocks of the same elements its share of the others' blocks: balanced parts
///    of their b·m rows; or of their columns, where the largest block has fewer rows than shares.
/// 4. The tile adds the partials of its share, and rounds to the result's type.
package struct MatmulPlan: Hashable, Sendable {
  /// Parts over tiles.
  package var batchParts = 1
  /// Parts over tiles.
  package var rowParts = 1
  /// Parts over tiles, of one slice.
  package var columnParts = 1
  /// Parts over tiles, of one slice, whose partials are added.
  package var contractedParts = 1
  /// Slices in time, each with its own columns of the result. They are equal.
  package var serialColumns = 1
  /// Slices in time, whose partials are added. They are equal. Only one of the two may be above 1.
  package var serialContracted = 1
  /// What the plan costs.
  package var cost = MatmulCost()
  /// Whether the temporary bytes are within the limit. Where no plan is, this is one with the fewest.
  package var isWithinLimit = true

  /// The whole product on one tile, at no cost yet.
  package init() {}

  /// The tiles that have a block.
  package var tiles: Int { batchParts * rowParts * columnParts * contractedParts }

  /// Slices in time.
  package var steps: Int { serialColumns * serialContracted }

  /// The batch's parts.
  package func batches(of shape: MatmulShape) -> BalancedParts {
    BalancedParts(extent: shape.batch, count: batchParts)
  }

  /// The parts of rows.
  package func rows(of shape: MatmulShape) -> BalancedParts {
    BalancedParts(extent: shape.rows, count: rowParts)
  }

  /// The parts of one slice's columns.
  package func columns(of shape: MatmulShape) -> BalancedParts {
    BalancedParts(
      extent: shape.columns / serialColumns, count: columnParts,
      elementBytes: shape.columnElementBytes)
  }

  /// The parts of one slice of the contracted extent.
  package func contracted(of shape: MatmulShape) -> BalancedParts {
    BalancedParts(
      extent: shape.contracted / serialContracted, count: contractedParts,
      elementBytes: shape.element.byteCount)
  }

  /// The block of the fullest tile in one step.
  package func largestBlock(of shape: MatmulShape) -> MatmulBlock {
    MatmulBlock(
      batch: batches(of: shape).largest, rows: rows(of: shape).largest,
      columns: columns(of: shape).largest, contracted: contracted(of: shape).largest)
  }

  /// How the tiles share partial blocks of `block`'s extents.
  package func shares(of block: MatmulBlock, shape: MatmulShape) -> MatmulShares {
    MatmulShares(
      of: block, largest: largestBlock(of: shape), parts: contractedParts, shape: shape)
  }
}
