/// A sequence that follows itself at least once: positions `start..<end` are equal to those one
/// period later. `period` is the smallest.
struct Run: Hashable {
  let period: Int
  let start: Int
  let end: Int
}

/// A sequence that stands at several places, and that no token before or behind could make longer
/// at all of them.
struct MaximalRepeat {
  let length: Int
  /// The places in `SuffixArray.order`.
  let ranks: ClosedRange<Int>
}

/// All that repeats in a sequence, read off its sorted suffixes in linear time.
///
/// A sequence of 24 layers repeats 23 layers of itself, shifted by one: such repeats overlap
/// themselves, and a run says more. So repeats of which two overlap are left out, and neighbours
/// among the suffixes that share more than their distance give the runs.
struct Repeats {
  private(set) var runs: [Run] = []
  private(set) var maximal: [MaximalRepeat] = []

  /// The repeats of at least `minimum` tokens.
  init(_ tokens: [Int32], _ suffixes: SuffixArray, minimum: Int) {
    findRuns(suffixes, minimum)
    findMaximal(tokens, suffixes, minimum)
  }

  private mutating func findRuns(_ suffixes: SuffixArray, _ minimum: Int) {
    // For each end, the first position of the run of each period.
    var found: [Int: [Int: Int]] = [:]
    for rank in suffixes.order.indices.dropFirst() {
      let (left, right) = (Int(suffixes.order[rank - 1]), Int(suffixes.order[rank]))
      let common = Int(suffixes.common[rank])
      let period = abs(left - right)
      guard common >= period else { continue }
      let (start, end) = (min(left, right), max(left, right) + common)
      found[end, default: [:]][period] = min(found[end]?[period] ?? start, start)
    }
    for (end, starts) in found.sorted(by: { $0.key < $1.key }) {
      for (period, start) in starts.sorted(by: { $0.key < $1.key }) where period >= minimum {
        // Twice a period is one too.
        let isMultiple = starts.contains { $0.key < period && period % $0.key == 0 }
        if !isMultiple { runs.append(Run(period: period, start: start, end: end)) }
      }
    }
  }

  /// Suffixes with a common prefix of a length are neighbours. The walk keeps the open groups.
  private struct Group {
    var length: Int
    var first: Int
    /// The smallest distance of two that are neighbours in order.
    var distance: Int
    /// The token before all of them, nil where they differ.
    var token: Int32?
  }

  private mutating func findMaximal(
    _ tokens: [Int32], _ suffixes: SuffixArray, _ minimum: Int
  ) {
    var open: [Group] = []
    let count = suffixes.order.count
    for rank in 0..<count {
      let position = Int(suffixes.order[rank])
      var inner = Group(
        length: 0, first: rank, distance: .max, token: position > 0 ? tokens[position - 1] : nil)
      // The group of this one and the next begins where the groups that end here began.
      let common = rank + 1 < count ? Int(suffixes.common[rank + 1]) : 0
      while let top = open.last, top.length > common {
        open.removeLast()
        inner = Group(
          length: top.length, first: top.first, distance: min(top.distance, inner.distance),
          token: top.token == inner.token ? inner.token : nil)
        add(inner, to: rank, minimum)
      }
      guard common > 0 else { continue }
      let distance = abs(position - Int(suffixes.order[rank + 1]))
      if let top = open.last, top.length == common {
        open[open.count - 1].distance = min(top.distance, inner.distance, distance)
        open[open.count - 1].token = top.token == inner.token ? inner.token : nil
      } else {
        open.append(
          Group(
            length: common, first: inner.first, distance: min(inner.distance, distance),
            token: inner.token))
      }
    }
  }

  private mutating func add(_ group: Group, to last: Int, _ minimum: Int) {
    guard group.length >= minimum, group.token == nil, group.distance >= group.length else {
      return
    }
    maximal.append(MaximalRepeat(length: group.length, ranks: group.first...last))
  }
}
