import Foundations
import Operations

/// A value of a function: an argument of a block or a result of an operation.
package struct ValueID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let number: UInt32

  init(_ index: Int) { number = UInt32(index) }

  var index: Int { Int(number) }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  package var description: String { "%\(number)" }
}

/// An operation of a function.
package struct OperationID: Hashable, Comparable, Sendable {
  package let number: UInt32

  init(_ index: Int) { number = UInt32(index) }

  var index: Int { Int(number) }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A block of a function: its body, or the region of a repeat.
package struct BlockID: Hashable, Sendable, CustomStringConvertible {
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
  package var operation: OperationID
  package var operand: Int

  package init(operation: OperationID, operand: Int) {
    self.operation = operation
    self.operand = operand
  }
}

/// A value's type, origin and readers.
package struct ValueNode: Sendable {
  package internal(set) var type: TensorType
  package internal(set) var definition: Definition
  package internal(set) var uses: [Use]
}

/// An operation with its operands, results and region.
package struct OperationNode: Sendable {
  package internal(set) var operation: Operation
  package internal(set) var operands: [ValueID]
  package internal(set) var results: [ValueID]
  /// The block of the operation's region, where it has one.
  package internal(set) var body: BlockID?
  /// The block that the operation stands in, nil once it is erased.
  package internal(set) var parent: BlockID?
}

/// Arguments and operations in order.
package struct BlockNode: Sendable {
  package internal(set) var arguments: [ValueID]
  package internal(set) var operations: [OperationID]
  /// The operation whose region the block is, nil for a function's body.
  package internal(set) var owner: OperationID?
}
