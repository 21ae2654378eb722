import Foundations

/// Random draws one after the other out of a counter-based stream. The draws are our own, because
/// the standard library does not promise to keep its algorithms.
struct RandomSequence {
  private let stream: RandomStream
  private var index = 0
  /// The words of the current group of four draws.
  private var words: SIMD4<UInt32> = .zero

  init(_ stream: RandomStream) {
    self.stream = stream
  }

  /// The words of the stream in order, four from each call of the generator.
  mutating func next() -> UInt32 {
    if index & 3 == 0 {
      words = stream.words(index >> 2)
    }
    defer { index += 1 }
    return words[index & 3]
  }

  /// A number below `limit`, each equally likely (Lemire, "Fast random integer generation in an
  /// interval", 2019). `limit` is at least 1 and below 2^32.
  mutating func number(below limit: Int) -> Int {
    let limit = UInt32(limit)
    let rejectedBelow = (0 &- limit) % limit
    while true {
      let product = UInt64(next()) * UInt64(limit)
      if UInt32(truncatingIfNeeded: product) >= rejectedBelow { return Int(product >> 32) }
    }
  }

  /// True with the given probability.
  mutating func chance(_ probability: Double) -> Bool {
    Double(next()) < probability * 4_294_967_296
  }

  /// Fisher and Yates' shuffle.
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, number(below: last + 1))
    }
  }
}

extension RandomStream {
  /// Four words at once: those of elements 4 · `group` to 4 · `group` + 3.
  fileprivate func words(_ group: Int) -> SIMD4<UInt32> {
    Philox.words(
      counter: SIMD4(UInt32(truncatingIfNeeded: group), stream, replica, microBatch),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }
}
