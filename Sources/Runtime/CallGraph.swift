import Bundle
import Operations

/// Which functions call which; calls form no cycle in a valid program.
struct CallGraph {
  /// For each function the functions that it calls, one entry a call.
  let callees: [[Int]]
  /// Whether something calls the function.
  let isCalled: [Bool]
  /// All functions, each after all that it calls.
  let calleesFirst: [Int]
  /// Whether what the function computes differs between replicas, given the same arguments: it or
  /// something that it calls reads the replica's number or a host stream.
  let dependsOnReplica: [Bool]
  private let numbers: [String: Int]

  init(_ program: Program) {
    var numbers: [String: Int] = [:]
    for (number, function) in program.functions.enumerated() { numbers[function.name] = number }
    var callees = program.functions.map { _ in [Int]() }
    var dependsOnReplica = program.functions.map { _ in false }
    for (number, function) in program.functions.enumerated() {
      program.forEachOperation(in: function.body) { operation in
        switch operation.operation {
        case .control(.call(let callee)): numbers[callee].map { callees[number].append($0) }
        case .source(.infeed), .source(.replicaIndex): dependsOnReplica[number] = true
        default: break
        }
      }
    }

    var callers = callees.map { _ in [Int]() }
    for (caller, called) in callees.enumerated() {
      for callee in called { callers[callee].append(caller) }
    }
    var waitingFor = callees.map(\.count)
    var ready = callees.indices.filter { waitingFor[$0] == 0 }
    var calleesFirst: [Int] = []
    while let callee = ready.popLast() {
      calleesFirst.append(callee)
      for caller in callers[callee] {
        if dependsOnReplica[callee] { dependsOnReplica[caller] = true }
        waitingFor[caller] -= 1
        if waitingFor[caller] == 0 { ready.append(caller) }
      }
    }
    self.callees = callees
    self.calleesFirst = calleesFirst
    self.dependsOnReplica = dependsOnReplica
    self.numbers = numbers
    isCalled = callers.map { !$0.isEmpty }
  }

  /// The number of the function of this name.
  func number(of name: String) -> Int {
    guard let number = numbers[name] else {
      preconditionFailure("a valid program calls only its own functions")
    }
    return number
  }
}

extension Program {
  /// Visits the operations of a block in order, those of a repeat's block right after the repeat.
  func forEachOperation(in block: BlockIndex, _ visit: (ProgramOperation) -> Void) {
    for index in blocks[block].operations {
      visit(operations[index])
      if let body = operations[index].body { forEachOperation(in: body, visit) }
    }
  }
}
