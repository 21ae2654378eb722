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
  package internal(set) var function: Function
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

  /// Gives an operation results after those that it has.
  /// - Returns: all of its results.
  mutating func addResults(_ types: [TensorType], to id: OperationID) -> [ValueID] {
    var results = function.operations[id.index].results
    results.reserveCapacity(results.count + types.count)
    for type in types {
      results.append(ValueID(function.values.count))
      function.values.append(
        ValueNode(type: type, definition: .result(id, index: results.count - 1), uses: []))
    }
    function.operations[id.index].results = results
    return results
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

  /// Puts another operation in place of one, with the same operands and with results of these types
  /// after those that are there.
  /// - Returns: all results.
  @discardableResult
  package mutating func setOperation(
    _ id: OperationID, to operation: Operation, addingResults types: [TensorType]
  ) -> [ValueID] {
    setOperation(id, to: operation)
    return addResults(types, to: id)
  }

  /// Puts the operations of a block in another order; `order` holds each of them once. Whether
  /// definitions stand before uses is the caller's affair.
  package mutating func reorder(_ block: BlockID, _ order: [OperationID]) {
    precondition(
      isOrder(order, of: block), "an order holds the operations of its block, each once")
    function.blocks[block.index].operations = order
  }

  private func isOrder(_ order: [OperationID], of block: BlockID) -> Bool {
    guard order.count == function.blocks[block.index].operations.count else { return false }
    var isSeen = Array(repeating: false, count: function.operations.count)
    for id in order {
      guard function.operations[id.index].parent == block, !isSeen[id.index] else { return false }
      isSeen[id.index] = true
    }
    return true
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
}
