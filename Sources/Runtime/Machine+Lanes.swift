import CHostKernels

extension Machine {
  /// Becomes a lane of the machine: sees what the machine sees, but for values of its own.
  func takeOver(_ machine: Machine, own values: [PreparedRepeat.LaneValue]) {
    slots.update(from: machine.slots, count: slotCount)
    for value in values { slots[value.slot] = arena + value.offset }
    replica = machine.replica
    infeed = machine.infeed
    failure = nil
  }

  /// Runs the kernels, and keeps what they throw in `failure`. A machine that has failed runs nothing.
  /// - Parameter pool: the threads; those of the machine where it is nil.
  func attempt(_ kernels: [Kernel], pool: OpaquePointer? = nil) {
    guard failure == nil else { return }
    let own = self.pool
    defer { self.pool = own }
    if let pool { self.pool = pool }
    do {
      for kernel in kernels { try kernel(self) }
    } catch {
      failure = error
    }
  }

  /// Runs the kernels on each lane, one thread of this machine a lane.
  func runInParallel(_ lanes: ArraySlice<Machine>, _ kernels: [Kernel]) {
    // Each lane is touched by the one thread that has its chunk, and by this one before and after.
    let work = LaneWork(lanes: Array(lanes), kernels: kernels)
    withUnsafePointer(to: work) { work in
      hk_pool_run(
        pool, Int64(lanes.count),
        { context, lane, _ in
          guard let work = context?.assumingMemoryBound(to: LaneWork.self) else { return }
          work.pointee.lanes[Int(lane)].attempt(work.pointee.kernels)
        }, work)
    }
  }
}

/// What the threads of a machine share while lanes run.
private struct LaneWork {
  let lanes: [Machine]
  let kernels: [Kernel]
}
