import Foundations

/// Operations about functions and regions; their types come from what they belong to.
package enum Control: OperationFamily {
  /// Runs the function on the operands.
  case call(String)
  /// Runs its region `count` times. The region's block takes the number of the iteration (an i32
  /// scalar, from 0) and the carried values; it yields their next values. Operands are the first
  /// carried values, results the last.
  case `repeat`(count: Int)
  /// Runs its region, a chain of elementwise operations on the operands, as one operation; see
  /// `FusedBlock`. Each value inside is rounded to its element type as it is outside.
  case fuse
  /// Ends the block of a repeat or a chain.
  case yield
  /// Ends a function's block.
  case `return`

  /// `func.call` and `func.return`, which are MLIR's own, `tessera.repeat`, `tessera.fuse` and
  /// `tessera.yield`.
  package var mnemonic: String {
    switch self {
    case .call: "func.call"
    case .repeat: "tessera.repeat"
    case .fuse: "tessera.fuse"
    case .yield: "tessera.yield"
    case .return: "func.return"
    }
  }

  /// The call's `callee` or the repeat's `count`; the others have none.
  package var attributes: [Attribute] {
    switch self {
    case .call(let callee): [Attribute("callee", .symbol(callee))]
    case .repeat(let count): [Attribute("count", .integer(Int64(count)))]
    case .fuse, .yield, .return: []
    }
  }

  /// The operation that `mnemonic` names, or nil where it is none of the five.
  /// - Throws: `OperationError` where an attribute is missing or of another kind, or a count is
  ///   below 1.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "func.call": self = .call(try attributes.symbol("callee"))
    case "tessera.repeat":
      let count = try attributes.integer("count")
      guard count > 0 else { throw OperationError("the count must be at least 1, is \(count)") }
      self = .repeat(count: count)
    case "tessera.fuse": self = .fuse
    case "tessera.yield": self = .yield
    case "func.return": self = .return
    default: return nil
    }
  }

  /// Never asked: `Operation.resultTypes` answers nil for this family before.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    throw OperationError("the types of '\(mnemonic)' come from what it belongs to")
  }
}
