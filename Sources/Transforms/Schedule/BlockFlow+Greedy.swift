extension BlockFlow {
  /// The order of a list scheduler: of the operations whose operands are there it takes the one after
  /// which the fewest bytes are alive, of equal ones the one that stood first. O(n log n).
  func greedyOrder(_ successors: Rows) -> [Int] {
    var waiting = operations.indices.map { predecessors[$0].count }
    var readers = remainingReaders
    // The exclusive or of a storage's readers that are still to come: of one reader it is that one.
    var lastReader = Array(repeating: 0, count: byteCounts.count)
    for operation in operations.indices {
      reads.forEach(operation) { lastReader[$0] ^= operation }
    }
    var growth = growth(readers)
    for storage in byteCounts.indices where readers[storage] == 1 && !isKept[storage] {
      growth[lastReader[storage]] -= byteCounts[storage]
    }
    var ready = ReadyHeap()
    for operation in operations.indices where waiting[operation] == 0 {
      ready.push(operation, growth[operation])
    }
    var isDone = Array(repeating: false, count: operations.count)
    var order: [Int] = []
    order.reserveCapacity(operations.count)
    while let (operation, known) = ready.pop() {
      guard !isDone[operation], known == growth[operation] else { continue }
      isDone[operation] = true
      order.append(operation)
      reads.forEach(operation) { storage in
        readers[storage] -= 1
        lastReader[storage] ^= operation
        guard readers[storage] == 1, !isKept[storage] else { return }
        let last = lastReader[storage]
        growth[last] -= byteCounts[storage]
        if waiting[last] == 0 { ready.push(last, growth[last]) }
      }
      successors.forEach(operation) { successor in
        waiting[successor] -= 1
        if waiting[successor] == 0 { ready.push(successor, growth[successor]) }
      }
    }
    return order
  }

  /// The bytes of the results of each operation that something reads.
  /// - Parameter readers: how many operations read each storage.
  func growth(_ readers: [Int]) -> [Int] {
    made.map { $0.reduce(0) { $0 + (readers[$1] == 0 ? 0 : byteCounts[$1]) } }
  }
}

/// Operations by growth, then by number: a binary heap. One may be in it with several growths.
private struct ReadyHeap {
  private var elements: [(operation: Int, growth: Int)] = []

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (elements[left], elements[right])
    return (a.growth, a.operation) < (b.growth, b.operation)
  }

  mutating func push(_ operation: Int, _ growth: Int) {
    elements.append((operation, growth))
    var child = elements.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (operation: Int, growth: Int)? {
    guard let top = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return top }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < elements.count && precedes(child, least) { least = child }
      if least == parent { return top }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
