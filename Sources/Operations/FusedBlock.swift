import Foundations

/// The region of a `tessera.fuse`: a chain of elementwise operations that runs as one.
///
/// Its block takes the operands. Every operation in it is elementwise with results of one shape, that
/// of the chain, and reads arguments of the block and values that it made before; so each element can
/// be computed from the operands' elements at its place, through all operations, before the next one.
/// An operand has the chain's shape or broadcasts to it. What the block yields are the results.
package struct FusedBlock<Value: Hashable> {
  /// An elementwise operation of the block with what it reads and makes.
  package typealias Step = (operation: Operation, operands: [Value], results: [Value])

  /// The values that the block is entered with.
  package var arguments: [Value]
  /// The operations but the last, which yields.
  package var steps: [Step]
  /// What the block yields.
  package var yielded: [Value]
  /// The type of each value.
  package var type: (Value) -> TensorType

  package init(
    arguments: [Value], steps: [Step], yielded: [Value], type: @escaping (Value) -> TensorType
  ) {
    self.arguments = arguments
    self.steps = steps
    self.yielded = yielded
    self.type = type
  }

  /// The types of the results for operands of these types: the type rule of `tessera.fuse`. What every
  /// block must keep, definitions before uses and the type rules of its operations, is not looked at.
  /// - Throws: `OperationError` where the operands do not fit, or the block is not a chain.
  package func resultTypes(
    of operands: [TensorType]
  ) throws(OperationError) -> [TensorType] {
    let argumentTypes = arguments.map(type)
    try TypeRules.require(
      argumentTypes == operands,
      "the region must take the operands, of types \(operands), takes \(argumentTypes)")
    guard let first = yielded.first else { throw OperationError("the region yields nothing") }
    let shape = type(first).shape
    for operand in operands {
      try TypeRules.require(
        (try? TypeRules.broadcast(operand.shape, shape)) == shape,
        "an operand of type \(operand) does not broadcast to the chain's shape \(shape)")
    }
    var made: Set<Value> = []
    var visible = Set(arguments)
    for (operation, operands, results) in steps {
      guard case .elementwise = operation else {
        throw OperationError("'\(operation.mnemonic)' in the region is not elementwise")
      }
      try TypeRules.require(
        operands.allSatisfy(visible.contains),
        "'\(operation.mnemonic)' in the region reads a value from outside")
      try TypeRules.require(
        results.allSatisfy { type($0).shape == shape },
        "'\(operation.mnemonic)' in the region has another shape than \(shape)")
      made.formUnion(results)
      visible.formUnion(results)
    }
    try TypeRules.require(
      yielded.allSatisfy(made.contains),
      "the region must yield what its operations make")
    return yielded.map(type)
  }
}
