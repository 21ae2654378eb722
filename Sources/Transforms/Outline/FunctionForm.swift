import Foundations
import GraphIR
import Operations

/// A function without its name and its numbers: two with equal forms compute the same.
struct FunctionForm: Hashable {
  private struct Step: Hashable {
    let operation: Operation
    let operands: [Int]
    let results: [TensorType]
    let regionArguments: [TensorType]
  }

  private let arguments: [TensorType]
  private var steps: [Step] = []

  /// By the operations: functions of the same ones are few, and comparing them is cheaper than to hash
  /// every operand and type.
  func hash(into hasher: inout Hasher) {
    hasher.combine(arguments.count)
    for step in steps { hasher.combine(step.operation) }
  }

  /// The form of a function.
  init(_ function: Function) {
    arguments = function.argumentTypes
    var numbers = [Int](repeating: -1, count: function.values.count)
    var next = 0
    func define(_ values: [ValueID]) {
      for value in values {
        numbers[Int(value.number)] = next
        next += 1
      }
    }
    define(function.arguments)
    for id in function.allOperations {
      let node = function[id]
      let region = node.body.map { function[$0].arguments } ?? []
      steps.append(
        Step(
          operation: node.operation, operands: node.operands.map { numbers[Int($0.number)] },
          results: node.results.map(function.type(of:)),
          regionArguments: region.map(function.type(of:))))
      define(node.results)
      define(region)
    }
  }
}

/// The functions of a module by what they compute, so that none is there twice.
struct FunctionCache {
  private var names: [FunctionForm: String] = [:]
  private var used: Set<String>
  private var next = 0
  /// Whether two functions were equal.
  let hasMerged: Bool

  /// Makes the calls of equal functions name the first of them, drops the others, and remembers what
  /// is left. Entry functions stay apart: the host calls them by name.
  init(merging module: inout Module) {
    used = Set(module.functions.map(\.name))
    var replacements: [String: String] = [:]
    for name in module.calleesFirst {
      guard var function = module[name] else { continue }
      if function.rename(calls: replacements) { module.insert(function) }
      guard !function.isEntry else { continue }
      let form = FunctionForm(function)
      if let kept = names[form] {
        replacements[name] = kept
      } else {
        names[form] = name
      }
    }
    hasMerged = !replacements.isEmpty
    module.remove(Set(replacements.keys))
  }

  /// The name of a function that computes this, which is put into the module where there is none.
  mutating func name(of function: Function, in module: inout Module) -> String {
    let form = FunctionForm(function)
    if let known = names[form] { return known }
    while used.contains("outlined_\(next)") { next += 1 }
    let name = "outlined_\(next)"
    used.insert(name)
    names[form] = name
    var rewriter = Rewriter(function)
    rewriter.rename(to: name)
    module.insert(rewriter.function)
    return name
  }
}

extension Function {
  /// Whether some call was renamed.
  fileprivate mutating func rename(calls names: [String: String]) -> Bool {
    guard callees.contains(where: { names[$0] != nil }) else { return false }
    var rewriter = Rewriter(self)
    for id in allOperations {
      guard case .control(.call(let callee)) = self[id].operation, let name = names[callee] else {
        continue
      }
      rewriter.setOperation(id, to: .control(.call(name)))
    }
    self = rewriter.function
    return true
  }
}

extension Module {
  /// The names of the functions, each behind those that it calls, else in the module's order.
  fileprivate var calleesFirst: [String] {
    var order: [String] = []
    var visited: Set<String> = []
    func visit(_ name: String) {
      guard visited.insert(name).inserted, let function = self[name] else { return }
      for callee in function.callees { visit(callee) }
      order.append(name)
    }
    for function in functions { visit(function.name) }
    return order
  }

  fileprivate mutating func remove(_ names: Set<String>) {
    guard !names.isEmpty else { return }
    var kept = Module()
    for function in functions where !names.contains(function.name) { kept.insert(function) }
    self = kept
  }
}
