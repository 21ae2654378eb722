/// Philox-4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3" (SC 2011): a pure function from a counter and a key to four random words.
package enum Philox {
  /// The four words for `counter` under `key`.
  package static func words(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 {
        key.x &+= 0x9E37_79B9
        key.y &+= 0xBB67_AE85
      }
      let first = UInt64(0xD251_1F53) * UInt64(counter.x)
      let second = UInt64(0xCD9E_8D57) * UInt64(counter.z)
      counter = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ counter.y ^ key.x,
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter.w ^ key.y,
        UInt32(truncatingIfNeeded: first))
    }
    return counter
  }
}

/// What a random draw depends on besides the element's number: seed, stream, replica and
/// micro-batch. Execution order, threads and recomputation therefore never change a bit.
package struct RandomStream: Hashable, Sendable {
  /// The run's seed: Philox's key, its low word first.
  package var seed: UInt64
  /// Which use of randomness it is, such as one parameter or one dropout.
  package var stream: UInt32
  /// The number of the replica.
  package var replica: UInt32
  /// The number of the micro-batch.
  package var microBatch: UInt32

  package init(seed: UInt64, stream: UInt32, replica: UInt32, microBatch: UInt32) {
    self.seed = seed
    self.stream = stream
    self.replica = replica
    self.microBatch = microBatch
  }

  /// The 32 random bits of element number `index`: word `index mod 4` of Philox at the counter
  /// (index div 4, stream, replica, micro-batch).
  package func word(_ index: Int) -> UInt32 {
    words(ofBlock: index >> 2)[index & 3]
  }

  /// The random bits of the four elements from number `4 * block` on, at the cost of one.
  package func words(ofBlock block: Int) -> SIMD4<UInt32> {
    Philox.words(
      counter: SIMD4(UInt32(truncatingIfNeeded: block), stream, replica, microBatch),
      key: SIMD2(
        UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }
}
