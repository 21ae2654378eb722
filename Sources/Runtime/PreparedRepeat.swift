/// A repeat with its kernels.
struct PreparedRepeat {
  /// A value that each lane has for itself, and where it begins in the lane's memory.
  struct LaneValue {
    var slot: Int
    var offset: Int
  }

  var count: Int
  /// The slot of the iteration's number.
  var iteration: Int
  /// What happens before the first iteration.
  var entry: [Kernel]
  /// Host streams, what depends on nothing that earlier iterations made, and the rest; see
  /// `IterationParts`. A repeat that does not run in lanes has all in the last.
  var infeeds: [Kernel] = []
  var independent: [Kernel] = []
  var dependent: [Kernel]
  /// Nil where the iterations run one after the other.
  var laneValues: [LaneValue]?

  /// Runs all iterations: in lanes where the machine has some. A lane has none, so that of nested
  /// repeats the outermost that can run in lanes does.
  func run(_ machine: Machine) throws {
    for copy in entry { try copy(machine) }
    if let laneValues, !machine.lanes.isEmpty, !machine.isInGroup {
      try runInLanes(machine, laneValues)
    } else {
      try runInOrder(machine)
    }
  }

  private func runInOrder(_ machine: Machine) throws {
    for number in 0..<count {
      begin(number, on: machine)
      for kernel in infeeds { try kernel(machine) }
      for kernel in independent { try kernel(machine) }
      for kernel in dependent { try kernel(machine) }
    }
  }

  private func begin(_ number: Int, on machine: Machine) {
    machine[iteration].storeBytes(of: Int32(truncatingIfNeeded: number), as: Int32.self)
  }

  private func runInLanes(_ machine: Machine, _ values: [LaneValue]) throws {
    for lane in machine.lanes { lane.takeOver(machine, own: values) }
    defer { for lane in machine.lanes { lane.infeed = nil } }
    var first = 0
    while first < count {
      let lanes = machine.lanes.prefix(count - first)
      try run(lanes, from: first, of: machine)
      first += lanes.count
    }
  }

  /// Runs one iteration on each lane. The host is asked, sums are made and errors are thrown in the
  /// order of the iterations, as without lanes.
  private func run(
    _ lanes: ArraySlice<Machine>, from first: Int, of machine: Machine
  ) throws {
    for (number, lane) in lanes.enumerated() {
      begin(first + number, on: lane)
      lane.attempt(infeeds)
      if lane.failure != nil { break }
    }
    // Where a stream fails, an iteration before that may still fail first.
    let ready = lanes.prefix { $0.failure == nil }
    if ready.count == 1 {
      // All threads work on an iteration that has no other beside it.
      ready.first?.attempt(independent, pool: machine.pool)
    } else {
      machine.runInParallel(ready, independent)
    }
    for lane in lanes {
      lane.attempt(dependent, pool: machine.pool)
      if let failure = lane.failure { throw failure }
    }
  }
}
