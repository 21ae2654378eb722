import Foundations
import Operations

/// A compiled program as the bundle stores it and a device runs it: flat tables joined by index.
///
/// Nothing in it refers to itself, so that reading, checking and freeing it never recurse by its
/// size. A program that came from a file is to be trusted only after `validate()`.
package struct Program: Hashable, Sendable {
  /// The place of a type in `types`.
  package typealias TypeIndex = Int
  /// The place of a value in `values`.
  package typealias ValueIndex = Int
  /// The place of an operation in `operations`.
  package typealias OperationIndex = Int
  /// The place of a block in `blocks`.
  package typealias BlockIndex = Int

  /// The types that values and parameters refer to.
  package var types: [TensorType]
  /// The type of each value.
  package var values: [TypeIndex]
  /// Every operation, of all blocks.
  package var operations: [ProgramOperation]
  /// Every block: bodies of functions, and those that repeats and chains run.
  package var blocks: [ProgramBlock]
  /// The functions, those that the host calls and those that only functions call.
  package var functions: [ProgramFunction]
  /// The tensors that training changes.
  package var parameters: [ParameterEntry]

  package init(
    types: [TensorType] = [], values: [TypeIndex] = [], operations: [ProgramOperation] = [],
    blocks: [ProgramBlock] = [], functions: [ProgramFunction] = [],
    parameters: [ParameterEntry] = []
  ) {
    self.types = types
    self.values = values
    self.operations = operations
    self.blocks = blocks
    self.functions = functions
    self.parameters = parameters
  }

  /// The type of a value. The index must be in range, as it is in a valid program.
  package func type(of value: ValueIndex) -> TensorType { types[values[value]] }

  /// The function of this name, or nil where there is none.
  package func function(named name: String) -> ProgramFunction? {
    functions.first { $0.name == name }
  }

  /// The number of replicas among which the program splits tensors; nil where it splits none and runs for
  /// any number.
  package var replicas: Int? {
    for operation in operations {
      if case .collective(let collective) = operation.operation, let count = collective.replicas {
        return count
      }
    }
    return nil
  }

  /// The operands of the `return` that ends the function; empty where there is none, which a valid
  /// program does not have.
  package func returned(by function: ProgramFunction) -> [ValueIndex] {
    blocks[function.body].operations.last.map { operations[$0].operands } ?? []
  }
}

/// An operation with its place among the values.
package struct ProgramOperation: Hashable, Sendable {
  /// What is computed.
  package var operation: Operation
  /// The values read, in the order that the operation says.
  package var operands: [Program.ValueIndex]
  /// The values made, in the order that the operation says.
  package var results: [Program.ValueIndex]
  /// The block that a repeat or a chain runs; nil for every other operation.
  package var body: Program.BlockIndex?

  package init(
    _ operation: Operation, operands: [Program.ValueIndex] = [],
    results: [Program.ValueIndex] = [], body: Program.BlockIndex? = nil
  ) {
    self.operation = operation
    self.operands = operands
    self.results = results
    self.body = body
  }
}

extension Program {
  /// The block of a chain, as its type rule looks at it.
  package func fusedBlock(_ block: BlockIndex) -> FusedBlock<ValueIndex> {
    let operations = blocks[block].operations.map { self.operations[$0] }
    return FusedBlock(
      arguments: blocks[block].arguments,
      steps: operations.dropLast().map { ($0.operation, $0.operands, $0.results) },
      yielded: operations.last?.operands ?? [], type: type(of:))
  }
}

/// Operations in the order in which they run; the last ends the block.
package struct ProgramBlock: Hashable, Sendable {
  /// The values that the block is entered with.
  package var arguments: [Program.ValueIndex]
  /// The operations in the order in which they run.
  package var operations: [Program.OperationIndex]

  package init(
    arguments: [Program.ValueIndex] = [], operations: [Program.OperationIndex] = []
  ) {
    self.arguments = arguments
    self.operations = operations
  }
}

/// A function: a name for its body, and what its arguments and results are to the host.
package struct ProgramFunction: Hashable, Sendable {
  /// The name, unique within a program.
  package var name: String
  /// The block that a call runs.
  package var body: Program.BlockIndex
  /// One for each argument of the body; nil where the host has nothing to do with it, as in
  /// functions that are only called.
  package var arguments: [Port?]
  /// One for each operand of the body's `return`.
  package var results: [Port?]
  /// The pipeline stage that the function belongs to; nil where it belongs to none, or where stages
  /// share it.
  package var placement: Placement?

  package init(
    name: String, body: Program.BlockIndex, arguments: [Port?] = [], results: [Port?] = [],
    placement: Placement? = nil
  ) {
    self.name = name
    self.body = body
    self.arguments = arguments
    self.results = results
    self.placement = placement
  }
}

/// A tensor that training changes, and how it begins where no checkpoint says.
package struct ParameterEntry: Hashable, Sendable {
  /// Hugging Face's name; ports of the roles parameter, moment and gradient refer to it.
  package var name: String
  /// The shape and element type of the weights.
  package var type: Program.TypeIndex
  /// What the first values are.
  package var initializer: Initializer
  /// The number of the random stream that the first values are drawn from; each parameter has its
  /// own, so that a value does not depend on the order of the parameters.
  package var randomStream: UInt32

  /// The first values of a parameter.
  package enum Initializer: Hashable, Sendable {
    case zeros
    case ones
    /// A normal distribution around 0, cut at two standard deviations.
    case truncatedNormal(standardDeviation: Double)
  }

  package init(
    name: String, type: Program.TypeIndex, initializer: Initializer, randomStream: UInt32
  ) {
    self.name = name
    self.type = type
    self.initializer = initializer
    self.randomStream = randomStream
  }
}
