import Foundations

/// A matrix product of the last two axes. All axes before them are batch axes and must agree.
///
/// Products are summed without rounding, the sum is rounded to `partials`, then to the element type
/// of the operands, which is that of the result.
package struct Contraction: OperationFamily {
  /// Whether the left operand is stored as [..., K, M].
  package var transposesLeft: Bool
  /// Whether the right operand is stored as [..., N, K].
  package var transposesRight: Bool
  /// The element type in which partial sums are kept.
  package var partials: ElementType

  package init(
    transposesLeft: Bool = false, transposesRight: Bool = false, partials: ElementType
  ) {
    self.transposesLeft = transposesLeft
    self.transposesRight = transposesRight
    self.partials = partials
  }

  /// The extents of one product, and how many there are.
  package struct Extents: Hashable, Sendable {
    /// Products: the batch axes' extents multiplied.
    package var batch: Int
    /// M: rows of the result.
    package var rows: Int
    /// N: columns of the result.
    package var columns: Int
    /// K: the extent that the products are summed over.
    package var contracted: Int
  }

  /// `tessera.matmul`, whatever is transposed.
  package var mnemonic: String { "tessera.matmul" }

  /// `partials`, `transpose_left` and `transpose_right`, none with a default.
  package var attributes: [Attribute] {
    [
      Attribute("partials", .element(partials)),
      Attribute("transpose_left", .boolean(transposesLeft)),
      Attribute("transpose_right", .boolean(transposesRight)),
    ]
  }

  /// The product, or nil where `mnemonic` is not `tessera.matmul`.
  /// - Throws: `OperationError` where one of the three attributes is missing or of another kind.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    guard mnemonic == "tessera.matmul" else { return nil }
    partials = try attributes.element("partials")
    transposesLeft = try attributes.boolean("transpose_left")
    transposesRight = try attributes.boolean("transpose_right")
  }

  /// The extents of the product of operands of these types.
  /// - Throws: `OperationError` where the operands do not fit.
  package func extents(_ left: TensorType, _ right: TensorType) throws(OperationError) -> Extents {
    try TypeRules.requireFloat(left, "the left operand")
    try TypeRules.require(
      left.element == right.element && left.rank == right.rank && left.rank >= 2
        && left.shape.dropLast(2) == right.shape.dropLast(2),
      "\(left) and \(right) must agree in element type, rank (2 or more) and batch axes")
    let leftMatrix = Array(left.shape.suffix(2))
    let rightMatrix = Array(right.shape.suffix(2))
    let contracted = transposesLeft ? leftMatrix[0] : leftMatrix[1]
    try TypeRules.require(
      contracted == (transposesRight ? rightMatrix[1] : rightMatrix[0]),
      "\(left) and \(right) do not agree in the contracted extent")
    try TypeRules.require(
      partials.isFloat, "partials must be of a floating-point type")
    return Extents(
      batch: left.shape.dropLast(2).reduce(1, *),
      rows: transposesLeft ? leftMatrix[1] : leftMatrix[0],
      columns: transposesRight ? rightMatrix[0] : rightMatrix[1], contracted: contracted)
  }

  /// ([..., M, K], [..., K, N]) to [..., M, N], in the operands' element type.
  /// - Throws: `OperationError` where the operands do not fit, as `extents` says.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, 2)
    let extents = try extents(operands[0], operands[1])
    let shape = operands[0].shape.dropLast(2) + [extents.rows, extents.columns]
    return [TensorType(Array(shape), operands[0].element)]
  }
}
