import Foundations

/// Operations over all replicas; they stand only in an entry function's own block.
package enum Collective: String, OperationFamily, CaseIterable {
  /// The sum over the replicas, in the order of their numbers; every replica gets it.
  case allReduceSum = "all_reduce_sum"

  /// `tessera.` and the collective's name.
  package var mnemonic: String { "tessera.\(rawValue)" }

  /// None: the operation is its name.
  package var attributes: [Attribute] { [] }

  /// The collective that `mnemonic` names, or nil; it takes no attribute.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    guard mnemonic == "tessera.all_reduce_sum" else { return nil }
    self = .allReduceSum
  }

  /// The operand's type, which must be of floating point.
  /// - Throws: `OperationError` for another number of operands or element type.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, 1)
    try TypeRules.requireFloat(operands[0], "the operand")
    return operands
  }
}
