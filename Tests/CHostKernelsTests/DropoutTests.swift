import CHostKernels
import Foundations
import TestSupport
import Testing

@Suite struct DropoutTests {
  private func check<E: KernelElement>(_ n: Int, _ probability: Double, _: E.Type) throws {
    var numbers = SplitMix64(seed: 41)
    let x: [E] = numbers.values(n)
    let stream = RandomStream(
      seed: 0xfedc_ba98_7654_3210, stream: 0xffff_fff0, replica: 5, microBatch: 77)
    let actual = try outputOnEveryPool(n, of: E.self) { pool, out in
      hk_dropout(
        pool, E.type, Int64(n), x, out, probability, stream.seed, stream.stream, stream.replica,
        stream.microBatch)
    }
    let threshold = UInt32(probability * 0x1p32)
    let scale = Float(1 / (1 - probability))
    let expected = (0..<n).map { stream.word($0) >= threshold ? E(x[$0].float * scale).float : 0 }
    #expect(actual == expected)
    let kept = Double(actual.count { $0 != 0 }) / Double(max(n, 1))
    if n > 10_000 { #expect(abs(kept - (1 - probability)) < 0.02) }
  }

  @Test(arguments: [0, 1, 3, 511, 8195, 20_001]) func equalsTheStream(_ n: Int) throws {
    for probability in [0, 0.1, 0.5] {
      try check(n, probability, Float.self)
      try check(n, probability, Float16.self)
    }
  }

  /// A box draws what its elements draw in the whole tensor.
  @Test(arguments: [
    ([3, 5, 7], [1, 2, 3], [2, 2, 4]), ([4, 1000], [1, 3], [3, 997]), ([2000], [5], [1500]),
    ([6, 40], [0, 0], [6, 40]), ([9, 9], [2, 8], [5, 1]), ([], [], []),
  ])
  func boxesDrawAsTheWhole(_ shape: [Int], _ starts: [Int], _ extents: [Int]) throws {
    try checkBox(shape, starts, extents, Float.self)
    try checkBox(shape, starts, extents, Float16.self)
  }

  private func checkBox<E: KernelElement>(
    _ shape: [Int], _ starts: [Int], _ extents: [Int], _: E.Type
  ) throws {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let count = shape.reduce(1, *)
    var numbers = SplitMix64(seed: 43)
    let x: [E] = numbers.values(count)
    let whole = try outputOnEveryPool(count, of: E.self) { pool, out in
      hk_dropout(pool, E.type, Int64(count), x, out, 0.3, 0xfedc_ba98_7654, 3, 1, 4)
    }
    let first = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let elements = (0..<extents.reduce(1, *)).map { number in
      var (rest, element) = (number, first)
      for axis in extents.indices.reversed() {
        element += rest % extents[axis] * strides[axis]
        rest /= extents[axis]
      }
      return element
    }
    let part = elements.map { x[$0] }
    let found = try outputOnEveryPool(part.count, of: E.self) { pool, out in
      hk_dropout_box(
        pool, E.type, Int32(shape.count), extents.map(Int64.init), strides.map(Int64.init),
        Int64(first), part, out, 0.3, 0xfedc_ba98_7654, 3, 1, 4)
    }
    #expect(found == elements.map { whole[$0] })
  }
}
