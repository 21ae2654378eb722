import GraphIR
import Operations

/// Which arguments of a module's functions are embedding tables: whole, and looked up with a padding
/// index. A table that a function passes on is one in both functions, so that the projection is found
/// where it stands in another function than the lookup.
struct TableArguments {
  private var tables: [String: Set<Int>] = [:]

  /// The numbers of the arguments of a function that are tables.
  subscript(name: String) -> Set<Int> { tables[name] ?? [] }

  /// An operand of a call: what it is in the caller, and which argument of the callee.
  private struct Edge {
    var caller: String
    /// The argument of the caller that is passed on; nil for what the caller made.
    var source: Int?
    var callee: String
    var argument: Int
  }

  /// The tables of a valid module.
  init(_ module: Module) {
    let edges = module.functions.flatMap(Self.edges)
    let parts = Self.parts(edges)
    for function in module.functions {
      for id in function[function.body].operations {
        guard case .indexing(.gatherRows(_?)) = function[id].operation,
          let argument = function.argumentNumber(of: function[id].operands[0]),
          !(parts[function.name]?.contains(argument) ?? false)
        else { continue }
        tables[function.name, default: []].insert(argument)
      }
    }
    // Up to callers and down to callees again, until nothing is added.
    var grows = !tables.isEmpty
    while grows {
      grows = false
      for edge in edges {
        guard let source = edge.source, !(parts[edge.callee]?.contains(edge.argument) ?? false)
        else { continue }
        let isTable = self[edge.caller].contains(source)
        let isTableInside = self[edge.callee].contains(edge.argument)
        guard isTable != isTableInside else { continue }
        tables[edge.caller, default: []].insert(source)
        tables[edge.callee, default: []].insert(edge.argument)
        grows = true
      }
    }
  }

  /// Arguments that are not, or not always, whole: some caller passes what it made itself, such as a
  /// slice, or what is not whole there.
  private static func parts(_ edges: [Edge]) -> [String: Set<Int>] {
    var parts: [String: Set<Int>] = [:]
    var grows = true
    while grows {
      grows = false
      for edge in edges {
        let isPart = edge.source.map { parts[edge.caller]?.contains($0) ?? false } ?? true
        if isPart, parts[edge.callee, default: []].insert(edge.argument).inserted { grows = true }
      }
    }
    return parts
  }

  private static func edges(of function: Function) -> [Edge] {
    function.allOperations.flatMap { id -> [Edge] in
      guard case .control(.call(let callee)) = function[id].operation else { return [] }
      return function[id].operands.enumerated().map { index, operand in
        Edge(
          caller: function.name, source: function.argumentNumber(of: operand), callee: callee,
          argument: index)
      }
    }
  }
}

extension Function {
  /// The place of a value among the function's arguments, nil for any other value.
  fileprivate func argumentNumber(of value: ValueID) -> Int? {
    guard case .argument(body, let index) = self[value].definition else { return nil }
    return index
  }
}
