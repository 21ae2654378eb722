import Foundations
import Operations

/// An invariant that a module breaks: where, and how.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
  /// The name of the function, without the text's `@`.
  package var function: String
  /// The operation as the text spells it, where one is to blame.
  package var operation: String?
  /// Which invariant is broken, with the types or numbers that break it.
  package var message: String

  package var description: String {
    "@\(function): " + (operation.map { "\($0): " } ?? "") + message
  }
}

/// Collects every violation of the invariants of graphs, in the order of the text.
///
/// Functions:
/// 1. A function's body ends with `func.return`; a region's block with `tessera.yield`; terminators
///    stand nowhere else.
/// 2. Every argument and result has a port or none has; ports of one role and name are not repeated.
///    Sharded ports are those of moments, on both sides or on none.
/// 3. A function has a name, and no other function has it.
///
/// Operations:
/// 4. An operand is defined before its use, in the same block or in one around it.
/// 5. Result types are those of the operation's type rule.
/// 6. Only `tessera.repeat` and `tessera.fuse` have a region, and they always have one.
///
/// Control:
/// 7. A call names a function of the module, with operands and results of its types.
/// 8. No function calls itself, directly or by way of others.
/// 9. A repeat's block takes an i32 scalar and the carried types, yields the carried types, and results
///    are of the carried types.
///
/// Placement:
/// 10. Collectives stand in the body of a function that no function calls: replicas meet only there.
///     Those that split tensors are for one number of replicas.
/// 11. A host stream has one type.
/// 12. Stages and IPUs have numbers from 0, and all functions of a stage one IPU; a function of a
///     stage calls none of another.
///
/// Chains:
/// 13. The region of `tessera.fuse` is a chain of elementwise operations of one shape; see
///     `FusedBlock`.
package struct Verifier {
  private let module: Module
  private var violations: [Violation] = []

  private init(_ module: Module) {
    self.module = module
  }

  /// All violations of `module`; empty where it is valid.
  /// - Parameter valid: a valid module that `module` may have functions of. What these are by themselves
  ///   is not looked at again.
  package static func violations(in module: Module, changedFrom valid: Module? = nil) -> [Violation]
  {
    var verifier = Verifier(module)
    verifier.verifyNames()
    let unchanged = valid.map(module.functionsUnchanged(since:)) ?? []
    for function in module.functions where !unchanged.contains(function.name) {
      verifier.verify(function)
      // Ports mostly stay where operations change.
      if valid?[function.name].map(function.hasPorts(of:)) != true {
        verifier.verifyPorts(function)
      }
    }
    verifier.verifyCallGraph()
    verifier.verifyStreams()
    verifier.verifyPlacements()
    return verifier.violations
  }

  /// Throws an internal error that lists the violations, naming what had just run; `valid` as in
  /// `violations(in:changedFrom:)`.
  package static func check(
    _ module: Module, after stage: String, changedFrom valid: Module? = nil
  ) throws {
    let violations = violations(in: module, changedFrom: valid)
    guard violations.isEmpty else {
      throw TesseraError(
        .internalError, code: .invalidIR,
        "the graph is not valid after \(stage): \(violations.count) invariants are broken",
        notes: violations.prefix(10).map(\.description))
    }
  }

  private mutating func report(
    _ message: String, _ function: Function, _ operation: OperationID? = nil
  ) {
    violations.append(
      Violation(
        function: function.name,
        operation: operation.map { FunctionPrinter.line(of: $0, in: function) },
        message: message))
  }

  private mutating func verifyNames() {
    var seen: Set<String> = []
    for function in module.functions {
      if function.name.isEmpty { report("the function has no name", function) }
      if !seen.insert(function.name).inserted {
        report("another function has this name", function)
      }
    }
  }

  private mutating func verify(_ function: Function) {
    var defined = ValueSet(for: function)
    verify(function.body, of: function, terminator: .return, &defined)
  }

  private mutating func verifyPorts(_ function: Function) {
    verifyPorts(function.argumentPorts, "argument", function)
    verifyPorts(function.resultPorts, "result", function)
    verifySharding(function)
  }

  private mutating func verifySharding(_ function: Function) {
    let ports = (function.argumentPorts + function.resultPorts).compactMap { $0 }
    guard ports.contains(where: \.isSharded) else { return }
    let given = Set(ports)
    for port in ports where port.isSharded {
      var whole = port
      whole.isSharded = false
      if !port.role.isOptimizerState || given.contains(whole) {
        report(
          "the port \(port.role.rawValue) '\(port.name)' must not be sharded, or not on one side only",
          function)
      }
    }
  }

  private mutating func verifyPorts(_ ports: [Port?], _ kind: String, _ function: Function) {
    let given = ports.compactMap { $0 }
    if !given.isEmpty && given.count != ports.count {
      report("some \(kind)s have ports and some have none", function)
    }
    var seen = Set<Port>(minimumCapacity: given.count)
    for port in given where !seen.insert(port).inserted {
      report("the \(kind) port \(port.role.rawValue) '\(port.name)' is repeated", function)
    }
  }

  private mutating func verify(
    _ block: BlockID, of function: Function, terminator: Control, _ defined: inout ValueSet
  ) {
    let node = function[block]
    defined.insert(node.arguments)
    if node.operations.last.map({ function[$0].operation }) != .control(terminator) {
      report("a block must end with \(terminator.mnemonic)", function, node.operations.last)
    }
    for id in node.operations {
      let operation = function[id]
      if operation.operation.isTerminator && id != node.operations.last {
        report("a terminator must be the last operation of its block", function, id)
      }
      for (index, operand) in operation.operands.enumerated() where !defined.contains(operand) {
        report("operand \(index) is not defined before its use", function, id)
      }
      verifyTypes(id, operation, function)
      verifyRegion(id, operation, function, &defined)
      defined.insert(operation.results)
    }
    defined.remove(node.arguments)
    for id in node.operations { defined.remove(function[id].results) }
  }

  private mutating func verifyTypes(
    _ id: OperationID, _ node: OperationNode, _ function: Function
  ) {
    if case .control(.call(let callee)) = node.operation {
      return verifyCall(id, callee, node, function)
    }
    if node.operation.isTerminator && !node.results.isEmpty {
      return report("a terminator has no results", function, id)
    }
    do {
      let operands = node.operands.map(function.type(of:))
      guard let expected = try node.operation.resultTypes(of: operands) else { return }
      let results = node.results.map(function.type(of:))
      if results != expected {
        report("results are \(results), the type rule gives \(expected)", function, id)
      }
    } catch {
      report("\(error)", function, id)
    }
  }

  private mutating func verifyCall(
    _ id: OperationID, _ callee: String, _ node: OperationNode, _ function: Function
  ) {
    guard let target = module[callee] else {
      return report("there is no function @\(callee)", function, id)
    }
    if !function.agrees(node.operands, with: target.arguments, of: target) {
      report("@\(callee) takes \(target.argumentTypes)", function, id)
    }
    if !function.agrees(node.results, with: target.results, of: target) {
      report("@\(callee) returns \(target.resultTypes)", function, id)
    }
  }

  private mutating func verifyRegion(
    _ id: OperationID, _ node: OperationNode, _ function: Function, _ defined: inout ValueSet
  ) {
    switch node.operation {
    case .control(.repeat), .control(.fuse): break
    default:
      if node.body != nil {
        report("only tessera.repeat and tessera.fuse have a region", function, id)
      }
      return
    }
    guard let body = node.body else {
      return report("\(node.operation.mnemonic) must have a region", function, id)
    }
    verify(body, of: function, terminator: .yield, &defined)
    if node.operation == .control(.fuse) {
      verifyChain(id, body, function)
    } else {
      verifyRepeat(id, body, function)
    }
  }

  private mutating func verifyChain(_ id: OperationID, _ body: BlockID, _ function: Function) {
    let node = function[id]
    let results = node.results.map(function.type(of:))
    do {
      let expected = try function.fusedBlock(body).resultTypes(
        of: node.operands.map(function.type(of:)))
      if results != expected {
        report("results are \(results), the region yields \(expected)", function, id)
      }
    } catch {
      report("\(error)", function, id)
    }
  }

  private mutating func verifyRepeat(_ id: OperationID, _ body: BlockID, _ function: Function) {
    let node = function[id]
    func isCarried(_ values: [ValueID]) -> Bool {
      function.agrees(values, with: node.operands, of: function)
    }
    let arguments = function[body].arguments
    if arguments.first.map(function.type(of:)) != TensorType([], .i32)
      || !isCarried(Array(arguments.dropFirst()))
    {
      report("the region must take an i32 scalar and the carried values", function, id)
    }
    if !isCarried(function[body].operations.last.map { function[$0].operands } ?? []) {
      report("the region must yield values of the carried types", function, id)
    }
    if !isCarried(node.results) { report("results must be of the carried types", function, id) }
  }

  private mutating func verifyCallGraph() {
    var called: Set<String> = []
    for function in module.functions { called.formUnion(function.callees) }
    var finished: Set<String> = []
    var replicas: Int?
    for function in module.functions {
      var path: [String] = []
      if reachesItself(function.name, &path, &finished) {
        report("calls run in a circle: \(path.joined(separator: " → "))", function)
      }
      for id in function.allOperations {
        guard case .collective(let collective) = function[id].operation else { continue }
        replicas = replicas ?? collective.replicas
        if let own = collective.replicas, own != replicas {
          report("other collectives are for \(replicas ?? 0) replicas", function, id)
        }
        if called.contains(function.name) || function[id].parent != function.body {
          report(
            "a collective must stand in the body of a function that is not called", function, id)
        }
      }
    }
  }

  /// Whether a circle of calls begins at `name`; each function is walked once.
  private func reachesItself(
    _ name: String, _ path: inout [String], _ finished: inout Set<String>
  ) -> Bool {
    if path.contains(name) {
      path.append(name)
      return true
    }
    guard !finished.contains(name), let function = module[name] else { return false }
    path.append(name)
    for callee in function.callees where reachesItself(callee, &path, &finished) { return true }
    path.removeLast()
    finished.insert(name)
    return false
  }

  private mutating func verifyStreams() {
    var types: [String: TensorType] = [:]
    for function in module.functions {
      for id in function.allOperations {
        guard case .source(.infeed(let stream, let type)) = function[id].operation else { continue }
        if let known = types[stream], known != type {
          report("stream '\(stream)' has type \(known) elsewhere", function, id)
        }
        types[stream] = types[stream] ?? type
      }
    }
  }

  private mutating func verifyPlacements() {
    var ipus: [Int: Int] = [:]
    for function in module.functions {
      guard let placement = function.placement else { continue }
      if placement.stage < 0 || placement.ipu < 0 {
        report("the stage or the IPU is a negative number", function)
      }
      if let known = ipus[placement.stage], known != placement.ipu {
        report("stage \(placement.stage) runs on IPU \(known) elsewhere", function)
      }
      ipus[placement.stage] = ipus[placement.stage] ?? placement.ipu
      for callee in function.callees {
        if let other = module[callee]?.placement, other != placement {
          report("a function of stage \(placement.stage) calls @\(callee) of another", function)
        }
      }
    }
  }
}
