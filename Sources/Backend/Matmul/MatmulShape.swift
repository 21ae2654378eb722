import Foundations

/// A product of matrices, batched: [batch, rows, contracted] · [batch, contracted, columns].
package struct MatmulShape: Hashable, Sendable {
  /// How many products there are; at least 1, as all extents.
  package var batch: Int
  /// Rows of the left operand and of the result.
  package var rows: Int
  /// Columns of the right operand and of the result.
  package var columns: Int
  /// Columns of the left operand and rows of the right one.
  package var contracted: Int
  /// The type of both operands.
  package var element: ElementType
  /// The type in which products are summed.
  package var partials: ElementType
  /// The type of the result.
  package var result: ElementType

  /// A product of these extents and types.
  package init(
    batch: Int = 1, rows: Int, columns: Int, contracted: Int, element: ElementType,
    partials: ElementType, result: ElementType
  ) {
    self.batch = batch
    self.rows = rows
    self.columns = columns
    self.contracted = contracted
    self.element = element
    self.partials = partials
    self.result = result
  }

  /// The gradient of the left operand: result gradient · right operandᵀ.
  package var backward: MatmulShape {
    var shape = self
    (shape.columns, shape.contracted) = (contracted, columns)
    return shape
  }

  /// The gradient of the right operand: left operandᵀ · result gradient.
  package var weightUpdate: MatmulShape {
    var shape = self
    (shape.rows, shape.contracted) = (contracted, rows)
    return shape
  }

  /// Multiplications, each with an addition.
  package var multiplications: Int { batch * rows * columns * contracted }

  /// Bytes of the result.
  package var resultBytes: Int { batch * rows * columns * result.byteCount }

  /// Bytes of an element by which columns are cut: partials and results are exchanged, too, so that the
  /// narrowest type decides what a whole word is.
  var columnElementBytes: Int { min(element.byteCount, partials.byteCount, result.byteCount) }
}
