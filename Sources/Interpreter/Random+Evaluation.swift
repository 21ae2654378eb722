import Foundations
import Operations

extension Random {
  /// The result for operands that the type rule has accepted.
  func evaluate(_ operands: [Tensor], _ type: TensorType) -> Tensor {
    switch self {
    case .dropout(let probability):
      let stream = Self.stream(key: operands[1], stream: operands[2])
      // The probability is below 1, so that the threshold is below 2^32.
      let threshold = UInt32(probability * 0x1p32)
      let values = operands[0].values.enumerated().map { index, x in
        stream.word(index) >= threshold ? x / (1 - probability) : 0
      }
      return Tensor(type, values)
    }
  }

  /// The key's words in order: the seed's low and high word, the replica, the micro-batch.
  private static func stream(key: Tensor, stream: Tensor) -> RandomStream {
    let key = key.values.map(word)
    return RandomStream(
      seed: UInt64(key[1]) << 32 | UInt64(key[0]), stream: word(stream.values[0]),
      replica: key[2], microBatch: key[3])
  }

  private static func word(_ value: Double) -> UInt32 {
    UInt32(bitPattern: Int32(value))
  }
}
