/// Sets of numbers from 0, joined two at a time.
struct DisjointSets {
  private var parents: [Int]

  /// Each number is a set of its own.
  init(count: Int) {
    parents = Array(0..<count)
  }

  /// The number that stands for the set of a number.
  mutating func representative(of number: Int) -> Int {
    var current = number
    while parents[current] != current {
      // Halves the way for those who come after.
      parents[current] = parents[parents[current]]
      current = parents[current]
    }
    return current
  }

  /// Makes one set of the sets of two numbers.
  mutating func join(_ first: Int, _ second: Int) {
    let (first, second) = (representative(of: first), representative(of: second))
    // The smaller number stands, so that the outcome does not depend on the order.
    parents[max(first, second)] = min(first, second)
  }
}
