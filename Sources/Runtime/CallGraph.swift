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
  /// Whether the function or something that it calls reads a host stream.
  private let readsStream: [Bool]
  private let numbers: [String: Int]

  init(_ program: Program) {
    var numbers: [String: Int] = [:]
    for (number, function) in program.functions.enumerated() { numbers[function.name] = number }
    var callees = program.functions.map { _ in [Int]() }
    var dependsOnReplica = program.functions.map { _ in false }
    var readsStream = dependsOnReplica
    for (number, function) in program.functions.enumerated() {
      program.forEachOperation(in: function.body) { operation in
        switch operation.operation {
        case .control(.call(let callee)): numbers[callee].map { callees[number].append($0) }
        case .source(.infeed):
          dependsOnReplica[number] = true
          readsStream[number] = true
        case .source(.replicaIndex): dependsOnReplica[number] = true
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
        if readsStream[callee] { readsStream[caller] = true }
        waitingFor[caller] -= 1
        if waitingFor[caller] == 0 { ready.append(caller) }
      }
    }
    self.callees = callees
    self.calleesFirst = calleesFirst
    self.dependsOnReplica = dependsOnReplica
    self.readsStream = readsStream
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

  /// Whether the operation reads a host stream itself or through calls; of a repeat's block nothing
  /// counts.
  func readsStream(_ operation: ProgramOperation) -> Bool {
    switch operation.operation {
    case .source(.infeed): true
    case .control(.call(let callee)): readsStream[number(of: callee)]
    default: false
    }
  }

  /// All functions that the block calls, directly and through others, in the order of their numbers.
  func functions(calledIn block: Program.BlockIndex, of program: Program) -> [Int] {
    var waiting: [Int] = []
    program.forEachOperation(in: block) { operation in
      if case .control(.call(let callee)) = operation.operation {
        waiting.append(number(of: callee))
      }
    }
    var found: Set<Int> = []
    while let function = waiting.popLast() {
      if found.insert(function).inserted { waiting += callees[function] }
    }
    return found.sorted()
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
