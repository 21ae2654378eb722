import Foundations

/// Operations that pick or place by i32 indices. An index out of range is an error at run time.
package enum Indexing: OperationFamily {
  /// (table [V, H], indices [n]) to the rows [n, H]. Lookups of `paddingIndex` have no gradient, as those
  /// of `padding_idx` in PyTorch's embeddings.
  case gatherRows(paddingIndex: Int? = nil)
  /// (indices [n], rows [n, H]) to [V, H]: zeros with each row added at its index, in order; sums
  /// are formed in at least f32 and rounded once. The adjoint of gatherRows.
  case scatterAddRows(rows: Int)
  /// (x [n, V], indices [n]) to [n]: one element of each row.
  case selectColumns
  /// (indices [n], values [n]) to [n, V]: zeros with one element a row. The adjoint of selectColumns.
  case placeColumns(columns: Int)

  /// `tessera.gather_rows`, `scatter_add_rows`, `select_columns` or `place_columns`.
  package var mnemonic: String {
    switch self {
    case .gatherRows: "tessera.gather_rows"
    case .scatterAddRows: "tessera.scatter_add_rows"
    case .selectColumns: "tessera.select_columns"
    case .placeColumns: "tessera.place_columns"
    }
  }

  /// The extent of the result that the operands do not say, and a gather's `padding_index`, left
  /// out where there is none.
  package var attributes: [Attribute] {
    switch self {
    case .gatherRows(let paddingIndex):
      paddingIndex.map { [Attribute("padding_index", .integer(Int64($0)))] } ?? []
    case .selectColumns: []
    case .scatterAddRows(let rows): [Attribute("rows", .integer(Int64(rows)))]
    case .placeColumns(let columns): [Attribute("columns", .integer(Int64(columns)))]
    }
  }

  /// The operation that `mnemonic` names, or nil where it is none of the four.
  /// - Throws: `OperationError` where an attribute is missing or no integer.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.gather_rows":
      self = .gatherRows(paddingIndex: try attributes.optionalInteger("padding_index"))
    case "tessera.scatter_add_rows": self = .scatterAddRows(rows: try attributes.integer("rows"))
    case "tessera.select_columns": self = .selectColumns
    case "tessera.place_columns": self = .placeColumns(columns: try attributes.integer("columns"))
    default: return nil
    }
  }

  /// One type, of the shape that each case says, in the element type of the numbers.
  /// - Throws: `OperationError` where indices are no i32 vector, the numbers are not of floating
  ///   point, or shapes do not fit.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, 2)
    let (first, second) = (operands[0], operands[1])
    switch self {
    case .gatherRows:
      try TypeRules.requireFloat(first, "the table")
      try TypeRules.require(first.rank == 2, "the table must be a matrix, is \(first)")
      try TypeRules.requireIndices(second)
      return [TensorType([second.count, first.shape[1]], first.element)]
    case .scatterAddRows(let rows):
      try TypeRules.requireIndices(first)
      try TypeRules.requireFloat(second, "the rows")
      try TypeRules.require(
        second.rank == 2 && second.shape[0] == first.count,
        "\(second) does not hold a row for each of \(first)")
      _ = try TypeRules.count([rows, second.shape[1]])
      return [TensorType([rows, second.shape[1]], second.element)]
    case .selectColumns:
      try TypeRules.requireFloat(first, "the operand")
      try TypeRules.requireIndices(second)
      try TypeRules.require(
        first.rank == 2 && first.shape[0] == second.count,
        "\(first) does not have a row for each of \(second)")
      return [TensorType(second.shape, first.element)]
    case .placeColumns(let columns):
      try TypeRules.requireIndices(first)
      try TypeRules.requireEqual(
        second, TensorType(first.shape, second.element), "the values")
      try TypeRules.requireFloat(second, "the values")
      _ = try TypeRules.count([first.count, columns])
      return [TensorType([first.count, columns], second.element)]
    }
  }
}
