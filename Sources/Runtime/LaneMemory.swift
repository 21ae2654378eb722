import Bundle

/// What each lane has for itself of the arena.
struct LaneMemory {
  /// A value that each lane has for itself.
  struct Value {
    var function: Int
    var storage: Int
    /// Where it begins in the lane's memory.
    var offset: Int
  }

  /// For each repeat that runs in lanes the values that its iterations make.
  private(set) var values: [Program.OperationIndex: [Value]] = [:]
  /// From the first to the last of these values, in bytes.
  private(set) var byteCount = 0

  /// - Parameter plan: of the selection's program.
  init(_ selection: LaneSelection, _ plan: MemoryPlan) {
    var (start, end) = (Int.max, 0)
    for (function, functionPlan) in plan.functions.enumerated() {
      for index in functionPlan.repeats.keys.sorted() where selection.parts[index] != nil {
        let values = Self.values(madeBy: index, in: function, selection.program, plan)
        for value in values {
          let storage = plan.functions[value.function].storages[value.storage]
          start = min(start, value.offset)
          end = max(end, value.offset + storage.replicaStride)
        }
        self.values[index] = values
      }
    }
    guard start < end else { return }
    byteCount = end - start
    values = values.mapValues { values in
      values.map { Value(function: $0.function, storage: $0.storage, offset: $0.offset - start) }
    }
  }

  /// The values that the repeat's iterations make, with where they begin in the arena: the iteration's
  /// number, what begins to live in the body, and all of the functions that it calls. Carried values
  /// and those from outside begin before the body.
  private static func values(
    madeBy index: Program.OperationIndex, in function: Int, _ program: Program, _ plan: MemoryPlan
  ) -> [Value] {
    guard let body = program.operations[index].body,
      let iteration = plan.functions[function].repeats[index]?.iteration
    else { preconditionFailure("each repeat of a valid program has a body and is planned") }
    let positions = plan.schedule.positions[index] + 1...plan.schedule.blockEnds[body]
    let own = plan.functions[function].storages.indices.filter { storage in
      storage == iteration
        || positions.contains(plan.functions[function].storages[storage].lifetime.lowerBound)
    }
    var values = inFrame(own, of: function, plan)
    for callee in plan.calls.functions(calledIn: body, of: program) {
      values += inFrame(Array(plan.functions[callee].storages.indices), of: callee, plan)
    }
    return values
  }

  private static func inFrame(
    _ storages: [Int], of function: Int, _ plan: MemoryPlan
  ) -> [Value] {
    storages.compactMap { index in
      let storage = plan.functions[function].storages[index]
      guard storage.home == .frame else { return nil }
      return Value(
        function: function, storage: index, offset: plan.frameBases[function] + storage.offset)
    }
  }
}
