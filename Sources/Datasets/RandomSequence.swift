import Foundations

/// Random draws one after the other out of a counter-based stream. The draws are our own, because
/// the standard library does not promise to keep its algorithms.
struct RandomSequence {
  private let stream: RandomStream
  private var index = 0

  init(_ stream: RandomStream) {
    self.stream = stream
  }

  mutating func next() -> UInt32 {
    defer { index += 1 }
    return stream.word(index)
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
