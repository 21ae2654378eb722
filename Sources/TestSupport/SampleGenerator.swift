import Foundations
import Interpreter

/// Draws the elements of sample tensors: the same ones for the same seed.
struct SampleGenerator {
  private let stream: RandomStream
  private var drawn = 0

  init(seed: UInt64) {
    stream = RandomStream(seed: seed, stream: 0, replica: 0, microBatch: 0)
  }

  private mutating func word() -> UInt32 {
    defer { drawn += 1 }
    return stream.word(drawn)
  }

  /// A number in [lower, upper).
  mutating func number(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * Double(word()) * 0x1p-32
  }

  /// An integer in 0..<bound.
  mutating func index(below bound: Int) -> Int {
    Int((UInt64(word()) * UInt64(bound)) >> 32)
  }

  /// A tensor of numbers in [lower, upper), rounded to the element type.
  mutating func tensor(
    _ shape: [Int], _ element: ElementType, from lower: Double = -2, to upper: Double = 2
  ) -> Tensor {
    let type = TensorType(shape, element)
    return Tensor(type, (0..<type.count).map { _ in number(lower, upper) })
  }

  /// A vector of indices into `bound` rows or columns: the last one, the first, then random ones,
  /// so that the ends and repeats occur.
  mutating func indices(_ count: Int, below bound: Int) -> Tensor {
    let values = (0..<count).map { position in
      position == 0 ? bound - 1 : position == 1 ? 0 : index(below: bound)
    }
    return Tensor(TensorType([count], .i32), values.map(Double.init))
  }

  /// A tensor whose elements all differ by at least 1/16, in random order: maxima of it stay the
  /// same under small changes.
  mutating func spreadTensor(_ shape: [Int], _ element: ElementType) -> Tensor {
    let type = TensorType(shape, element)
    var levels = (0..<type.count).map { Double($0 - type.count / 2) / 16 }
    for last in levels.indices.dropFirst().reversed() {
      levels.swapAt(last, index(below: last + 1))
    }
    return Tensor(type, levels)
  }
}
