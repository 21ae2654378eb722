import GraphIR

/// The cost of the copies that a call in the place of a window of a schedule would make, for many
/// windows at once.
///
/// A value adds its cost to all windows that read it from outside, and to all that make it for
/// readers behind. Those windows are an interval, so that each use is one entry in an array of
/// differences and the time is linear in the uses.
struct CopyProfile {
  private let schedule: BlockSchedule
  /// What it costs to copy a value, by `ValueID.number`.
  private let costs: [Double]
  /// The position of the last use seen of a value in this pass, by `ValueID.number`.
  private var seen: [Int]

  init(_ schedule: BlockSchedule) {
    self.schedule = schedule
    costs = schedule.function.values.map { OutliningCost.copy($0.type) }
    seen = Array(repeating: -1, count: costs.count)
  }

  /// The costs of the windows of one length that lie in a range, by their first position.
  mutating func windows(of length: Int, in range: Range<Int>) -> [Double] {
    let last = range.upperBound - length
    return profile(range, over: range.lowerBound...last) { _, definition, previous, use in
      (max(definition, previous, use - length) + 1, use)
    } output: { definition, lastUse in
      (definition - length + 1, min(definition, lastUse - length))
    }
  }

  /// The costs of the windows that end where the range ends, by their first position.
  mutating func suffixes(of range: Range<Int>) -> [Double] {
    profile(range, over: range.lowerBound...range.upperBound) { _, definition, previous, use in
      (max(definition, previous) + 1, use)
    } output: { definition, lastUse in
      (range.lowerBound, lastUse >= range.upperBound ? definition : -1)
    }
  }

  /// The costs of the windows that begin where the range begins, by the position behind their last.
  mutating func prefixes(of range: Range<Int>) -> [Double] {
    let start = range.lowerBound
    return profile(range, over: start...range.upperBound) { _, definition, previous, use in
      (use + 1, definition < start && previous < start ? range.upperBound : -1)
    } output: { definition, lastUse in
      (definition + 1, lastUse)
    }
  }

  /// Sums what each use and each definition in a range adds to an interval of windows.
  private mutating func profile(
    _ range: Range<Int>, over windows: ClosedRange<Int>,
    input: (_ value: ValueID, _ definition: Int, _ previous: Int, _ use: Int) -> (Int, Int),
    output: (_ definition: Int, _ lastUse: Int) -> (Int, Int)
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: windows.count + 1)
    func add(_ cost: Double, _ interval: (Int, Int)) {
      let low = max(interval.0, windows.lowerBound)
      let high = min(interval.1, windows.upperBound)
      guard low <= high else { return }
      sums[low - windows.lowerBound] += cost
      sums[high + 1 - windows.lowerBound] -= cost
    }
    for position in range {
      for operand in schedule.operands(position) {
        let definition: Int
        switch schedule.origin(operand) {
        case .constant: continue
        case .outside: definition = -1
        case .position(let place): definition = place
        }
        let number = Int(operand.number)
        add(costs[number], input(operand, definition, seen[number], position))
        seen[number] = position
      }
      for result in schedule.results(position) {
        add(costs[Int(result.number)], output(position, schedule.lastUse(result)))
      }
    }
    for position in range {
      for operand in schedule.operands(position) { seen[Int(operand.number)] = -1 }
    }
    for index in 1..<sums.count { sums[index] += sums[index - 1] }
    sums.removeLast()
    return sums
  }
}
