extension BlockFlow {
  /// The order with single operations shifted to where the sum of live bytes falls: one that makes
  /// more than it frees to just before its results are read, one that frees more than it makes to
  /// just behind the other readers of its operands. The places passed are bounded, so that it is
  /// linear in the number of operations.
  func improved(_ order: [Int], _ successors: Rows) -> [Int] {
    var shifting = Shifting(self, order, successors)
    var rounds = 0
    while rounds < 4, shifting.round() { rounds += 1 }
    return shifting.order
  }
}

extension BlockFlow {
  /// Whether a storage's last reader makes room. Constants do not; they may have very many readers.
  fileprivate func isFreed(_ storage: Int) -> Bool { !isKept[storage] && byteCounts[storage] > 0 }
}

private struct Shifting {
  private let flow: BlockFlow
  private let successors: BlockFlow.Rows
  private let readers: BlockFlow.Rows
  private(set) var order: [Int]
  /// The place of each operation.
  private var places: [Int]
  /// The bytes of the results that something reads.
  private let growth: [Int]
  /// How many places operations may still be shifted.
  private var budget: Int
  /// Room to work in: the bytes of operands, and the place of the last other reader of each.
  private var ends: [(place: Int, bytes: Int)] = []

  init(_ flow: BlockFlow, _ order: [Int], _ successors: BlockFlow.Rows) {
    self.flow = flow
    self.order = order
    self.successors = successors
    readers = flow.reads.transposed(count: flow.byteCounts.count)
    places = Array(repeating: 0, count: order.count)
    let counts = flow.remainingReaders
    growth = flow.growth(counts)
    budget = 64 * order.count
    for (place, operation) in order.enumerated() { places[operation] = place }
  }

  /// Tries each operation once in both directions.
  /// - Returns: whether one was shifted.
  mutating func round() -> Bool {
    var isChanged = false
    // Readers first, so that what they read can follow them.
    for operation in order.reversed() {
      if let place = laterPlace(of: operation), shift(operation, to: place) { isChanged = true }
    }
    for operation in order {
      if let place = earlierPlace(of: operation), shift(operation, to: place) { isChanged = true }
    }
    return isChanged
  }

  /// At each place that it passes, its results are no longer alive, but operands are whose other
  /// readers stand before: it moves while that is a gain.
  private mutating func laterPlace(of operation: Int) -> Int? {
    guard growth[operation] > 0 else { return nil }
    let here = places[operation]
    var limit = order.count - 1
    successors.forEach(operation) { limit = min(limit, places[$0] - 1) }
    guard limit > here else { return nil }
    findEnds(operation)
    ends.sort { $0.place < $1.place }
    var kept = 0
    for end in ends {
      kept += end.bytes
      // From the place of the last other reader on the operand would be kept for this one.
      if kept >= growth[operation] {
        let place = min(limit, end.place - 1)
        return place > here ? place : nil
      }
    }
    return limit
  }

  /// At each place that it passes, operands are no longer alive that it reads last, but its results
  /// are: it moves while that is a gain.
  private mutating func earlierPlace(of operation: Int) -> Int? {
    let here = places[operation]
    var limit = 0
    flow.predecessors.forEach(operation) { limit = max(limit, places[$0] + 1) }
    guard limit < here else { return nil }
    findEnds(operation)
    ends.removeAll { $0.place >= here }
    var freed = ends.reduce(0) { $0 + $1.bytes }
    guard freed > growth[operation] else { return nil }
    ends.sort { $0.place > $1.place }
    for end in ends {
      freed -= end.bytes
      // Before the last other reader the operand is alive anyway.
      if freed <= growth[operation] {
        let place = max(limit, end.place + 1)
        return place < here ? place : nil
      }
    }
    return limit
  }

  /// Fills `ends` for the operands that their last reader frees.
  private mutating func findEnds(_ operation: Int) {
    ends.removeAll(keepingCapacity: true)
    flow.reads.forEach(operation) { storage in
      guard flow.isFreed(storage) else { return }
      var last = -1
      readers.forEach(storage) { if $0 != operation { last = max(last, places[$0]) } }
      ends.append((last, flow.byteCounts[storage]))
    }
  }

  private mutating func shift(_ operation: Int, to place: Int) -> Bool {
    let here = places[operation]
    let distance = abs(place - here)
    guard distance > 0, distance <= budget else { return false }
    budget -= distance
    let step = place > here ? 1 : -1
    for passed in stride(from: here, to: place, by: step) {
      order[passed] = order[passed + step]
      places[order[passed]] = passed
    }
    order[place] = operation
    places[operation] = place
    return true
  }
}
