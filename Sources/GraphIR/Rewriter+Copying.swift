import Foundations
import Operations

extension Rewriter {
  /// Copies an operation of another function, with its region, to the end of the body.
  /// - Parameter copies: what stands for each value of the other function; gets the results.
  /// - Returns: the copy.
  @discardableResult
  package mutating func copy(
    _ id: OperationID, of source: Function, _ copies: inout [ValueID: ValueID]
  ) -> OperationID? {
    insertionPoint = .end(function.body)
    insertCopy(of: id, in: source, &copies)
    return function[function.body].operations.last
  }

  /// Copies an operation of another function, with its region, to the insertion point, which is the end
  /// of a block.
  /// - Parameter copies: what stands for each value of the other function; gets the results.
  package mutating func insertCopy(
    of id: OperationID, in source: Function, _ copies: inout [ValueID: ValueID]
  ) {
    let node = source[id]
    let operands = node.operands.map { operand in
      guard let copy = copies[operand] else {
        preconditionFailure("\(operand) of @\(source.name) is copied before it is read")
      }
      return copy
    }
    let types = node.results.map(source.type(of:))
    guard let body = node.body else {
      let results = insert(node.operation, operands, resultTypes: types)
      for (value, copy) in zip(node.results, results) { copies[value] = copy }
      return
    }
    let arguments = source[body].arguments
    let copy = insertWithBody(
      node.operation, operands, resultTypes: types,
      argumentTypes: arguments.map(source.type(of:)))
    for (value, copy) in zip(arguments, copy.arguments) { copies[value] = copy }
    let outer = insertionPoint
    insertionPoint = .end(copy.body)
    for inner in source[body].operations { insertCopy(of: inner, in: source, &copies) }
    insertionPoint = outer
    for (value, copy) in zip(node.results, copy.results) { copies[value] = copy }
  }

  /// Erases the operations of the body whose results nothing reads and that do nothing else.
  package mutating func removeUnreadOperations() {
    for id in function[function.body].operations.reversed() {
      let node = function[id]
      let isRead = node.results.contains { !function[$0].uses.isEmpty }
      if !isRead && !node.operation.hasEffect { erase(id) }
    }
  }
}

extension Function {
  /// The operation that a value is a result of, nil for an argument.
  package func operation(defining value: ValueID) -> OperationID? {
    if case .result(let id, _) = self[value].definition { id } else { nil }
  }

  /// The operands of an operation, and what the operations of its region read.
  package func valuesRead(by id: OperationID) -> [ValueID] {
    let inner = self[id].body.map { self[$0].operations.flatMap(valuesRead(by:)) } ?? []
    return self[id].operands + inner
  }
}
