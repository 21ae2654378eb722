import CHostKernels
import Foundations

/// A group with its kernels; a class because it owns the graph of what waits for what.
final class PreparedGroup {
  /// An operation of the group.
  struct Task {
    var kernel: Kernel
    /// What it takes on one thread, roughly.
    var nanoseconds: Double
    /// The host is asked by the caller's thread, in order.
    var readsStream: Bool
  }

  private let kernels: [Kernel]
  /// The addresses of the function's own values, which all threads see.
  private let slots: Range<Int>
  private let graph: OpaquePointer

  /// - Parameters:
  ///   - tasks: in the order of the program.
  ///   - slots: those of the function that the group stands in.
  /// - Throws: `TesseraError` (doesNotFit) where memory is short.
  init(_ tasks: [Task], _ edges: [hk_graph_edge], slots: Range<Int>) throws(TesseraError) {
    kernels = tasks.map(\.kernel)
    self.slots = slots
    let graph = hk_graph_create(
      Int32(truncatingIfNeeded: tasks.count), Self.priorities(of: tasks, edges),
      tasks.map { $0.readsStream ? 1 : 0 }, Int64(edges.count), edges)
    guard let graph else {
      throw TesseraError(
        .doesNotFit, code: .outOfMemory,
        "there is no memory for a group of \(tasks.count) operations"
      )
    }
    self.graph = graph
  }

  deinit {
    hk_graph_destroy(graph)
  }

  /// For each task the time that it and the longest chain of what waits for it take.
  private static func priorities(of tasks: [Task], _ edges: [hk_graph_edge]) -> [Double] {
    var priorities = tasks.map(\.nanoseconds)
    // Sorted by the waiting task: those of a task are complete when its own turn comes.
    for edge in edges.reversed() {
      let (earlier, task) = (Int(edge.earlier), Int(edge.task))
      priorities[earlier] = max(
        priorities[earlier], tasks[earlier].nanoseconds + priorities[task])
    }
    return priorities
  }

  /// Runs all operations: on the machine's threads, where it has helpers and does not run within a group
  /// or a lane already.
  func run(_ machine: Machine) throws {
    guard !machine.helpers.isEmpty, !machine.isInGroup else {
      for kernel in kernels { try kernel(machine) }
      return
    }
    for helper in machine.helpers { helper.join(machine, slots: slots) }
    try machine.runTasks(of: graph, kernels)
  }
}

extension Machine {
  /// Becomes a helper of the machine for a group: sees the values of the function that it stands in.
  fileprivate func join(_ machine: Machine, slots range: Range<Int>) {
    (slots + range.lowerBound).update(from: machine.slots + range.lowerBound, count: range.count)
    replica = machine.replica
    isInGroup = true
  }

  /// Runs the graph's tasks on this machine and its helpers, each on one thread.
  /// - Throws: what the first of the tasks that failed threw.
  fileprivate func runTasks(of graph: OpaquePointer, _ kernels: [Kernel]) throws {
    let machines = [self] + helpers
    let threads = pool
    isInGroup = true
    if let singlePool { pool = singlePool }
    defer {
      isInGroup = false
      pool = threads
      for machine in machines { (machine.failedTask, machine.failure) = (nil, nil) }
    }
    // Each machine is touched by the one thread whose number it has.
    let work = GroupWork(machines: machines, kernels: kernels)
    let failed = withUnsafePointer(to: work) { work in
      hk_graph_run(
        threads, graph,
        { context, task, worker in
          guard let work = context?.assumingMemoryBound(to: GroupWork.self) else { return false }
          return work.pointee.machines[Int(worker)].attempt(
            work.pointee.kernels[Int(task)], task: Int(task))
        }, work)
    }
    guard failed >= 0 else { return }
    for machine in machines where machine.failedTask == Int(failed) {
      if let failure = machine.failure { throw failure }
    }
    preconditionFailure("a task that failed has left its error")
  }

  /// Runs the kernel; keeps what it throws where it is the first in the order of the program.
  private func attempt(_ kernel: Kernel, task: Int) -> Bool {
    do {
      try kernel(self)
      return true
    } catch {
      if task < failedTask ?? .max { (failedTask, failure) = (task, error) }
      return false
    }
  }
}

/// What the threads of a machine share while a group runs.
private struct GroupWork {
  let machines: [Machine]
  let kernels: [Kernel]
}
