import Foundations
import Operations

/// Where the next operation goes.
package enum InsertionPoint: Hashable, Sendable {
  case end(BlockID)
  case before(OperationID)
}

/// The only door through which a function changes: it keeps the chains from definitions to uses.
///
/// It holds the function while it works; read it from `function` and put it into a module when done.
/// Misuse (an operand of another function, a type rule broken) is a bug of the caller's and stops the
/// program; what comes from outside enters through the parser, which throws, and the verifier.
package struct Rewriter: Sendable {
  /// The function as it now is.
  package private(set) var function: Function
  /// Where the next operation goes.
  package var insertionPoint: InsertionPoint

  /// Takes a function over, to insert at the end of its body.
  package init(_ function: consuming Function) {
    insertionPoint = .end(BlockID(0))
    self.function = function
  }

  /// Begins an empty function.
  package init(functionNamed name: String) {
    self.init(Function(name: name))
  }

  /// The value's shape and element type.
  package func type(of value: ValueID) -> TensorType { function.type(of: value) }

  /// Gives the function another name; calls of the old one stay as they are.
  package mutating func rename(to name: String) { function.name = name }

  /// Says which stage and IPU the function belongs to; nil for none.
  package mutating func place(_ placement: Placement?) { function.placement = placement }

  /// Adds an argument to the function's body.
  package mutating func addArgument(_ type: TensorType, port: Port? = nil) -> ValueID {
    function.argumentPorts.append(port)
    return addArgument(type, to: function.body)
  }

  mutating func addArgument(_ type: TensorType, to block: BlockID) -> ValueID {
    let index = function.blocks[block.index].arguments.count
    let value = ValueID(function.values.count)
    function.values.append(
      ValueNode(type: type, definition: .argument(block, index: index), uses: []))
    function.blocks[block.index].arguments.append(value)
    return value
  }

  /// Inserts an operation whose result types follow from its operands.
  @discardableResult
  package mutating func insert(_ operation: Operation, _ operands: [ValueID]) -> [ValueID] {
    let types: [TensorType]?
    do {
      types = try operation.resultTypes(of: operands.map(type(of:)))
    } catch {
      preconditionFailure("'\(operation.mnemonic)' in @\(function.name): \(error)")
    }
    guard let types else {
      preconditionFailure("the result types of '\(operation.mnemonic)' must be given")
    }
    return insert(operation, operands, resultTypes: types)
  }

  /// Inserts an operation with the given result types, unchecked: the verifier judges it.
  @discardableResult
  package mutating func insert(
    _ operation: Operation, _ operands: [ValueID], resultTypes: [TensorType]
  ) -> [ValueID] {
    insertOperation(operation, operands, resultTypes: resultTypes, hasBody: false).results
  }

  /// Inserts an operation that has a region; the block takes arguments of `argumentTypes`.
  package mutating func insertWithBody(
    _ operation: Operation, _ operands: [ValueID], resultTypes: [TensorType],
    argumentTypes: [TensorType]
  ) -> (results: [ValueID], body: BlockID, arguments: [ValueID]) {
    let (results, id) = insertOperation(
      operation, operands, resultTypes: resultTypes, hasBody: true)
    guard let body = function[id].body else { preconditionFailure("just made with a body") }
    let arguments = argumentTypes.map { addArgument($0, to: body) }
    return (results, body, arguments)
  }

  private mutating func insertOperation(
    _ operation: Operation, _ operands: [ValueID], resultTypes: [TensorType], hasBody: Bool
  ) -> (results: [ValueID], id: OperationID) {
    let id = OperationID(function.operations.count)
    var body: BlockID?
    if hasBody {
      body = BlockID(function.blocks.count)
      function.blocks.append(BlockNode(arguments: [], operations: [], owner: id))
    }
    let parent: BlockID
    switch insertionPoint {
    case .end(let block):
      parent = block
      function.blocks[block.index].operations.append(id)
    case .before(let other):
      guard let block = function[other].parent,
        let position = function[block].operations.firstIndex(of: other)
      else { preconditionFailure("the insertion point was erased") }
      parent = block
      function.blocks[block.index].operations.insert(id, at: position)
    }
    function.operations.append(
      OperationNode(
        operation: operation, operands: operands, results: [], body: body, parent: parent))
    for (index, operand) in operands.enumerated() {
      function.values[operand.index].uses.append(Use(operation: id, operand: index))
    }
    return (addResults(resultTypes, to: id), id)
  }

  mutating func addResults(_ types: [TensorType], to id: OperationID) -> [ValueID] {
    for type in types {
      let index = function[id].results.count
      function.operations[id.index].results.append(ValueID(function.values.count))
      function.values.append(
        ValueNode(type: type, definition: .result(id, index: index), uses: []))
    }
    return function[id].results
  }

  /// Ends the function with its results.
  package mutating func `return`(_ values: [ValueID], ports: [Port?]? = nil) {
    function.resultPorts = ports ?? Array(repeating: nil, count: values.count)
    insertionPoint = .end(function.body)
    insert(.control(.return), values, resultTypes: [])
  }

  /// Makes every reader of `old` read `new`.
  package mutating func replaceAllUses(of old: ValueID, with new: ValueID) {
    precondition(type(of: old) == type(of: new), "a value is replaced by one of its type")
    guard old != new else { return }
    let uses = function[old].uses
    for use in uses {
      function.operations[use.operation.index].operands[use.operand] = new
    }
    function.values[old.index].uses = []
    function.values[new.index].uses += uses
  }

  /// Makes one operand another value.
  package mutating func setOperand(_ index: Int, of operation: OperationID, to value: ValueID) {
    let use = Use(operation: operation, operand: index)
    let old = function[operation].operands[index]
    function.values[old.index].uses.removeAll { $0 == use }
    function.operations[operation.index].operands[index] = value
    function.values[value.index].uses.append(use)
  }

  /// Puts another operation in place of one, with the same operands and result types.
  package mutating func setOperation(_ id: OperationID, to operation: Operation) {
    function.operations[id.index].operation = operation
  }

  /// Puts the operations of a block in another order; `order` holds each of them once. Whether
  /// definitions stand before uses is the caller's affair.
  package mutating func reorder(_ block: BlockID, _ order: [OperationID]) {
    precondition(
      order.count == function[block].operations.count
        && order.allSatisfy { function[$0].parent == block } && Set(order).count == order.count,
      "an order holds the operations of its block, each once")
    function.blocks[block.index].operations = order
  }

  /// Puts another operation with other operands in place of one; results, and so their readers, stay.
  package mutating func replace(
    _ id: OperationID, by operation: Operation, _ operands: [ValueID]
  ) {
    let old = function[id]
    precondition(
      (try? operation.resultTypes(of: operands.map(type(of:)))) == old.results.map(type(of:)),
      "'\(operation.mnemonic)' in place of '\(old.operation.mnemonic)' gives other types")
    removeUses(by: id)
    function.operations[id.index].operation = operation
    function.operations[id.index].operands = operands
    for (index, operand) in operands.enumerated() {
      function.values[operand.index].uses.append(Use(operation: id, operand: index))
    }
  }

  private mutating func removeUses(by id: OperationID) {
    for operand in Set(function[id].operands) {
      function.values[operand.index].uses.removeAll { $0.operation == id }
    }
  }

  /// Erases operations without regions, whose results nothing reads but others of them: each block is
  /// walked once, however many there are.
  package mutating func erase(_ ids: [OperationID]) {
    var blocks: Set<BlockID> = []
    for id in ids {
      precondition(function[id].body == nil, "an operation with a region is erased by itself")
      removeUses(by: id)
      if let parent = function[id].parent { blocks.insert(parent) }
      function.operations[id.index].operands = []
      function.operations[id.index].parent = nil
    }
    precondition(
      ids.allSatisfy { function[$0].results.allSatisfy { function[$0].uses.isEmpty } },
      "an operation in use is not erased")
    for block in blocks {
      let kept = function[block].operations.filter { function[$0].parent != nil }
      function.blocks[block.index].operations = kept
    }
  }

  /// Erases an operation, and its region with it; nothing may read its results.
  package mutating func erase(_ id: OperationID) {
    let node = function[id]
    precondition(
      node.results.allSatisfy { function[$0].uses.isEmpty }, "an operation in use is not erased")
    if let body = node.body {
      for inner in function[body].operations.reversed() { erase(inner) }
    }
    for (index, operand) in node.operands.enumerated() {
      function.values[operand.index].uses.removeAll { $0 == Use(operation: id, operand: index) }
    }
    if let parent = node.parent {
      function.blocks[parent.index].operations.removeAll { $0 == id }
    }
    function.operations[id.index].operands = []
    function.operations[id.index].parent = nil
  }
}
