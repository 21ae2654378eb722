import Foundations

/// Operations that add to a part of an accumulator and leave the rest as it is. A device makes the
/// result where the accumulator was, where nothing else reads that, and touches only the part.
package enum Accumulation: OperationFamily {
  /// (accumulator, value) to the accumulator, with the value added in the box of its extents that
  /// begins at `starts`: the sum of the accumulator and a pad of the value.
  case slice(starts: [Int])
  /// (accumulator [V, H], indices [n], rows [n, H]) to [V, H]: to each row that occurs among the
  /// indices the sum of its rows is added. That sum is formed as scatter_add_rows forms it, in order,
  /// in at least f32, and rounded once, so that the result is that of adding a scatter_add_rows.
  case rows

  /// `tessera.accumulate_slice` or `tessera.accumulate_rows`.
  package var mnemonic: String {
    switch self {
    case .slice: "tessera.accumulate_slice"
    case .rows: "tessera.accumulate_rows"
    }
  }

  /// A slice's `starts`.
  package var attributes: [Attribute] {
    switch self {
    case .slice(let starts): [Attribute("starts", .integers(starts.map(Int64.init)))]
    case .rows: []
    }
  }

  /// The operation that `mnemonic` names, or nil where it is neither.
  /// - Throws: `OperationError` where the starts are missing or no integers.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.accumulate_slice": self = .slice(starts: try attributes.integers("starts"))
    case "tessera.accumulate_rows": self = .rows
    default: return nil
    }
  }

  /// The accumulator's type.
  /// - Throws: `OperationError` where the accumulator is not of floating point, what is added has
  ///   another element type or does not lie in it, or indices are no i32 vector.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    switch self {
    case .slice(let starts):
      try TypeRules.requireCount(operands, 2)
      let (accumulator, value) = (operands[0], operands[1])
      try TypeRules.requireFloat(accumulator, "the accumulator")
      try TypeRules.require(
        value.element == accumulator.element,
        "the value must be of \(accumulator.element.rawValue), is \(value)")
      try TypeRules.requireBox(starts: starts, shape: value.shape, inside: accumulator.shape)
      return [accumulator]
    case .rows:
      try TypeRules.requireCount(operands, 3)
      let (accumulator, indices, rows) = (operands[0], operands[1], operands[2])
      try TypeRules.requireFloat(accumulator, "the accumulator")
      try TypeRules.require(
        accumulator.rank == 2, "the accumulator must be a matrix, is \(accumulator)")
      try TypeRules.requireIndices(indices)
      try TypeRules.requireEqual(
        rows, TensorType([indices.count, accumulator.shape[1]], accumulator.element), "the rows")
      return [accumulator]
    }
  }
}

extension Operation {
  /// The number of the operand that the result is, with something added to it or an entry of it written: an
  /// accumulator, whose memory the result may take over. Nil for other operations, and for calls, where it
  /// depends on the function.
  package var accumulator: Int? {
    switch self {
    case .accumulation, .stash(.write), .elementwise(.binary(.add)): 0
    default: nil
    }
  }
}
