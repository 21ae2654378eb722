import Bundle

/// The kernels of a function, as far as a caller's other operations are concerned by them: which of them
/// touch its arguments and results.
struct CallSteps {
  /// For the storage of an argument or a result the first and the last kernel that reads or writes it.
  private(set) var touches: [Int: ClosedRange<Int>] = [:]
  /// Nanoseconds before each kernel, roughly, and at the end.
  private(set) var starts: [Double] = [0]

  /// - Parameters:
  ///   - operations: those of the function's own block that have kernels, in order. The copies to results
  ///     follow.
  init(
    _ operations: [Program.OperationIndex], of function: Int, _ program: Program,
    _ plan: MemoryPlan, _ costs: ProgramCosts
  ) {
    let functionPlan = plan.functions[function]
    let shared = Set(functionPlan.arguments + functionPlan.results)
    for index in operations {
      let operation = program.operations[index]
      var values = operation.operands + operation.results
      if let body = operation.body {
        values += program.blocks[body].arguments
        program.forEachOperation(in: body) { values += $0.operands + $0.results }
      }
      for storage in Set(values.map { plan.storageOf[$0] }).intersection(shared) {
        touch(storage)
      }
      starts.append(time + costs.operations[index])
    }
    for copy in functionPlan.returnCopies {
      for storage in Set([copy.source, copy.destination]).intersection(shared) { touch(storage) }
      starts.append(time)
    }
  }

  /// Nanoseconds of the whole call.
  var time: Double { starts[starts.count - 1] }

  private mutating func touch(_ storage: Int) {
    let place = starts.count - 1
    touches[storage] = (touches[storage]?.lowerBound ?? place)...place
  }
}

/// Where a call within a group waits for others that run at the same time, and tells them how far it is.
struct CallGates {
  /// By the place of a kernel: the events that must have been before it.
  var waits: [Int: [Int]] = [:]
  /// By the place of a kernel: the events that are after it.
  var signals: [Int: [Int]] = [:]

  /// Whether the call neither waits nor tells.
  var isOpen: Bool { waits.isEmpty && signals.isEmpty }
}
