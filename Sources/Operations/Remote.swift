import Foundations

/// Operations between the memory of the tiles and streaming memory, the DRAM beside the IPUs.
///
/// A tensor in streaming memory is a buffer. Functions hand buffers on and return them; these two
/// are the only operations that read or make one.
package enum Remote: String, NamedOperationFamily {
  /// Operand: a buffer. Result: what is in it, in the memory of the tiles.
  case load = "remote_load"
  /// Operands: a buffer, and a value in the memory of the tiles. Result: the buffer with the value in
  /// place of what was there.
  case store = "remote_store"

  /// Of a load the buffer's shape and element type in the memory of the tiles; of a store the
  /// buffer's type.
  /// - Throws: `OperationError` for another number of operands, where the first is no buffer, or where
  ///   the value to store is not what the buffer holds.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    switch self {
    case .load: try TypeRules.requireCount(operands, 1)
    case .store: try TypeRules.requireCount(operands, 2)
    }
    let buffer = operands[0]
    try TypeRules.require(
      buffer.memory == .streaming, "the buffer must be in streaming memory, is \(buffer)")
    let value = buffer.placed(in: .tile)
    switch self {
    case .load: return [value]
    case .store:
      try TypeRules.requireEqual(operands[1], value, "the value")
      return [buffer]
    }
  }
}
