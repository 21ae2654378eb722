import Bundle
import Foundations
import Operations

/// Which results may be made where an operand is, so that the operand is lost.
struct SharingRules {
  let program: Program
  let calls: CallGraph
  let accumulators: AccumulatorOperands
  /// The plans of the functions so far.
  var plans: [FunctionPlan?]

  init(_ program: Program, _ calls: CallGraph) {
    self.program = program
    self.calls = calls
    accumulators = AccumulatorOperands(program, calls)
    plans = program.functions.map { _ in nil }
  }

  /// Whether the operation may write the result over the operand: it has read each element of the
  /// operand by the time that it writes there.
  func allowsInPlace(_ operation: ProgramOperation, result: Int, operand: Int) -> Bool {
    let operandType = program.type(of: operation.operands[operand])
    let resultType = program.type(of: operation.results[result])
    guard operandType.element == resultType.element, operandType.count == resultType.count else {
      return false
    }
    switch operation.operation {
    case .elementwise(let family): return family.computesInPlace
    case .normalization(let family): return family.replaces(operand: operand, by: result)
    case .softmax(let family): return family.computesInPlace
    case .random(let family): return family.replaces(operand: operand)
    case .stash(let family): return family.replaces(operand: operand)
    case .remote(let family): return family.replaces(operand: operand)
    case .accumulation: return operand == 0
    case .collective(let family): return family.computesInPlace(operand: operand, result: result)
    case .control(.repeat): return operand == result
    // Each block of elements is written after it was read: as many elements are the same ones.
    case .control(.fuse): return true
    case .control(.call(let callee)):
      guard let plan = plans[calls.number(of: callee)] else { return false }
      return allowsSharing(plan, result: result, argument: operand)
    case .control(.yield), .control(.return), .movement, .reduction, .contraction, .indexing,
      .source:
      return false
    }
  }

  /// Whether a caller may give one buffer as result and as argument: the function does not read the
  /// argument after it began to write the result.
  func allowsSharing(_ plan: FunctionPlan, result: Int, argument: Int) -> Bool {
    let (source, target) = (plan.returned[result], plan.results[result])
    let given = plan.arguments[argument]
    // The argument itself is returned: there is nothing to write.
    if source == given { return true }
    guard plan.storages[given].byteCount == plan.storages[target].byteCount else { return false }
    let firstWrite = plan.storages[target].lifetime.lowerBound
    let lastUse = plan.storages[given].lastUse
    if lastUse != firstWrite { return lastUse < firstWrite }
    guard let writer = plan.firstWriters[target] else { return false }
    return (plan.lastOperands[given] ?? []).allSatisfy {
      allowsInPlace(
        program.operations[writer.operation], result: writer.result, operand: $0)
    }
  }
}

/// Which results of functions are to be the next values of arguments: those of an entry function that
/// the host keeps, those that a repeat yields, and those of the calls that make them or make what they
/// grow from.
struct UpdatedResults {
  /// For each function, for each of its results.
  private(set) var isUpdate: [[Bool]]

  init(_ program: Program, _ calls: CallGraph, _ accumulators: AccumulatorOperands) {
    var makers = program.values.map { _ in (operation: Program.OperationIndex, result: Int)?.none }
    for (index, operation) in program.operations.enumerated() {
      for (result, value) in operation.results.enumerated() { makers[value] = (index, result) }
    }
    var isUpdate = program.functions.map { program.returned(by: $0).map { _ in false } }
    var isNoted = program.values.map { _ in false }
    func note(_ value: Program.ValueIndex) {
      var next: Program.ValueIndex? = value
      while let value = next, !isNoted[value], let (index, result) = makers[value] {
        isNoted[value] = true
        let operation = program.operations[index]
        if case .control(.call(let callee)) = operation.operation {
          isUpdate[calls.number(of: callee)][result] = true
        }
        next = accumulators.operand(of: operation, result: result).map { operation.operands[$0] }
      }
    }
    for number in calls.calleesFirst.reversed() {
      let function = program.functions[number]
      for (result, value) in program.returned(by: function).enumerated() {
        if function.results[result]?.role.isState == true { isUpdate[number][result] = true }
        if isUpdate[number][result] { note(value) }
      }
      program.forEachOperation(in: function.body) { operation in
        if operation.operation == .control(.yield) { operation.operands.forEach(note) }
      }
    }
    self.isUpdate = isUpdate
  }
}

extension ProgramOperation {
  /// The operands whose place the result may take, where `SharingRules` agrees.
  func operandsToReplace(result: Int, _ accumulators: AccumulatorOperands) -> [Int] {
    switch operation {
    case .control(.repeat), .collective: [result]
    // A call may take any operand's place where that is asked for, but looks only for that of the
    // result's accumulator: calls have many operands, and the other values between them are few.
    case .control(.call), .accumulation, .stash:
      accumulators.operand(of: self, result: result).map { [$0] } ?? []
    case .control(.yield), .control(.return): []
    case .control(.fuse), .elementwise, .movement, .reduction, .contraction, .indexing,
      .normalization, .softmax, .random, .source, .remote:
      Array(operands.indices)
    }
  }
}

/// Which values differ between replicas: those of an entry function's own block that depend on the
/// replica's number or a host stream and have not been summed over the replicas, and those of which each
/// replica has a part.
///
/// Inside the functions that it calls, and inside repeats, one replica runs at a time.
struct Replication {
  private(set) var isReplicated: [Bool]
  /// Operations that run once for each replica.
  private(set) var runsForEachReplica: [Bool]
  let replicas: Int

  init(_ program: Program, _ calls: CallGraph, replicas: Int) {
    self.replicas = replicas
    isReplicated = program.values.map { _ in false }
    runsForEachReplica = program.operations.map { _ in false }
    guard replicas > 1 else { return }
    for (number, function) in program.functions.enumerated() where !calls.isCalled[number] {
      for (port, value) in zip(function.arguments, program.blocks[function.body].arguments) {
        isReplicated[value] = isSharded(port)
      }
      for index in program.blocks[function.body].operations {
        let operation = program.operations[index]
        // It runs once, for all replicas.
        if case .collective(let collective) = operation.operation {
          if collective.givesParts { for value in operation.results { isReplicated[value] = true } }
          continue
        }
        guard !operation.operation.isTerminator, differs(operation, program, calls) else {
          continue
        }
        runsForEachReplica[index] = true
        for value in operation.results { isReplicated[value] = true }
      }
    }
  }

  /// Whether the host's tensor has a part for each of several replicas.
  func isSharded(_ port: Port?) -> Bool { replicas > 1 && port?.isSharded == true }

  private func differs(
    _ operation: ProgramOperation, _ program: Program, _ calls: CallGraph
  ) -> Bool {
    if operation.operands.contains(where: { isReplicated[$0] }) { return true }
    switch operation.operation {
    case .source(.infeed), .source(.replicaIndex): return true
    case .control(.call(let callee)): return calls.dependsOnReplica[calls.number(of: callee)]
    default: break
    }
    guard let body = operation.body else { return false }
    var differs = false
    program.forEachOperation(in: body) { inner in
      if !differs { differs = self.differs(inner, program, calls) }
    }
    return differs
  }
}
