import Foundations
import GraphIR
import Operations

/// A function, or the region of a chain, without name and numbers: two with equal forms compute the
/// same, on the same IPU.
struct FunctionForm: Hashable {
  private struct Step: Hashable {
    let operation: Operation
    let operands: [Int]
    let results: [TensorType]
    let regionArguments: [TensorType]
  }

  private let placement: Placement?
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
    self.init(function.body, function.allOperations, of: function, function.placement)
  }

  /// The form of a region that reads nothing from outside and holds no other one.
  init(region: BlockID, of function: Function) {
    self.init(region, function[region].operations, of: function, nil)
  }

  private init(
    _ block: BlockID, _ operations: [OperationID], of function: Function, _ placement: Placement?
  ) {
    self.placement = placement
    arguments = function[block].arguments.map(function.type(of:))
    // By distance from the first: a region's values lie close together.
    let all = operations.reduce(into: function[block].arguments) { all, id in
      all += function[id].results + (function[id].body.map { function[$0].arguments } ?? [])
    }
    let first = Int(all.min()?.number ?? 0)
    let last = Int(all.max()?.number ?? 0)
    var numbers = [Int](repeating: -1, count: last - first + 1)
    var next = 0
    func define(_ values: [ValueID]) {
      for value in values {
        numbers[Int(value.number) - first] = next
        next += 1
      }
    }
    define(function[block].arguments)
    for id in operations {
      let node = function[id]
      let region = node.body.map { function[$0].arguments } ?? []
      steps.append(
        Step(
          operation: node.operation,
          operands: node.operands.map { numbers[Int($0.number) - first] },
          results: node.results.map(function.type(of:)),
          regionArguments: region.map(function.type(of:))))
      define(node.results)
      define(region)
    }
  }
}

/// The functions of a module by what they compute, so that none is there twice.
struct FunctionCache {
  /// What functions that compute the same have in common, and others mostly have not: forms are made of
  /// those alone that share it.
  private struct Kind: Hashable {
    private let placement: Placement?
    private let argumentCount: Int
    private let operations: [Operation]

    init(_ function: Function) {
      placement = function.placement
      argumentCount = function.arguments.count
      operations = function.allOperations.map { function[$0].operation }
    }
  }

  private var functions: [Kind: [Function]] = [:]
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
      let kind = Kind(function)
      if let kept = Self.equal(to: function, in: functions[kind]) {
        replacements[name] = kept.name
      } else {
        functions[kind, default: []].append(function)
      }
    }
    hasMerged = !replacements.isEmpty
    module.remove(Set(replacements.keys))
  }

  /// The name of a function that computes this, which is put into the module where there is none.
  mutating func name(of function: Function, in module: inout Module) -> String {
    let kind = Kind(function)
    if let known = Self.equal(to: function, in: functions[kind]) { return known.name }
    while used.contains("outlined_\(next)") { next += 1 }
    let name = "outlined_\(next)"
    used.insert(name)
    var rewriter = Rewriter(function)
    rewriter.rename(to: name)
    module.insert(rewriter.function)
    functions[kind, default: []].append(rewriter.function)
    return name
  }

  private static func equal(to function: Function, in others: [Function]?) -> Function? {
    guard let others else { return nil }
    let form = FunctionForm(function)
    return others.first { FunctionForm($0) == form }
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
  var calleesFirst: [String] {
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
