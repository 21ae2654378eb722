import Foundations
import GraphIR
import Operations

/// Which arguments and results of a function are buffers in streaming memory.
struct StreamingSignature {
  /// The arguments, by number.
  var arguments: Set<Int> = []
  /// For each result that is a buffer, the argument that it is the next content of.
  var buffers: [Int: Int] = [:]

  /// What both say.
  func intersection(_ other: StreamingSignature) -> StreamingSignature {
    let common = arguments.intersection(other.arguments)
    return StreamingSignature(
      arguments: common,
      buffers: buffers.filter { other.buffers[$0.key] == $0.value && common.contains($0.value) })
  }
}

/// What becomes a buffer, function by function.
struct OffloadPlan {
  /// Of the functions that take a buffer, by name.
  private(set) var signatures: [String: StreamingSignature] = [:]

  init(_ module: Module, minimumByteCount: Int) {
    let ports = Self.statePorts(of: module, minimumByteCount)
    guard !ports.isEmpty else { return }
    var demands: [String: StreamingSignature] = [:]
    for name in module.calleesFirst.reversed() {
      guard let function = module[name] else { continue }
      let signature =
        function.isEntry
        ? function.signature(of: ports) : demands[name] ?? StreamingSignature()
      if !signature.arguments.isEmpty { signatures[name] = signature }
      for id in function.allOperations {
        guard case .control(.call(let callee)) = function[id].operation else { continue }
        let demand = function.demand(of: id, signature)
        demands[callee] = demands[callee]?.intersection(demand) ?? demand
      }
    }
  }

  /// The state that moves: large enough, updated, and read by the weight update alone, in each entry
  /// that knows it. The host keeps one tensor for all of them.
  private static func statePorts(of module: Module, _ minimumByteCount: Int) -> Set<Port> {
    let called = Set(module.functions.flatMap(\.callees))
    var uses = UpdateUses(module)
    var (moved, kept): (Set<Port>, Set<Port>) = ([], [])
    for function in module.functions where function.isEntry {
      let (results, resultTypes) = (function.stateResults, function.resultTypes)
      for (index, (port, type)) in zip(function.argumentPorts, function.argumentTypes).enumerated()
      {
        guard let port, port.role.isOptimizerState else { continue }
        let isMoved =
          type.memory == .tile && type.byteCount >= minimumByteCount
          && !called.contains(function.name)
          && results[port].map { resultTypes[$0] } == type
          && uses.areOutsideOfRepeats(argument: index, of: function)
        if isMoved { moved.insert(port) } else { kept.insert(port) }
      }
    }
    return moved.subtracting(kept)
  }
}

/// Where arguments are read, through calls; each argument of each function is looked at once.
private struct UpdateUses {
  private struct Place: Hashable {
    var function: String
    var argument: Int
  }

  private let module: Module
  private var known: [Place: Bool] = [:]

  init(_ module: Module) { self.module = module }

  /// Whether no repeat reads the argument: what accumulates over micro-batches is a repeat.
  mutating func areOutsideOfRepeats(argument: Int, of function: Function) -> Bool {
    let place = Place(function: function.name, argument: argument)
    if let answer = known[place] { return answer }
    let answer = function[function.arguments[argument]].uses.allSatisfy { use in
      let node = function[use.operation]
      switch node.operation {
      case .control(.repeat): return false
      case .control(.call(let callee)):
        guard let target = module[callee], node.parent == function.body else { return false }
        return areOutsideOfRepeats(argument: use.operand, of: target)
      default: return node.parent == function.body
      }
    }
    known[place] = answer
    return answer
  }
}

extension Function {
  /// Of an entry: the results that are the optimizer's state, by port.
  fileprivate var stateResults: [Port: Int] {
    var results: [Port: Int] = [:]
    results.reserveCapacity(resultPorts.count)
    for (result, port) in resultPorts.enumerated() {
      if let port, port.role.isOptimizerState { results[port] = result }
    }
    return results
  }

  /// Of an entry: the arguments and results of these ports.
  fileprivate func signature(of ports: Set<Port>) -> StreamingSignature {
    var signature = StreamingSignature()
    let results = stateResults
    for (argument, port) in argumentPorts.enumerated() {
      // Most ports are of parameters, which need not be looked up.
      guard let port, port.role.isOptimizerState, ports.contains(port),
        let result = results[port]
      else { continue }
      signature.arguments.insert(argument)
      signature.buffers[result] = argument
    }
    return signature
  }

  /// What a call could hand on as buffers: arguments that are buffers, and results that are only
  /// returned, as the next content of a buffer that is handed on.
  fileprivate func demand(
    of call: OperationID, _ signature: StreamingSignature
  ) -> StreamingSignature {
    let node = self[call]
    var demand = StreamingSignature()
    guard node.parent == body, !signature.arguments.isEmpty else { return demand }
    for (operand, value) in node.operands.enumerated() {
      guard case .argument(body, let argument) = self[value].definition,
        signature.arguments.contains(argument), node.operands.count(where: { $0 == value }) == 1
      else { continue }
      demand.arguments.insert(operand)
    }
    for (result, value) in node.results.enumerated() {
      guard let use = self[value].uses.first, self[value].uses.count == 1,
        self[use.operation].operation == .control(.return),
        let argument = signature.buffers[use.operand],
        let operand = node.operands.firstIndex(of: arguments[argument]),
        demand.arguments.contains(operand)
      else { continue }
      demand.buffers[result] = operand
    }
    return demand
  }
}
