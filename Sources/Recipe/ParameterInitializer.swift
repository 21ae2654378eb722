import Foundations

/// How a parameter starts.
package enum ParameterInitializer: Hashable, Sendable {
  case zeros
  case ones
  /// Normal around 0, cut off at two standard deviations. `standardDeviation` is that of the
  /// distribution before the cut, as in TensorFlow.
  case truncatedNormal(standardDeviation: Double)

  /// The first `count` values. Element i depends on seed, stream and i alone; drawn with Philox at
  /// the replica number 0xFFFF_FFFF, which no replica has, and micro-batch 0, and from additions,
  /// products, quotients and square roots only, so that all machines draw the same bits.
  package func values(count: Int, seed: UInt64, stream: UInt32) -> [Float] {
    switch self {
    case .zeros: return [Float](repeating: 0, count: count)
    case .ones: return [Float](repeating: 1, count: count)
    case .truncatedNormal(let standardDeviation):
      let random = RandomStream(
        seed: seed, stream: stream, replica: 0xFFFF_FFFF, microBatch: 0)
      return [Float](unsafeUninitializedCapacity: count) { values, initialized in
        var words = SIMD4<UInt32>.zero
        for index in 0..<count {
          if index & 3 == 0 { words = random.words(ofBlock: index >> 2) }
          let value = standardDeviation * Self.truncatedNormal(words[index & 3])
          values.initializeElement(at: index, to: Float(value))
        }
        initialized = count
      }
    }
  }

  /// A standard normal value within ±2 from 32 random bits, by the inverse distribution function:
  /// with u = (word + ½) / 2³² the probability is Φ(−2) + u · (Φ(2) − Φ(−2)).
  private static func truncatedNormal(_ word: UInt32) -> Double {
    let uniform = (Double(word) + 0.5) / 4_294_967_296
    // Φ(2) − ½ = erf(√2) / 2. Counting from the middle keeps the tails' symmetry exact.
    return NormalDistribution.quantile(centred: (2 * uniform - 1) * 0.477249868051820792799717)
  }
}
