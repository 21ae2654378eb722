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
    let node = source[id]
    insertCopy(of: node, from: source, reading: copies[node.operands], &copies)
    return function[function.body].operations.last
  }

  /// Inserts a copy of another function's operation, with its region. Values that the region reads
  /// from outside are those of the map, which gets the results.
  package mutating func insertCopy(
    of node: OperationNode, from source: Function, reading operands: [ValueID],
    _ map: inout ValueMap
  ) {
    let types = node.results.map(source.type(of:))
    guard let region = node.body else {
      map.set(node.results, to: insert(node.operation, operands, resultTypes: types))
      return
    }
    let (results, block, arguments) = insertWithBody(
      node.operation, operands, resultTypes: types,
      argumentTypes: source[region].arguments.map(source.type(of:)))
    map.set(source[region].arguments, to: arguments)
    let outer = insertionPoint
    insertionPoint = .end(block)
    for id in source[region].operations {
      insertCopy(of: source[id], from: source, reading: map[source[id].operands], &map)
    }
    insertionPoint = outer
    map.set(node.results, to: results)
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
