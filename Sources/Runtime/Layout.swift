import Bundle

/// Where everything is, of the arena and of the lanes.
struct Layout {
  let selection: LaneSelection
  let plan: MemoryPlan
  let laneMemory: LaneMemory

  /// Selects repeats for lanes where there are threads for them and the lanes are not too large.
  init(_ program: Program, replicas: Int, threads: Int, largestLaneByteCount: Int) {
    let calls = CallGraph(program)
    if threads > 1 {
      self.init(LaneSelection(program, calls), calls, replicas: replicas)
      if laneMemory.byteCount <= largestLaneByteCount { return }
    }
    self.init(LaneSelection(without: program), calls, replicas: replicas)
  }

  private init(_ selection: LaneSelection, _ calls: CallGraph, replicas: Int) {
    self.selection = selection
    plan = MemoryPlan(
      selection.program, calls, replicas: replicas, runsAhead: selection.runsAhead)
    laneMemory = LaneMemory(selection, plan)
  }
}
