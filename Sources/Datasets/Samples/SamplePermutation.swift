import Foundations

/// A pseudo-random order of the numbers below `count` that is computed, not stored: which sample
/// comes at a place follows from seed, epoch and place alone, so that training can begin anywhere.
///
/// A Feistel network over the smallest even number of bits that holds `count`, with Philox as its
/// round function, permutes a power of four; a value outside 0..<count is permuted again until it
/// is inside ("cycle walking": Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
/// The power is below 4 · count, so fewer than four rounds of walking are needed on average.
package struct SamplePermutation: Hashable, Sendable {
  /// How many numbers are permuted: those from 0 to below it.
  package let count: UInt64
  private let key: SIMD2<UInt32>
  private let epoch: SIMD2<UInt32>
  private let halfBitCount: UInt64

  /// Ten, because a network over few bits mixes slowly.
  private static let roundCount: UInt32 = 10
  /// Keeps the counters apart from those of other uses of Philox ("shuf" in ASCII).
  private static let domain: UInt32 = 0x7368_7566

  /// The order of epoch `epoch` under `seed`. `count` is at least 1 and below 2^62.
  package init(count: UInt64, seed: UInt64, epoch: UInt64) {
    self.count = count
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.epoch = SIMD2(
      UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: epoch >> 32))
    let bitCount = max(count, 2) - 1
    halfBitCount = UInt64(UInt64.bitWidth - bitCount.leadingZeroBitCount + 1) / 2
  }

  /// The number at place `place`, which is below `count`.
  package func value(at place: UInt64) -> UInt64 {
    precondition(place < count, "a place of the permutation lies below its count")
    var value = place
    repeat {
      value = permuted(value)
    } while value >= count
    return value
  }

  private func permuted(_ value: UInt64) -> UInt64 {
    let mask = UInt32(truncatingIfNeeded: (UInt64(1) << halfBitCount) - 1)
    var left = UInt32(truncatingIfNeeded: value >> halfBitCount)
    var right = UInt32(truncatingIfNeeded: value) & mask
    for round in 0..<Self.roundCount {
      let words = Philox.words(
        counter: SIMD4(right, Self.domain ^ round, epoch.x, epoch.y), key: key)
      (left, right) = (right, left ^ words.x & mask)
    }
    return UInt64(left) << halfBitCount | UInt64(right)
  }
}
