/// A share that was counted, against the one that the recipe says.
package struct ShareCheck: Hashable, Sendable {
  /// What was counted, in words.
  package var name: String
  /// How often it was so.
  package var count: Int
  /// Of how many.
  package var total: Int
  /// The share that the recipe says.
  package var expected: Double
  /// How far the share may be from it.
  package var tolerance: Double

  /// The share that was counted; the expected one of nothing.
  package var share: Double { total == 0 ? expected : Double(count) / Double(total) }

  /// Whether the share is as near to the expected one as it has to be.
  package var holds: Bool { abs(share - expected) <= tolerance }

  /// A share of independent draws: it may be four standard deviations of the binomial distribution away,
  /// which one right data set in 16,000 is, and `slack`.
  static func ofDraws(
    _ name: String, _ count: Int, of total: Int, expected: Double, slack: Double
  ) -> ShareCheck {
    let deviation = (expected * (1 - expected) / Double(max(total, 1))).squareRoot()
    return ShareCheck(
      name: name, count: count, total: total, expected: expected,
      tolerance: 4 * deviation + slack)
  }
}
