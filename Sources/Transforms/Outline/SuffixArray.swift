/// The suffixes of a sequence in sorted order, and how much neighbours have in common.
///
/// Suffixes are sorted by their first 1, 2, 4, ... tokens with counting sorts, which takes time in
/// n·log(longest repeat); the common prefixes follow in linear time, as the suffix after a position
/// shares at least one token less with its neighbour than the one at the position.
struct SuffixArray {
  /// The positions where suffixes begin, in the order of the suffixes.
  private(set) var order: [Int32]
  /// The place of each position in `order`.
  private(set) var ranks: [Int32]
  /// How many first tokens the suffixes `order[r - 1]` and `order[r]` share; 0 for r = 0.
  private(set) var common: [Int32]

  /// Sorts the suffixes of tokens that are at least 0.
  init(_ tokens: [Int32]) {
    let count = tokens.count
    order = (0..<Int32(count)).map { $0 }
    ranks = tokens
    common = Array(repeating: 0, count: count)
    guard count > 1 else {
      ranks = Array(repeating: 0, count: count)
      return
    }
    sort(tokens)
    findCommonPrefixes(tokens)
  }

  private mutating func sort(_ tokens: [Int32]) {
    let count = tokens.count
    var classes = Int(tokens.max() ?? 0) + 1
    var second = order
    var next = ranks
    order = Self.sorted(second, by: ranks, classes)
    var length = 1
    while true {
      // Those that end before `length` come first; the others as their rests are ordered.
      var filled = 0
      for position in max(0, count - length)..<count {
        second[filled] = Int32(position)
        filled += 1
      }
      for position in order where Int(position) >= length {
        second[filled] = position - Int32(length)
        filled += 1
      }
      order = Self.sorted(second, by: ranks, classes)
      next[Int(order[0])] = 0
      for rank in 1..<count {
        let (left, right) = (Int(order[rank - 1]), Int(order[rank]))
        let isEqual =
          ranks[left] == ranks[right]
          && max(left, right) + length < count && ranks[left + length] == ranks[right + length]
        next[right] = next[left] + (isEqual ? 0 : 1)
      }
      swap(&ranks, &next)
      classes = Int(ranks[Int(order[count - 1])]) + 1
      if classes == count { return }
      length *= 2
    }
  }

  /// The positions sorted by key, equal keys in the order given.
  private static func sorted(_ positions: [Int32], by keys: [Int32], _ classes: Int) -> [Int32] {
    var starts = [Int32](repeating: 0, count: classes + 1)
    for position in positions { starts[Int(keys[Int(position)]) + 1] += 1 }
    for key in 1..<(classes + 1) { starts[key] += starts[key - 1] }
    var sorted = positions
    for position in positions {
      let key = Int(keys[Int(position)])
      sorted[Int(starts[key])] = position
      starts[key] += 1
    }
    return sorted
  }

  private mutating func findCommonPrefixes(_ tokens: [Int32]) {
    var length = 0
    for position in tokens.indices {
      let rank = Int(ranks[position])
      guard rank > 0 else {
        length = 0
        continue
      }
      let other = Int(order[rank - 1])
      while max(position, other) + length < tokens.count,
        tokens[position + length] == tokens[other + length]
      {
        length += 1
      }
      common[rank] = Int32(length)
      length = max(0, length - 1)
    }
  }
}
