import GraphIR
import Operations

/// The functions that an entry calls, with their groups and how they are split; each is looked at once.
struct UpdateFunctions {
  let module: Module
  let replicas: Int
  /// The functions that take parts, in the order in which they were made.
  private(set) var made: [Function] = []
  private var known: [String: PartGroups] = [:]
  private var splits: [Form: SplitFunction] = [:]
  private var names: Set<String>

  private struct Form: Hashable {
    var function: String
    var active: Set<Int>
  }

  init(_ module: Module, replicas: Int) {
    self.module = module
    self.replicas = replicas
    names = Set(module.functions.map(\.name))
  }

  /// The groups of a function of the module. Recurses by the depth of calls.
  mutating func groups(of function: Function) -> PartGroups {
    if let groups = known[function.name] { return groups }
    var callees: [String: (function: Function, groups: PartGroups)] = [:]
    for name in function.callees where callees[name] == nil {
      if let callee = module[name] { callees[name] = (callee, groups(of: callee)) }
    }
    let groups = PartGroups(function, callees: callees)
    known[function.name] = groups
    return groups
  }

  /// How a function is split where the tensors of some of its groups are in parts. Recurses by the depth
  /// of calls.
  mutating func split(_ function: Function, active: Set<Int>) -> SplitFunction {
    let form = Form(function: function.name, active: active)
    if let split = splits[form] { return split }
    let groups = groups(of: function)
    var calls: [OperationID: (callee: Function, split: SplitFunction)] = [:]
    for id in function[function.body].operations {
      let node = function[id]
      guard case .control(.call(let name)) = node.operation, let callee = module[name] else {
        continue
      }
      let inner = self.groups(of: callee)
      var activeInside: Set<Int> = []
      for (value, outer) in zip(
        callee.arguments + callee.results, node.operands + node.results)
      {
        if let number = groups.group(of: outer), active.contains(number),
          let innerNumber = inner.group(of: value)
        {
          activeInside.insert(innerNumber)
        }
      }
      if !activeInside.isEmpty {
        calls[id] = (callee, split(callee, active: activeInside))
      }
    }
    var splitter = FunctionSplitter(
      function, groups, active: active, replicas: replicas, calls: calls)
    var names = names
    let split = splitter.split { phase, count in
      Self.name(function.name, phase, of: count, &names)
    }
    self.names = names
    splits[form] = split
    made += split.phases.map(\.function)
    return split
  }

  /// `_sharded` for a function that stays one; else `_before` the sums over the replicas and `_after`
  /// them.
  private static func name(
    _ function: String, _ phase: Int, of count: Int, _ names: inout Set<String>
  ) -> String {
    let base =
      switch phase {
      case 0: count == 1 ? "\(function)_sharded" : "\(function)_before"
      case 1: "\(function)_after"
      default: "\(function)_after_\(phase)"
      }
    var name = base
    var number = 2
    while !names.insert(name).inserted {
      name = "\(base)_form_\(number)"
      number += 1
    }
    return name
  }
}
