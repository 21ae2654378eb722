/// The values that sizes may have. The upper bounds lie far beyond any machine and keep products
/// of sizes within 64 bits.
package enum RecipeLimits {
  /// Sequences that go through the model at a time.
  package static let microBatchSize = 1...(1 << 16)
  /// Copies of the model.
  package static let replicas = 1...(1 << 12)
  /// Micro-batches that a replica accumulates for one weight update.
  package static let accumulationCount = 1...(1 << 20)
  /// Tokens of a sequence; also for positions and for masked tokens of a sequence.
  package static let sequenceLength = 1...(1 << 16)
  /// Columns of a hidden state.
  package static let hiddenSize = 1...(1 << 16)
  /// Columns between the feed-forward layers.
  package static let intermediateSize = 1...(1 << 18)
  /// Entries of the vocabulary.
  package static let vocabularySize = 1...(1 << 24)
  /// Attention heads of a layer.
  package static let attentionHeads = 1...(1 << 12)
  /// Encoder layers.
  package static let layers = 1...(1 << 10)
  /// Kinds of segment.
  package static let tokenTypes = 1...(1 << 10)
  /// Slices of the vocabulary in the embedding's products.
  package static let embeddingSerializationFactor = 1...(1 << 12)
  /// The number of an IPU of a replica.
  package static let device = 0...((1 << 12) - 1)
  /// A number of samples, epochs or steps, of which there must be one.
  package static let count = 1...Int.max
  /// A number that may be 0, such as the seed or a limit in bytes.
  package static let countOrZero = 0...Int.max
  /// The most pipeline stages.
  package static let stages = 1 << 12

  /// A dropout probability; 1 would divide by zero.
  package static let probability = RealInterval(from: 0, below: 1)
  /// The part of a tile's memory that a matrix product may use.
  package static let memoryProportion = RealInterval(above: 0, through: 1)
  /// A part of a whole, such as the warm-up's of the training.
  package static let fraction = RealInterval(from: 0, through: 1)
  /// A number above 0, such as a learning rate.
  package static let positive = RealInterval(above: 0, through: largest)
  /// A number from 0 on, such as the weight decay.
  package static let notNegative = RealInterval(from: 0, through: largest)

  /// Real values are computed with in 32 bits.
  fileprivate static let largest = Double(Float.greatestFiniteMagnitude)
}

/// An interval of real numbers, each end in it or not.
package struct RealInterval: Hashable, Sendable, CustomStringConvertible {
  /// The lower end.
  package let lower: Double
  /// Whether the lower end is in the interval.
  package let includesLower: Bool
  /// The upper end; the largest 32-bit number where there is none.
  package let upper: Double
  /// Whether the upper end is in the interval.
  package let includesUpper: Bool

  /// The numbers from `lower` to `upper`, with both.
  package init(from lower: Double, through upper: Double) {
    (self.lower, self.includesLower, self.upper, self.includesUpper) = (lower, true, upper, true)
  }

  /// The numbers from `lower` on, with it, that are below `upper`.
  package init(from lower: Double, below upper: Double) {
    (self.lower, self.includesLower, self.upper, self.includesUpper) = (lower, true, upper, false)
  }

  /// The numbers above `lower` up to `upper`, with it.
  package init(above lower: Double, through upper: Double) {
    (self.lower, self.includesLower, self.upper, self.includesUpper) = (lower, false, upper, true)
  }

  /// Whether `value` lies in the interval, also once it is rounded to 32 bits; never so for a NaN.
  package func contains(_ value: Double) -> Bool {
    func holds(_ value: Double) -> Bool {
      (includesLower ? value >= lower : value > lower)
        && (includesUpper ? value <= upper : value < upper)
    }
    return holds(value) && holds(Double(Float(value)))
  }

  /// The end of the interval that `value` lies beyond; nil where that end is not in it.
  package func nearest(to value: Double) -> Double? {
    if contains(value) { return value }
    if value <= lower { return includesLower ? lower : nil }
    return value >= upper && includesUpper && upper < RecipeLimits.largest ? upper : nil
  }

  /// Whether any number above the lower end will do.
  package var isUnbounded: Bool { upper == RecipeLimits.largest }

  /// The interval in words: `above 0`, `from 0 to below 1`.
  package var description: String {
    let start = includesLower ? "from \(Self.short(lower))" : "above \(Self.short(lower))"
    if isUnbounded {
      return includesLower ? "of at least \(Self.short(lower))" : start
    }
    return start + (includesUpper ? " to " : " to below ") + Self.short(upper)
  }

  private static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? value.description
  }
}
