import Bundle
import Operations

/// Which operations of a group wait for which: where two touch the same memory and one of them writes,
/// the later waits for the earlier. Reads of streams keep their order.
///
/// The memory plan is made for the order of the program, and this is all that keeps it right for any other
/// order.
///
/// Of two calls the later need not wait for the end of the earlier where it touches what they share late,
/// as backward slots do with sums: it begins, and waits before the kernel that touches it,
/// be that in a function that it calls.
struct GroupEdges {
  /// A pair of tasks, of which the second waits for the first. Sorted by the second.
  struct Edge: Hashable, Comparable {
    var earlier: Int
    var task: Int

    static func < (left: Self, right: Self) -> Bool {
      (left.task, left.earlier) < (right.task, right.earlier)
    }
  }

  /// An operation of the group.
  struct Task {
    var operation: Program.OperationIndex
    /// Of a call that may run beside others that it waits for.
    var steps: CallSteps?
  }

  /// How long the later of two calls may have to wait for the earlier after both have begun, by the
  /// earlier's time: above that it does not begin before the earlier ends.
  private static let largestLag = 0.75

  /// The edges, each once, with the nanoseconds that the later of two overlapping calls is behind the
  /// earlier; nil where it waits for its end.
  private(set) var lags: [(edge: Edge, lag: Double?)] = []
  /// For each event the task that it belongs to.
  private(set) var eventTasks: [Int] = []
  /// For each task where it waits for events, and tells them.
  private(set) var gates: [CallGates]

  private let tasks: [Task]
  private let program: Program
  private let plan: MemoryPlan

  private struct Access {
    var task: Int
    var storage: Int
    var isWrite: Bool
  }

  /// The storages through which the later of two tasks waits for the earlier, in pairs of theirs.
  private typealias Conflicts = [Edge: [(earlier: Int, task: Int)]]

  init(
    _ tasks: [Task], of function: Int, _ program: Program, _ plan: MemoryPlan, replicas: Int
  ) {
    self.tasks = tasks
    self.program = program
    self.plan = plan
    gates = tasks.map { _ in CallGates() }
    var accesses: [Int: [Access]] = [:]
    var conflicts: Conflicts = [:]
    var reads: [Edge] = []
    var lastRead: Int?
    for (number, task) in tasks.enumerated() {
      let operation = program.operations[task.operation]
      for (values, isWrite) in [(operation.operands, false), (operation.results, true)] {
        for storage in Set(values.map { plan.storageOf[$0] }) {
          accesses[storage, default: []].append(
            Access(task: number, storage: storage, isWrite: isWrite))
        }
      }
      if plan.calls.readsStream(operation) {
        if let lastRead { reads.append(Edge(earlier: lastRead, task: number)) }
        lastRead = number
      }
    }
    let storages = accesses.keys.sorted()
    for storage in storages { Self.addOrder(of: accesses[storage] ?? [], to: &conflicts) }
    let pairs =
      Self.overlapping(storages, in: plan.functions[function], replicas: replicas)
      + Self.shared(storages, in: plan.functions[function], program, plan)
    for (first, second) in pairs {
      for one in accesses[first] ?? [] {
        for other in accesses[second] ?? [] { Self.add(one, other, to: &conflicts) }
      }
    }
    addEdges(conflicts, reads)
  }

  // MARK: Conflicts

  private static func add(_ one: Access, _ other: Access, to conflicts: inout Conflicts) {
    guard one.task != other.task, one.isWrite || other.isWrite else { return }
    let (earlier, later) = one.task < other.task ? (one, other) : (other, one)
    conflicts[Edge(earlier: earlier.task, task: later.task), default: []].append(
      (earlier.storage, later.storage))
  }

  /// Of one memory: a read waits for the write before, a write for that and the reads since.
  private static func addOrder(of accesses: [Access], to conflicts: inout Conflicts) {
    var write: Access?
    var reads: [Access] = []
    for access in accesses {
      if let write { add(write, access, to: &conflicts) }
      if access.isWrite {
        for read in reads { add(read, access, to: &conflicts) }
        (write, reads) = (access, [])
      } else {
        reads.append(access)
      }
    }
  }

  /// The pairs of storages that lie in the same part of the frame.
  private static func overlapping(
    _ storages: [Int], in plan: FunctionPlan, replicas: Int
  ) -> [(Int, Int)] {
    let inFrame = storages.filter { plan.storages[$0].home == .frame }
      .sorted { (plan.storages[$0].offset, $0) < (plan.storages[$1].offset, $1) }
    var pairs: [(Int, Int)] = []
    var open: [Int] = []
    for storage in inFrame {
      open.removeAll {
        plan.storages[$0].offset + plan.storages[$0].byteCountInFrame(replicas: replicas)
          <= plan.storages[storage].offset
      }
      pairs += open.map { ($0, storage) }
      open.append(storage)
    }
    return pairs
  }

  /// The pairs of an argument and a result that a caller may give one place.
  private static func shared(
    _ storages: [Int], in plan: FunctionPlan, _ program: Program, _ memory: MemoryPlan
  ) -> [(Int, Int)] {
    var rules = SharingRules(program, memory.calls)
    rules.plans = memory.functions
    var arguments: [Int] = []
    var results: [Int] = []
    for storage in storages {
      switch plan.storages[storage].home {
      case .argument(let number): arguments.append(number)
      case .result(let number): results.append(number)
      case .frame, .constant: break
      }
    }
    return results.flatMap { result in
      arguments.filter { rules.allowsSharing(plan, result: result, argument: $0) }
        .map { (plan.arguments[$0], plan.results[result]) }
    }
  }

  // MARK: Edges

  private mutating func addEdges(_ conflicts: Conflicts, _ reads: [Edge]) {
    var events: [Event: [Wait]] = [:]
    for edge in Set(conflicts.keys).union(reads).sorted() {
      let waits = reads.contains(edge) ? nil : waits(of: edge, conflicts[edge] ?? [])
      lags.append((edge, waits?.lag))
      for wait in waits?.all ?? [] { events[wait.event, default: []].append(wait) }
    }
    for event in events.keys.sorted() {
      gates[event.task].signals[event.place, default: []].append(eventTasks.count)
      for wait in events[event] ?? [] {
        gates[wait.task].waits[wait.place, default: []].append(eventTasks.count)
      }
      eventTasks.append(event.task)
    }
  }

  /// A task has run a step.
  private struct Event: Hashable, Comparable {
    var task: Int
    var place: Int

    static func < (left: Self, right: Self) -> Bool {
      (left.task, left.place) < (right.task, right.place)
    }
  }

  /// A task waits for an event before it runs a step.
  private struct Wait: Hashable {
    var event: Event
    var task: Int
    var place: Int
  }

  /// What the later of two calls waits for where they overlap, and how far it is behind; nil where that
  /// is most of the earlier's time, or one is no call.
  private func waits(
    of edge: Edge, _ conflicts: [(earlier: Int, task: Int)]
  ) -> (all: Set<Wait>, lag: Double)? {
    guard let earlier = tasks[edge.earlier].steps, let later = tasks[edge.task].steps else {
      return nil
    }
    var waits: Set<Wait> = []
    var lag = 0.0
    for conflict in conflicts {
      // What is not touched is not waited for.
      guard let last = places(of: conflict.earlier, edge.earlier, earlier)?.upperBound,
        let first = places(of: conflict.task, edge.task, later)?.lowerBound
      else { continue }
      lag = max(lag, earlier.starts[last + 1] - later.starts[first])
      waits.insert(
        Wait(event: Event(task: edge.earlier, place: last), task: edge.task, place: first))
    }
    return lag <= Self.largestLag * earlier.time ? (waits, lag) : nil
  }

  /// The first and the last step of a call that touches a storage of the caller.
  private func places(
    of storage: Int, _ task: Int, _ steps: CallSteps
  ) -> ClosedRange<Int>? {
    let operation = program.operations[tasks[task].operation]
    guard case .control(.call(let callee)) = operation.operation else { return nil }
    let function = plan.functions[plan.calls.number(of: callee)]
    var places: ClosedRange<Int>?
    for (values, own) in [
      (operation.operands, function.arguments), (operation.results, function.results),
    ] {
      for (value, own) in zip(values, own) where plan.storageOf[value] == storage {
        guard let touched = steps.touches[own] else { continue }
        places =
          min(
            places?.lowerBound ?? touched.lowerBound, touched.lowerBound)...max(
            places?.upperBound ?? 0, touched.upperBound)
      }
    }
    return places
  }
}
