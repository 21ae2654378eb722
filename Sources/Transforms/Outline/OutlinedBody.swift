import GraphIR
import Operations

/// Windows of a schedule that one function can stand for.
///
/// Windows of equal tokens are instances of one body where their wiring is equal: each operand comes
/// from the same place in the window, or is the external input of the same number, counted by first
/// use. Constants are compared by value and place: where all instances read an equal one the body has
/// it, else it is an argument. So layers whose dropouts differ in their streams stay one.
struct OutlinedBody {
  /// The number of positions of an instance.
  let length: Int
  /// The first positions of the instances, ascending; they do not overlap.
  let starts: [Int]
  /// The values, one list an instance, that the calls hand over, in the order of the arguments.
  let arguments: [[ValueID]]
  /// For each operand that is a constant, in the order of the operations: what the body reads.
  let constants: [Constant]
  /// The results that some instance's surroundings read: of which place in the window, which one.
  let outputs: [Output]
  /// What outlining the instances saves; see `OutliningCost`.
  let gain: Double

  enum Constant: Hashable {
    case literal(TensorLiteral)
    case argument(Int)
  }

  struct Output: Hashable {
    let offset: Int
    let index: Int
  }

  /// The largest part of the windows whose wiring is equal; nil where that is one window.
  init?(_ starts: [Int], length: Int, in schedule: BlockSchedule) {
    var groups: [[Int32]: [Int]] = [:]
    var order: [[Int32]] = []
    for start in starts {
      let wiring = Self.wiring(start, length, schedule)
      if groups[wiring] == nil { order.append(wiring) }
      groups[wiring, default: []].append(start)
    }
    // The first of the largest ones.
    var largest: [Int] = []
    for wiring in order {
      if let group = groups[wiring], group.count > largest.count { largest = group }
    }
    guard largest.count > 1 else { return nil }
    self.init(isomorphic: largest, length, schedule)
  }

  private init(isomorphic starts: [Int], _ length: Int, _ schedule: BlockSchedule) {
    self.starts = starts
    self.length = length
    var arguments = starts.map { Self.inputs($0, length, schedule) }
    (constants, arguments) = Self.place(
      starts.map { Self.constants($0, length, schedule) }, behind: arguments, schedule)
    self.arguments = arguments
    outputs = Self.outputs(starts, length, schedule)
    let first = starts[0]
    let results = outputs.map { schedule.results(first + $0.offset)[$0.index] }
    let copies = (arguments[0] + results).reduce(OutliningCost.callCode) {
      $0 + OutliningCost.copy(schedule.function.type(of: $1))
    }
    let code = schedule.code[first..<(first + length)].reduce(0, +)
    gain = Double(starts.count - 1) * code - Double(starts.count) * copies
  }

  /// Where each operand comes from: a pair of numbers an operand.
  private static func wiring(_ start: Int, _ length: Int, _ schedule: BlockSchedule) -> [Int32] {
    var inputs: [ValueID: Int32] = [:]
    var wiring: [Int32] = []
    for position in start..<(start + length) {
      for operand in schedule.operands(position) {
        switch schedule.origin(operand) {
        case .constant:
          wiring.append(-2)
        case .position(let place) where place >= start:
          wiring.append(Int32(place - start))
          wiring.append(Int32(schedule.resultIndex(operand)))
        case .position, .outside:
          let number = inputs[operand] ?? Int32(inputs.count)
          inputs[operand] = number
          wiring.append(-1)
          wiring.append(number)
        }
      }
    }
    return wiring
  }

  /// The external inputs but for constants, by first use.
  private static func inputs(
    _ start: Int, _ length: Int, _ schedule: BlockSchedule
  ) -> [ValueID] {
    var seen: Set<ValueID> = []
    var inputs: [ValueID] = []
    for position in start..<(start + length) {
      for operand in schedule.operands(position) where schedule.isInput(operand, from: start) {
        if seen.insert(operand).inserted { inputs.append(operand) }
      }
    }
    return inputs
  }

  /// The constants read, one for each operand that is one.
  private static func constants(
    _ start: Int, _ length: Int, _ schedule: BlockSchedule
  ) -> [(value: ValueID, literal: Int)] {
    (start..<(start + length)).flatMap { position in
      schedule.operands(position).compactMap { operand in
        guard case .constant(let literal) = schedule.origin(operand) else { return nil }
        return (operand, literal)
      }
    }
  }

  /// Decides which constants are arguments: those that differ. Operands that read equal constants in
  /// each instance share one.
  private static func place(
    _ instances: [[(value: ValueID, literal: Int)]], behind inputs: [[ValueID]],
    _ schedule: BlockSchedule
  ) -> ([Constant], [[ValueID]]) {
    var arguments = inputs
    var columns: [[Int]: Int] = [:]
    var constants: [Constant] = []
    for slot in instances[0].indices {
      let column = instances.map { $0[slot].literal }
      if column.allSatisfy({ $0 == column[0] }) {
        constants.append(.literal(schedule.literals[column[0]]))
        continue
      }
      if columns[column] == nil {
        columns[column] = arguments[0].count
        for instance in instances.indices {
          arguments[instance].append(instances[instance][slot].value)
        }
      }
      constants.append(.argument(columns[column] ?? 0))
    }
    return (constants, arguments)
  }

  private static func outputs(
    _ starts: [Int], _ length: Int, _ schedule: BlockSchedule
  ) -> [Output] {
    var outputs: [Output] = []
    for offset in 0..<length {
      for index in schedule.results(starts[0] + offset).indices {
        let isRead = starts.contains { start in
          schedule.lastUse(schedule.results(start + offset)[index]) >= start + length
        }
        if isRead { outputs.append(Output(offset: offset, index: index)) }
      }
    }
    return outputs
  }
}

extension BlockSchedule {
  /// Whether a window that begins at a position gets the value from outside; constants do not count.
  func isInput(_ value: ValueID, from start: Int) -> Bool {
    switch origin(value) {
    case .constant: false
    case .outside: true
    case .position(let place): place < start
    }
  }

  fileprivate func resultIndex(_ value: ValueID) -> Int {
    if case .result(_, let index) = function[value].definition { index } else { 0 }
  }
}
