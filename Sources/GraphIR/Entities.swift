import Foundations
import Operations

/// A value of a function: an argument of a block or a result of an operation.
package struct ValueID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The place in the function's `values`.
  package let number: UInt32

  init(_ index: Int) { number = UInt32(index) }

  var index: Int { Int(number) }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  package var description: String { "%\(number)" }
}

/// An operation of a function.
package struct OperationID: Hashable, Comparable, Sendable {
  /// The place in the function's `operations`.
  package let number: UInt32

  init(_ index: Int) { number = UInt32(index) }

  var index: Int { Int(number) }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A block of a function: its body, or the region of an operation.
package struct BlockID: Hashable, Sendable, CustomStringConvertible {
  /// The place in the function's `blocks`; 0 is the function's body.
  package let number: UInt32

  init(_ index: Int) { number = UInt32(index) }

  var index: Int { Int(number) }

  package var description: String { "^bb\(number)" }
}

/// Where a value comes from.
package enum Definition: Hashable, Sendable {
  case argument(BlockID, index: Int)
  case result(OperationID, index: Int)
}

/// One place where a value is read.
package struct Use: Hashable, Sendable {
  /// The operation that reads the value.
  package var operation: OperationID
  /// The place of the value among the operation's operands, from 0.
  package var operand: Int

  package init(operation: OperationID, operand: Int) {
    self.operation = operation
    self.operand = operand
  }
}

/// A value's type, origin and readers.
package struct ValueNode: Sendable {
  /// The shape and element type.
  package internal(set) var type: TensorType
  /// Where the value comes from.
  package internal(set) var definition: Definition
  /// The operands that read the value, one entry each.
  package internal(set) var uses: [Use]
}

/// An operation with its operands, results and region.
package struct OperationNode: Sendable {
  /// What is computed.
  package internal(set) var operation: Operation
  /// The values read, in the order that the operation says.
  package internal(set) var operands: [ValueID]
  /// The values made, one for each type of the operation's type rule.
  package internal(set) var results: [ValueID]
  /// The block of the operation's region, where it has one.
  package internal(set) var body: BlockID?
  /// The block that the operation stands in, nil once it is erased.
  package internal(set) var parent: BlockID?
}

/// Arguments and operations in order.
package struct BlockNode: Sendable {
  /// The values that the block is entered with.
  package internal(set) var arguments: [ValueID]
  /// The operations in the order in which they run; the last ends the block.
  package internal(set) var operations: [OperationID]
  /// The operation whose region the block is, nil for a function's body.
  package internal(set) var owner: OperationID?
}
