import Foundations
import Operations

extension Rewriter {
  /// Copies an operation of another function, with its region, to the end of the body.
  /// - Parameter copies: what stands for each value of the other function; gets the results.
  /// - Returns: the copy.
  @discardableResult
  package mutating func copy(
    _ id: OperationID, of source: Function, _ copies: inout ValueMap
  ) -> OperationID? {
    insertionPoint = .end(function.body)
    insertCopy(id, of: source, &copies)
    return function[function.body].operations.last
  }

  private mutating func insertCopy(
    _ id: OperationID, of source: Function, _ copies: inout ValueMap
  ) {
    let node = source[id]
    let types = node.results.map(source.type(of:))
    guard let body = node.body else {
      copies.set(
        node.results, to: insert(node.operation, copies[node.operands], resultTypes: types))
      return
    }
    let arguments = source[body].arguments
    let copy = insertWithBody(
      node.operation, copies[node.operands], resultTypes: types,
      argumentTypes: arguments.map(source.type(of:)))
    copies.set(arguments, to: copy.arguments)
    let outer = insertionPoint
    insertionPoint = .end(copy.body)
    for inner in source[body].operations { insertCopy(inner, of: source, &copies) }
    insertionPoint = outer
    copies.set(node.results, to: copy.results)
  }
}

extension Function {
  /// The operation that a value is a result of, nil for an argument.
  package func operation(defining value: ValueID) -> OperationID? {
    if case .result(let id, _) = self[value].definition { id } else { nil }
  }

  /// The operands of an operation, and what the operations of its region read.
  package func valuesRead(by id: OperationID) -> [ValueID] {
    guard let body = self[id].body else { return self[id].operands }
    return self[id].operands + self[body].operations.flatMap(valuesRead)
  }
}
