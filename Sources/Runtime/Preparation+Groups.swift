import Bundle
import CHostKernels
import Foundations
import Operations

extension Preparation {
  /// Runs the operations of a group on the machine's threads.
  func kernel(_ group: CallGroup, in function: Int) throws(TesseraError) -> Kernel {
    var kernels: [Kernel] = []
    var tasks: [GroupEdges.Task] = []
    for index in group.operations {
      guard let kernel = try kernel(index, in: function) else { continue }
      kernels.append(kernel)
      tasks.append(GroupEdges.Task(operation: index, steps: steps(of: index)))
    }
    let edges = GroupEdges(tasks, of: function, program, plan, replicas: replicas)
    var prepared: [PreparedGroup.Task] = []
    for (number, task) in tasks.enumerated() {
      let gates = edges.gates[number]
      prepared.append(
        PreparedGroup.Task(
          kernel: kernels[number],
          gatedKernel: gates.isOpen
            ? nil : task.steps.map { gatedCall(task.operation, in: function, $0, gates) },
          nanoseconds: costs.operations[task.operation],
          readsStream: plan.calls.readsStream(program.operations[task.operation])))
    }
    let base = slotBases[function]
    let group = try PreparedGroup(
      prepared, edges, slots: base..<base + plan.functions[function].storages.count)
    return { machine in try group.run(machine) }
  }

  /// Of a call that reads no stream; nil for others.
  private func steps(of index: Program.OperationIndex) -> CallSteps? {
    guard case .control(.call(let name)) = program.operations[index].operation,
      !plan.calls.readsStream(program.operations[index])
    else { return nil }
    return CallSteps(of: plan.calls.number(of: name), operations, program, plan, costs)
  }

  /// Hands the callee the addresses of its arguments and results, and runs it step by step.
  private func gatedCall(
    _ index: Program.OperationIndex, in function: Int, _ steps: CallSteps, _ gates: CallGates
  ) -> GatedKernel {
    let bind = self.bind(index, in: function)
    let steps = steps.steps.enumerated().map { place, step in
      GatedStep(
        waits: (gates.waits[place] ?? []).map { Int32(truncatingIfNeeded: $0) },
        kernel: kernel(of: step),
        signals: (gates.signals[place] ?? []).map { Int32(truncatingIfNeeded: $0) })
    }
    return { machine, graph, task in
      try bind(machine)
      for step in steps { try step.run(machine, graph, task: Int32(truncatingIfNeeded: task)) }
    }
  }

  private func kernel(of step: CallSteps.Step) -> Kernel {
    switch step {
    case .bind(let operation, let caller): bind(operation, in: caller)
    case .kernel(let function, let place): kernels[function][place]
    }
  }

  /// Hands a call's callee the addresses of its arguments and results.
  private func bind(_ index: Program.OperationIndex, in function: Int) -> Kernel {
    let operation = program.operations[index]
    guard case .control(.call(let name)) = operation.operation else {
      preconditionFailure("only calls have steps")
    }
    let bindings = bindings(
      of: plan.calls.number(of: name), operands: operation.operands.map { slot($0, in: function) },
      results: operation.results.map { slot($0, in: function) })
    return { machine in
      for binding in bindings { machine.slots[binding.to] = machine.slots[binding.from] }
    }
  }
}

/// A step of a call with the events around it; see `CallGates`.
private struct GatedStep {
  var waits: [Int32]
  var kernel: Kernel
  var signals: [Int32]

  func run(_ machine: Machine, _ graph: OpaquePointer, task: Int32) throws {
    for event in waits {
      guard hk_graph_wait(graph, event, task) else { throw GroupStopped() }
    }
    try kernel(machine)
    for event in signals { hk_graph_signal(graph, event) }
  }
}
