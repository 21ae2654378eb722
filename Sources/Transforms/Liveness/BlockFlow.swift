import Foundations
import GraphIR
import Operations

/// What of a block counts for its memory and its order, in flat arrays: operations are numbered in
/// the order in which they stand, and so are the storages they make.
///
/// A storage is the memory of one value, under all names that reshapes give it, and of what is added to
/// it in its place. What comes from outside the block has none. Bytes that are there in any case do not
/// count: those of constants, and of what a function returns, which is made where the caller keeps it.
/// Nor do those of streaming memory.
package struct BlockFlow: Sendable {
  /// The operations but the last, which ends the block.
  package let operations: [OperationID]
  /// The bytes of each storage.
  package private(set) var byteCounts: [Int] = []
  /// Whether the block's end reads the storage.
  private(set) var isKept: [Bool] = []
  /// The storages that the block is entered with: the first ones.
  private(set) var argumentStorages = 0..<0
  /// The storages that each operation makes.
  private(set) var made: [Range<Int>] = []
  /// The storages that each operation reads, each once, also those that its region reads.
  private(set) var reads: Rows = Rows()
  /// The operations that must stand before each operation, each once.
  private(set) var predecessors: Rows = Rows()
  /// The bytes that each operation needs while it runs, results included.
  private(set) var demand: [Int] = []
  /// The bytes that an operation may have where operands were that it reads last.
  private(set) var reusable: [Int] = []

  /// Lists of numbers, one after the other.
  struct Rows: Sendable {
    private var ends: [Int] = []
    private var elements: [Int] = []

    var count: Int { ends.count }

    /// Appends a row of the numbers from 0, each once, in ascending order.
    mutating func append(distinct numbers: [Int]) {
      let first = elements.count
      for number in numbers where number >= 0 {
        guard elements.count == first || number > elements[elements.count - 1] else {
          return append(sorting: numbers, from: first)
        }
        elements.append(number)
      }
      ends.append(elements.count)
    }

    /// Appends a row whose numbers are in no order, in place of the elements from `first` on.
    private mutating func append(sorting numbers: [Int], from first: Int) {
      elements.removeLast(elements.count - first)
      for number in numbers.sorted() where number >= 0 {
        if elements.count == first || number > elements[elements.count - 1] {
          elements.append(number)
        }
      }
      ends.append(elements.count)
    }

    subscript(row: Int) -> ArraySlice<Int> { elements[range(row)] }

    private func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    /// Hands over each number of a row, in order.
    @inline(__always)
    func forEach(_ row: Int, _ body: (Int) -> Void) {
      for index in range(row) { body(elements[index]) }
    }

    /// For each number below `count` the rows that hold it, in order.
    func transposed(count: Int) -> Rows {
      var starts = Array(repeating: 0, count: count + 1)
      for element in elements { starts[element + 1] += 1 }
      for index in 0..<count { starts[index + 1] += starts[index] }
      var result = Rows()
      result.ends = Array(starts.dropFirst())
      result.elements = Array(repeating: 0, count: elements.count)
      for row in ends.indices {
        for index in range(row) {
          let element = elements[index]
          result.elements[starts[element]] = row
          starts[element] += 1
        }
      }
      return result
    }
  }

  /// The flow of a block.
  /// - Parameters:
  ///   - ownsArguments: whether the block's arguments are memory of the block: those of a repeat are,
  ///     a function's are its caller's.
  ///   - effects: the functions that move a stream on; their calls keep their order.
  ///   - replaced: the results of an operation that take over an operand's memory, with that operand.
  ///   - innerPeak: the bytes that an operation's callee or region needs at once.
  init(
    of block: BlockID, in function: Function, ownsArguments: Bool, effects: Set<String>,
    replaced: (OperationID) -> [(result: ValueID, operand: ValueID)],
    innerPeak: (OperationID) -> Int
  ) {
    let node = function[block]
    operations = Array(node.operations.dropLast())
    var storageOf = Array(repeating: -1, count: function.values.count)
    var makerOf = storageOf
    var lastEffect: Int?
    var places: [OperationID: Int] = [:]
    // For each storage the operations that have read it.
    var readers: [Int: [Int]] = [:]
    if ownsArguments {
      for argument in node.arguments { addStorage(argument, function, &storageOf) }
      argumentStorages = 0..<byteCounts.count
    }
    for (number, id) in operations.enumerated() {
      let operation = function[id]
      let values = function.valuesReadWithin(id)
      reads.append(distinct: values.map { storageOf[Int($0.number)] })
      var before = values.map { makerOf[Int($0.number)] }
      if function.movesStream(id, effects) {
        if let lastEffect { before.append(lastEffect) }
        lastEffect = number
      }
      places[id] = number
      // Who reads what is in a storage now stands before who writes over it.
      let replacing = replaced(id).filter { replacement in
        function[replacement.operand].uses.allSatisfy { places[$0.operation] != nil }
      }
      for replacement in replacing {
        let storage = storageOf[Int(replacement.operand.number)]
        if storage >= 0 { before += readers[storage] ?? [] }
      }
      for value in values {
        let storage = storageOf[Int(value.number)]
        if storage >= 0 { readers[storage, default: []].append(number) }
      }
      predecessors.append(distinct: before)
      let first = byteCounts.count
      if case .movement(.reshape) = operation.operation {
        storageOf[Int(operation.results[0].number)] = storageOf[Int(operation.operands[0].number)]
      } else {
        // In the results' order.
        var replaced = replacing[...]
        for result in operation.results {
          if replaced.first?.result == result, let operand = replaced.popFirst()?.operand {
            storageOf[Int(result.number)] = storageOf[Int(operand.number)]
          } else {
            addStorage(result, function, &storageOf)
          }
        }
      }
      if case .source(.constant) = operation.operation { byteCounts[first] = 0 }
      for result in operation.results { makerOf[Int(result.number)] = number }
      made.append(first..<byteCounts.count)
    }
    for value in node.operations.last.map({ function[$0].operands }) ?? [] {
      let storage = storageOf[Int(value.number)]
      guard storage >= 0 else { continue }
      isKept[storage] = true
      if !ownsArguments { byteCounts[storage] = 0 }
    }
    for (number, id) in operations.enumerated() {
      let results = made[number].reduce(0) { $0 + byteCounts[$1] }
      let inner = innerPeak(id)
      switch function[id].operation {
      case .control(.repeat):
        // The carried values are counted within, and take the places of the first ones.
        demand.append(max(results, inner))
        reusable.append(function[id].results.reduce(0) { $0 + function.type(of: $1).byteCount })
      // What a chain makes inside it lies in registers.
      case .control(.fuse), .elementwise, .random:
        demand.append(results)
        reusable.append(results)
      default:
        demand.append(results + inner)
        reusable.append(0)
      }
    }
  }

  private mutating func addStorage(
    _ value: ValueID, _ function: Function, _ storageOf: inout [Int]
  ) {
    storageOf[Int(value.number)] = byteCounts.count
    byteCounts.append(function.type(of: value).tileByteCount)
    isKept.append(false)
  }
}

/// What an order of a block's operations costs.
package struct OrderCost: Hashable, Comparable, Sendable {
  /// The most bytes held while an operation runs.
  package var peak: Int
  /// The bytes alive after each operation, summed: how much is how long alive.
  package var sum: Int

  package static func < (left: Self, right: Self) -> Bool {
    (left.peak, left.sum) < (right.peak, right.sum)
  }
}

extension BlockFlow {
  /// Walks over the operations in an order.
  /// - Parameter visit: gets the place, the bytes held while its operation runs, and those alive after.
  func walk(_ order: [Int], _ visit: (Int, _ during: Int, _ after: Int) -> Void) {
    var readers = remainingReaders
    var alive = argumentStorages.reduce(0) { $0 + byteCounts[$1] }
    for (place, operation) in order.enumerated() {
      var freed = 0
      reads.forEach(operation) { storage in
        readers[storage] -= 1
        if readers[storage] == 0 { freed += byteCounts[storage] }
      }
      let results = made[operation].reduce(0) { $0 + byteCounts[$1] }
      let unread = made[operation].reduce(0) { $0 + (readers[$1] == 0 ? byteCounts[$1] : 0) }
      let during = alive + demand[operation] - min(freed, reusable[operation])
      alive += results - unread - freed
      visit(place, during, alive)
    }
  }

  /// The number of operations that read each storage, and one more where the block's end does.
  var remainingReaders: [Int] {
    var readers = isKept.map { $0 ? 1 : 0 }
    for operation in operations.indices { reads.forEach(operation) { readers[$0] += 1 } }
    return readers
  }

  /// What an order costs.
  package func cost(_ order: [Int]) -> OrderCost {
    var cost = OrderCost(peak: argumentStorages.reduce(0) { $0 + byteCounts[$1] }, sum: 0)
    walk(order) { _, during, after in
      cost.peak = max(cost.peak, during, after)
      cost.sum += after
    }
    return cost
  }
}

extension Function {
  /// The operands of an operation, and all that its region reads, values of the region among them.
  fileprivate func valuesReadWithin(_ id: OperationID) -> [ValueID] {
    let node = self[id]
    guard let body = node.body else { return node.operands }
    return node.operands + self[body].operations.flatMap(valuesReadWithin)
  }

  /// Whether an operation, or one of its region, moves a stream on.
  func movesStream(_ id: OperationID, _ effects: Set<String>) -> Bool {
    let node = self[id]
    if case .control(.call(let callee)) = node.operation { return effects.contains(callee) }
    guard let body = node.body else {
      return node.operation.hasEffect && !node.operation.isTerminator
    }
    return self[body].operations.contains { movesStream($0, effects) }
  }
}
