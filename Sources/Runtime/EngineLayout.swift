import Bundle

/// Where everything is: of the arena, of the lanes, and of the threads that run groups of calls.
struct EngineLayout {
  let selection: ParallelSelection
  let plan: MemoryPlan
  let laneMemory: LaneMemory
  let groupMemory: GroupMemory

  /// Selects what runs on several threads where there are some, and where what each needs for itself is
  /// not too large.
  ///
  /// - Parameter largestLaneByteCount: of a lane, and of a thread that runs calls of groups.
  init(
    _ program: Program, replicas: Int, limits: ParallelSelection.Limits,
    largestLaneByteCount: Int
  ) {
    let calls = CallGraph(program)
    let replication = Replication(program, calls, replicas: replicas)
    var limits = limits
    while true {
      let selection = ParallelSelection(program, calls, replication, limits)
      let plan = MemoryPlan(selection, calls, replication, replicas: replicas)
      let laneMemory = LaneMemory(selection.lanes, plan)
      let groupMemory = GroupMemory(selection, plan)
      let lanesFit = laneMemory.byteCount <= max(0, largestLaneByteCount)
      let groupsFit = groupMemory.byteCount <= max(0, largestLaneByteCount)
      if lanesFit && groupsFit {
        self.selection = selection
        self.plan = plan
        self.laneMemory = laneMemory
        self.groupMemory = groupMemory
        return
      }
      // At most twice: what is not allowed is not selected and takes nothing.
      limits.allowsLanes = limits.allowsLanes && lanesFit
      limits.allowsGroups = limits.allowsGroups && groupsFit
    }
  }
}
