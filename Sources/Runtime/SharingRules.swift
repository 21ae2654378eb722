import Bundle
import Foundations
import Operations

/// Which results may be made where an operand is, so that the operand is lost.
struct SharingRules {
  let program: Program
  let calls: CallGraph
  /// The plans of the functions so far.
  var plans: [FunctionPlan?]

  init(_ program: Program, _ calls: CallGraph) {
    self.program = program
    self.calls = calls
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
    case .collective(let family): return family.computesInPlace
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
/// the host keeps, those that a repeat yields, and those of the calls that make them.
struct UpdatedResults {
  /// For each function, for each of its results.
  private(set) var isUpdate: [[Bool]]

  init(_ program: Program, _ calls: CallGraph) {
    var makers = program.values.map { _ in (callee: Int, result: Int)?.none }
    for operation in program.operations {
      guard case .control(.call(let callee)) = operation.operation else { continue }
      for (result, value) in operation.results.enumerated() {
        makers[value] = (calls.number(of: callee), result)
      }
    }
    var isUpdate = program.functions.map { program.returned(by: $0).map { _ in false } }
    func note(_ value: Program.ValueIndex) {
      if let maker = makers[value] { isUpdate[maker.callee][maker.result] = true }
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
  func operandsToReplace(result: Int) -> [Int] {
    switch operation {
    case .control(.repeat): [result]
    // A call may take an operand's place where that is asked for, but does not look for it: calls
    // have many operands, and the values between them are few.
    case .control(.call), .control(.yield), .control(.return): []
    case .control(.fuse), .elementwise, .movement, .reduction, .contraction, .indexing,
      .normalization, .softmax, .random, .source, .collective:
      Array(operands.indices)
    }
  }
}

/// Which values differ between replicas: those of an entry function's own block that depend on the
/// replica's number or a host stream and have not been summed over the replicas.
///
/// Inside the functions that it calls, and inside repeats, one replica runs at a time.
struct Replication {
  private(set) var isReplicated: [Bool]
  /// Operations that run once for each replica.
  private(set) var runsForEachReplica: [Bool]

  init(_ program: Program, _ calls: CallGraph, replicas: Int) {
    isReplicated = program.values.map { _ in false }
    runsForEachReplica = program.operations.map { _ in false }
    guard replicas > 1 else { return }
    for (number, function) in program.functions.enumerated() where !calls.isCalled[number] {
      for index in program.blocks[function.body].operations {
        let operation = program.operations[index]
        if case .collective = operation.operation { continue }
        guard !operation.operation.isTerminator, differs(operation, program, calls) else {
          continue
        }
        runsForEachReplica[index] = true
        for value in operation.results { isReplicated[value] = true }
      }
    }
  }

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
