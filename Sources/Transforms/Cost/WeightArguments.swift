import GraphIR
import Operations

/// Which arguments of a module's functions are weights: parameters that an entry takes, handed on by calls
/// whole, in part or under another shape.
struct WeightArguments {
  private var isWeight: [String: [Bool]] = [:]

  init(_ module: Module) {
    var pending: [String] = []
    for function in module.functions where function.isEntry {
      isWeight[function.name] = function.argumentPorts.map { $0?.role == .parameter }
      pending.append(function.name)
    }
    while let name = pending.popLast() {
      guard let function = module[name] else { continue }
      for (callee, flags) in calls(of: function) {
        guard let target = module[callee] else { continue }
        let before = isWeight[callee] ?? target.arguments.map { _ in false }
        let after = zip(before, flags).map { $0 || $1 }
        if isWeight[callee] == nil || after != before { pending.append(callee) }
        isWeight[callee] = after
      }
    }
  }

  /// For each argument whether it is a weight, in some call at least.
  func arguments(of function: Function) -> [Bool] {
    isWeight[function.name] ?? function.arguments.map { _ in false }
  }

  /// The bytes of the arguments that are weights.
  func bytes(of function: Function) -> Int {
    zip(function.argumentTypes, arguments(of: function)).reduce(0) {
      $1.1 ? $0 + $1.0.byteCount : $0
    }
  }

  /// Each callee, with which of its operands are weights.
  private func calls(of function: Function) -> [(callee: String, flags: [Bool])] {
    var weights = Set(
      zip(function.arguments, arguments(of: function)).lazy.filter(\.1).map(\.0))
    var calls: [(String, [Bool])] = []
    for id in function.allOperations {
      let node = function[id]
      switch node.operation {
      case .control(.call(let callee)):
        calls.append((callee, node.operands.map(weights.contains)))
      case .movement(.slice), .movement(.reshape), .movement(.transpose):
        if weights.contains(node.operands[0]) { weights.insert(node.results[0]) }
      default: break
      }
    }
    return calls
  }
}
