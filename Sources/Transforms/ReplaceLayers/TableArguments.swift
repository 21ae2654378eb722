import GraphIR
import Operations

/// Which arguments of a module's functions are embedding tables: whole, and looked up with a padding
/// index. A table that a function passes on is one in both functions, so that the projection is found
/// where it stands in another function than the lookup.
struct TableArguments {
  private var tables: [String: Set<Int>] = [:]

  /// The numbers of the arguments of a function that are tables.
  subscript(name: String) -> Set<Int> { tables[name] ?? [] }

  /// The tables of a valid module.
  init(_ module: Module) {
    let flow = ArgumentFlow(module)
    var isTable = flow.noArguments
    for (number, function) in module.functions.enumerated() {
      for id in function[function.body].operations {
        guard case .indexing(.gatherRows(_?)) = function[id].operation,
          let argument = function.argumentNumber(of: function[id].operands[0])
        else { continue }
        isTable[number][argument] = !flow.isPart[number][argument]
      }
    }
    // Up to callers and down to callees again, until nothing is added.
    var grows = true
    while grows {
      grows = false
      for edge in flow.edges where !flow.isPart[edge.callee][edge.argument] {
        guard let source = edge.source,
          isTable[edge.caller][source] != isTable[edge.callee][edge.argument]
        else { continue }
        isTable[edge.caller][source] = true
        isTable[edge.callee][edge.argument] = true
        grows = true
      }
    }
    for (function, flags) in zip(module.functions, isTable) {
      tables[function.name] = Set(flags.indices.filter { flags[$0] })
    }
  }
}

/// What the functions of a module hand to each other. Functions go by their place in the module.
private struct ArgumentFlow {
  /// An operand of a call: what it is in the caller, and which argument of the callee.
  struct Edge {
    var caller: Int
    /// The argument of the caller that is passed on; nil for what the caller made.
    var source: Int?
    var callee: Int
    var argument: Int
  }

  private(set) var edges: [Edge] = []
  /// For each function and argument, whether it is not, or not always, whole: some caller passes what it
  /// made itself, such as a slice, or what is not whole there.
  private(set) var isPart: [[Bool]]
  /// `false` for each function and argument.
  let noArguments: [[Bool]]

  init(_ module: Module) {
    noArguments = module.functions.map { $0.arguments.map { _ in false } }
    isPart = noArguments
    let places = Dictionary(
      module.functions.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { _, last in last })
    for (caller, function) in module.functions.enumerated() {
      for id in function.allOperations {
        guard case .control(.call(let name)) = function[id].operation, let callee = places[name]
        else { continue }
        for (argument, operand) in function[id].operands.enumerated() {
          edges.append(
            Edge(
              caller: caller, source: function.argumentNumber(of: operand), callee: callee,
              argument: argument))
        }
      }
    }
    findParts()
  }

  private mutating func findParts() {
    var grows = true
    while grows {
      grows = false
      for edge in edges where !isPart[edge.callee][edge.argument] {
        guard edge.source.map({ isPart[edge.caller][$0] }) ?? true else { continue }
        isPart[edge.callee][edge.argument] = true
        grows = true
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
