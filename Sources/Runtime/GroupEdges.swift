import Bundle
import CHostKernels
import Operations

/// Which operations of a group wait for which: where two touch the same memory and one of them writes,
/// the later waits for the earlier. Reads of streams keep their order.
///
/// The memory plan is made for the order of the program, and this is all that keeps it right for any other
/// order.
struct GroupEdges {
  /// The edges, sorted, each once.
  let all: [hk_graph_edge]

  private struct Access {
    var task: Int
    var isWrite: Bool
  }

  /// A pair of tasks, of which the second waits for the first.
  private struct Edge: Hashable, Comparable {
    var earlier: Int
    var task: Int

    static func < (left: Self, right: Self) -> Bool {
      (left.task, left.earlier) < (right.task, right.earlier)
    }
  }

  init(
    _ operations: [Program.OperationIndex], of function: Int, _ program: Program,
    _ plan: MemoryPlan, replicas: Int
  ) {
    var accesses: [Int: [Access]] = [:]
    var edges: Set<Edge> = []
    var lastRead: Int?
    for (task, index) in operations.enumerated() {
      let operation = program.operations[index]
      for storage in Set(operation.operands.map { plan.storageOf[$0] }) {
        accesses[storage, default: []].append(Access(task: task, isWrite: false))
      }
      for storage in Set(operation.results.map { plan.storageOf[$0] }) {
        accesses[storage, default: []].append(Access(task: task, isWrite: true))
      }
      if plan.calls.readsStream(operation) {
        if let lastRead { edges.insert(Edge(earlier: lastRead, task: task)) }
        lastRead = task
      }
    }
    let storages = accesses.keys.sorted()
    for storage in storages { Self.addOrder(of: accesses[storage] ?? [], to: &edges) }
    let pairs =
      Self.overlapping(storages, in: plan.functions[function], replicas: replicas)
      + Self.shared(storages, in: plan.functions[function], program, plan)
    for (first, second) in pairs {
      for one in accesses[first] ?? [] {
        for other in accesses[second] ?? []
        where one.task != other.task && (one.isWrite || other.isWrite) {
          edges.insert(
            Edge(earlier: min(one.task, other.task), task: max(one.task, other.task)))
        }
      }
    }
    all = edges.sorted().map {
      hk_graph_edge(
        earlier: Int32(truncatingIfNeeded: $0.earlier), task: Int32(truncatingIfNeeded: $0.task))
    }
  }

  /// Of one memory: a read waits for the write before, a write for that and the reads since.
  private static func addOrder(of accesses: [Access], to edges: inout Set<Edge>) {
    var write: Int?
    var reads: [Int] = []
    for access in accesses {
      if let write, write != access.task {
        edges.insert(Edge(earlier: write, task: access.task))
      }
      if access.isWrite {
        for read in reads where read != access.task {
          edges.insert(Edge(earlier: read, task: access.task))
        }
        (write, reads) = (access.task, [])
      } else {
        reads.append(access.task)
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
}
