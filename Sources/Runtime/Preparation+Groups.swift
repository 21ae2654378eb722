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
          gatedKernel: gates.isOpen ? nil : gatedCall(task.operation, in: function, gates),
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
    let callee = plan.calls.number(of: name)
    return CallSteps(operations[callee], of: callee, program, plan, costs)
  }

  /// Hands the callee the addresses of its arguments and results, and runs it; see `CallGates`.
  private func gatedCall(
    _ index: Program.OperationIndex, in function: Int, _ gates: CallGates
  ) -> GatedKernel? {
    let operation = program.operations[index]
    guard case .control(.call(let name)) = operation.operation else { return nil }
    let callee = plan.calls.number(of: name)
    let bindings = bindings(
      of: callee, operands: operation.operands.map { slot($0, in: function) },
      results: operation.results.map { slot($0, in: function) })
    let steps = kernels[callee].enumerated().map { place, kernel in
      (
        waits: gates.waits[place] ?? [], kernel: kernel, signals: gates.signals[place] ?? []
      )
    }
    return { machine, graph, task in
      for binding in bindings { machine.slots[binding.to] = machine.slots[binding.from] }
      for step in steps {
        for event in step.waits {
          guard
            hk_graph_wait(
              graph, Int32(truncatingIfNeeded: event), Int32(truncatingIfNeeded: task))
          else { throw GroupStopped() }
        }
        try step.kernel(machine)
        for event in step.signals { hk_graph_signal(graph, Int32(truncatingIfNeeded: event)) }
      }
    }
  }
}
