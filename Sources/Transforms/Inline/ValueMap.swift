import GraphIR

/// Which value of a function under construction stands for each value of one that is copied.
struct ValueMap {
  private var values: [ValueID?]

  init(for function: Function) {
    values = Array(repeating: nil, count: function.values.count)
  }

  /// The value that stands for an old one, which must be defined before it is read.
  subscript(old: ValueID) -> ValueID {
    get {
      guard let value = values[Int(old.number)] else {
        preconditionFailure("\(old) is copied before its definition: the module is not valid")
      }
      return value
    }
    set { values[Int(old.number)] = newValue }
  }

  /// The values that stand for old ones.
  subscript(old: [ValueID]) -> [ValueID] { old.map { self[$0] } }

  /// Makes each new value stand for the old one of its place.
  mutating func set(_ old: [ValueID], to new: [ValueID]) {
    for (value, replacement) in zip(old, new) { self[value] = replacement }
  }
}

extension Rewriter {
  /// Inserts a copy of another function's operation, with its region. Values that the region reads
  /// from outside are those of the map, which gets the results.
  mutating func insertCopy(
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
