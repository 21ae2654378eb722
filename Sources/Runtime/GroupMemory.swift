import Bundle

/// What each thread has for itself to run calls of groups: the frames of all functions that they run.
struct GroupMemory {
  /// The functions, by number.
  private(set) var functions: [Int] = []
  /// Where the first of their frames begins in the arena.
  private(set) var start = 0
  /// From there to the end of the last.
  private(set) var byteCount = 0

  /// - Parameter plan: of the selection's program.
  init(_ selection: ParallelSelection, _ plan: MemoryPlan) {
    var waiting: [Int] = []
    for index in selection.groups.flatMap(\.operations) {
      if case .control(.call(let callee)) = selection.program.operations[index].operation {
        waiting.append(plan.calls.number(of: callee))
      }
    }
    var found: Set<Int> = []
    while let function = waiting.popLast() {
      if found.insert(function).inserted { waiting += plan.calls.callees[function] }
    }
    functions = found.sorted()
    guard let start = functions.map({ plan.frameBases[$0] }).min() else { return }
    self.start = start
    byteCount = functions.reduce(0) {
      max($0, plan.frameBases[$1] + plan.functions[$1].frameByteCount - start)
    }
  }
}
