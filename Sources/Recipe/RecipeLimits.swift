/// The values that sizes may have. The upper bounds lie far beyond any machine and keep products
/// of sizes within 64 bits.
package enum RecipeLimits {
  package static let microBatchSize = 1...(1 << 16)
  package static let replicas = 1...(1 << 12)
  package static let accumulationCount = 1...(1 << 20)
  package static let sequenceLength = 1...(1 << 16)
  package static let hiddenSize = 1...(1 << 16)
  package static let intermediateSize = 1...(1 << 18)
  package static let vocabularySize = 1...(1 << 24)
  package static let attentionHeads = 1...(1 << 12)
  package static let layers = 1...(1 << 10)
  package static let tokenTypes = 1...(1 << 10)
  package static let embeddingSerializationFactor = 1...(1 << 12)
  package static let device = 0...((1 << 12) - 1)
  package static let count = 1...Int.max
  package static let countOrZero = 0...Int.max
  package static let stages = 1 << 12

  package static let probability = RealInterval(from: 0, below: 1)
  package static let memoryProportion = RealInterval(above: 0, through: 1)
  package static let fraction = RealInterval(from: 0, through: 1)
  package static let positive = RealInterval(above: 0, through: .greatestFiniteMagnitude)
  package static let notNegative = RealInterval(from: 0, through: .greatestFiniteMagnitude)
}

/// An interval of real numbers, each end in it or not.
package struct RealInterval: Hashable, Sendable, CustomStringConvertible {
  private let lower: Double
  private let includesLower: Bool
  private let upper: Double
  private let includesUpper: Bool

  package init(from lower: Double, through upper: Double) {
    (self.lower, self.includesLower, self.upper, self.includesUpper) = (lower, true, upper, true)
  }

  package init(from lower: Double, below upper: Double) {
    (self.lower, self.includesLower, self.upper, self.includesUpper) = (lower, true, upper, false)
  }

  package init(above lower: Double, through upper: Double) {
    (self.lower, self.includesLower, self.upper, self.includesUpper) = (lower, false, upper, true)
  }

  package func contains(_ value: Double) -> Bool {
    (includesLower ? value >= lower : value > lower)
      && (includesUpper ? value <= upper : value < upper)
  }

  /// The interval in words: `above 0`, `from 0 to below 1`.
  package var description: String {
    let start = includesLower ? "from \(Self.short(lower))" : "above \(Self.short(lower))"
    if upper == .greatestFiniteMagnitude {
      return includesLower ? "of at least \(Self.short(lower))" : start
    }
    return start + (includesUpper ? " to " : " to below ") + Self.short(upper)
  }

  private static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? value.description
  }
}
