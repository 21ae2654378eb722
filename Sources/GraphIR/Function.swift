import Foundations
import Operations

/// A function in SSA form. It changes only through a `Rewriter`.
///
/// Order (the blocks' lists) and data (the tables) are apart: moving an operation touches one list.
package struct Function: Sendable {
  /// The name, without the text's `@`; unique in a module.
  package internal(set) var name: String
  /// Every value, also those of erased operations, by `ValueID.number`.
  package internal(set) var values: [ValueNode] = []
  /// Every operation, also erased ones, by `OperationID.number`.
  package internal(set) var operations: [OperationNode] = []
  /// The body first, then the blocks of regions, by `BlockID.number`.
  package internal(set) var blocks: [BlockNode]
  /// What each argument is to the host, for an entry function; else nil.
  package internal(set) var argumentPorts: [Port?] = []
  /// What each result is to the host, for an entry function; else nil.
  package internal(set) var resultPorts: [Port?] = []
  /// Where the function runs, for one of a pipeline stage; else nil.
  package internal(set) var placement: Placement?

  init(name: String) {
    self.name = name
    blocks = [BlockNode(arguments: [], operations: [], owner: nil)]
  }

  /// The function's own block.
  package var body: BlockID { BlockID(0) }

  /// The value's type, origin and readers.
  package subscript(value: ValueID) -> ValueNode { values[value.index] }
  /// The operation with its operands, results and region.
  package subscript(operation: OperationID) -> OperationNode { operations[operation.index] }
  /// The block's arguments and operations.
  package subscript(block: BlockID) -> BlockNode { blocks[block.index] }

  /// The value's shape and element type.
  package func type(of value: ValueID) -> TensorType { values[value.index].type }

  /// The values that the function is called with.
  package var arguments: [ValueID] { self[body].arguments }

  /// The types of the arguments, in their order.
  package var argumentTypes: [TensorType] { arguments.map(type(of:)) }

  /// The values that the function returns; empty while it has no return.
  package var results: [ValueID] {
    guard let last = self[body].operations.last, self[last].operation == .control(.return) else {
      return []
    }
    return self[last].operands
  }

  /// The types of the results, in their order; empty while the function has no return.
  package var resultTypes: [TensorType] { results.map(type(of:)) }

  /// Whether the host may call it: some argument or result has a port.
  package var isEntry: Bool {
    argumentPorts.contains { $0 != nil } || resultPorts.contains { $0 != nil }
  }

  /// The block of a chain, as its type rule looks at it.
  package func fusedBlock(_ block: BlockID) -> FusedBlock<ValueID> {
    let node = self[block]
    return FusedBlock(
      arguments: node.arguments,
      steps: node.operations.dropLast().map { id in
        (self[id].operation, self[id].operands, self[id].results)
      },
      yielded: node.operations.last.map { self[$0].operands } ?? [], type: type(of:))
  }

  /// Whether an operation stands in the region of a chain, where only elementwise ones may.
  package func isFused(_ id: OperationID) -> Bool {
    guard let owner = self[id].parent.flatMap({ self[$0].owner }) else { return false }
    return self[owner].operation == .control(.fuse)
  }

  /// Every operation, those of regions after the operation they belong to, in order.
  package var allOperations: [OperationID] {
    var found: [OperationID] = []
    func visit(_ block: BlockID) {
      for operation in self[block].operations {
        found.append(operation)
        if let body = self[operation].body { visit(body) }
      }
    }
    visit(body)
    return found
  }
}
