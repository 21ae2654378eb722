import Foundations

/// Operations on a stash: a buffer that keeps the values of several micro-batches between their forward
/// and their backward stage, one after the other along its first axis.
///
/// The entry of a number is the number modulo the depth, from 0 up also for a negative number, so that a
/// stash is a ring and no index is out of range.
package enum Stash: String, NamedOperationFamily {
  /// (stash [depth, …], number) to the entry […].
  case read = "stash_read"
  /// (stash [depth, …], value […], number) to the stash with the value in the number's entry.
  case write = "stash_write"

  /// The entry's type, or the stash's.
  /// - Throws: `OperationError` where the stash has no axis, the value is not of an entry's type, or the
  ///   number is no i32 scalar.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, self == .read ? 2 : 3)
    let stash = operands[0]
    try TypeRules.require(stash.rank >= 1, "the stash must have an axis, is \(stash)")
    try TypeRules.requireEqual(
      operands[operands.count - 1], TensorType([], .i32), "the micro-batch's number")
    let entry = TensorType(Array(stash.shape.dropFirst()), stash.element)
    switch self {
    case .read: return [entry]
    case .write:
      try TypeRules.requireEqual(operands[1], entry, "the value")
      return [stash]
    }
  }
}
