import Foundations
import Interpreter
import Operations
import Testing

@Suite struct DropoutTests {
  private func dropped(
    _ x: Tensor, probability: Double, key: [Int32] = [7, 1, 2, 3], stream: Int32 = 4
  ) throws -> Tensor {
    try evaluate(
      .random(.dropout(probability: probability)), x,
      Tensor(TensorType([4], .i32), integers: key),
      Tensor(TensorType([], .i32), integers: [stream]))
  }

  @Test(arguments: floatElements)
  func keptElementsAreThoseOfTheStream(element: ElementType) throws {
    let probability = 0.3
    let x = tensor(element, [5, 77], (0..<385).map { Double($0 % 19) - 9.5 })
    // The seed's low word is 2^32 − 2, the replica's number 2^31: words are unsigned.
    let y = try dropped(x, probability: probability, key: [-2, 5, .min, 9], stream: -1)
    let stream = RandomStream(
      seed: 5 << 32 | 0xffff_fffe, stream: 0xffff_ffff, replica: 0x8000_0000, microBatch: 9)
    for index in x.values.indices {
      let isKept = Double(stream.word(index)) >= (probability * 0x1p32).rounded(.down)
      let expected = isKept ? element.round(x.values[index] / (1 - probability)) : 0
      #expect(y.values[index] == expected)
    }
  }

  /// Of n elements n(1 − p) are kept, within five standard deviations √(n p (1 − p)).
  @Test(arguments: [0.1, 0.5, 0.9])
  func shareOfKeptElements(probability: Double) throws {
    let count = 100_000
    let y = try dropped(
      Tensor(TensorType([count], .f32), splat: 1), probability: probability)
    let kept = Double(y.values.count { $0 != 0 })
    let deviation = (Double(count) * probability * (1 - probability)).squareRoot()
    #expect(abs(kept - Double(count) * (1 - probability)) < 5 * deviation)
  }

  @Test func probabilityZeroKeepsAllAndNearlyOneDropsAll() throws {
    let x = tensor(.f64, [1000], (0..<1000).map(Double.init))
    #expect(try dropped(x, probability: 0) == x)
    let y = try dropped(x, probability: 1.0.nextDown)
    #expect(y.values.allSatisfy { $0 == 0 })
  }

  /// A different seed (either word), replica, micro-batch or stream gives a different mask.
  @Test func everyPartOfTheKeyCounts() throws {
    let x = Tensor(TensorType([256], .f32), splat: 1)
    var results = [try dropped(x, probability: 0.5)]
    for word in 0..<4 {
      var key: [Int32] = [7, 1, 2, 3]
      key[word] += 1
      results.append(try dropped(x, probability: 0.5, key: key))
    }
    results.append(try dropped(x, probability: 0.5, stream: 5))
    for (number, result) in results.enumerated() {
      #expect(!results[..<number].contains(result))
    }
    #expect(try dropped(x, probability: 0.5) == results[0])
  }
}
