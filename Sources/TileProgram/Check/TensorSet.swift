/// Tensors of a function, by their numbers.
struct TensorSet: Hashable {
  private var words: [UInt64]

  /// The empty set of a function with so many tensors.
  init(count: Int) {
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
  }

  func contains(_ tensor: Int) -> Bool { words[tensor / 64] >> (tensor % 64) & 1 == 1 }

  mutating func insert(_ tensor: Int) { words[tensor / 64] |= 1 << (tensor % 64) }

  mutating func remove(_ tensor: Int) { words[tensor / 64] &= ~(1 << (tensor % 64)) }

  mutating func formUnion(_ other: TensorSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  func intersection(_ other: TensorSet) -> TensorSet {
    var result = self
    for index in words.indices { result.words[index] &= other.words[index] }
    return result
  }

  /// Calls `visit` with each, in ascending order.
  func forEach(_ visit: (Int) -> Void) {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        visit(index * 64 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }
}
