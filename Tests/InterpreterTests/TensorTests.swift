import Foundations
import Interpreter
import Operations
import Testing

@Suite struct TensorTests {
  @Test(arguments: ElementType.allCases)
  func initializersRound(element: ElementType) {
    let values = [0.1, -7.9, 65519, 1e300, -0.0, 0x1p-24, .infinity, .nan, 0x1p31]
    let type = TensorType([values.count], element)
    let expected = values.map(element.round)
    for tensor in [
      Tensor(type, values), Tensor(type, values.enumerated().map { expected[$0.offset] }),
    ] {
      #expect(tensor.values.map(\.bitPattern) == expected.map(\.bitPattern))
    }
    #expect(Tensor(type, splat: 0.1).values == Array(repeating: element.round(0.1), count: 9))
  }

  /// 1 + 2⁻¹¹ + 2⁻⁴⁰ lies above the middle of two f16 numbers; rounded to f32 first it would be
  /// the middle, and go to the even neighbour below.
  @Test func f16IsRoundedOnce() {
    let value = 1 + 0x1p-11 + 0x1p-40
    #expect(scalar(.f16, value).values == [1 + 0x1p-10])
    #expect(Float16(Float(value)) == 1)
    #expect(scalar(.f16, 1 + 0x1p-11).values == [1])
    #expect(scalar(.f16, 65519.99).values == [65504])
    #expect(scalar(.f16, 65520).values == [.infinity])
    #expect(scalar(.f16, 0x1p-25).values == [0])
    #expect(scalar(.f16, 0x1.8p-25).values == [0x1p-24])
  }

  /// All f16 numbers, the middles between neighbours, and the f64 numbers next to these.
  @Test func roundingToHalfPrecisionIsThatOfTheElementType() {
    var values: [Double] = []
    for bits in UInt16(0)..<0x7c00 {
      let number = Float16(bitPattern: bits)
      let middle = (Double(number) + Double(number.nextUp)) / 2
      values += [Double(number), middle, middle.nextUp, middle.nextDown]
    }
    values += values.map { -$0 }
    let rounded = tensor(.f16, [values.count], values).values
    let isRight = zip(values, rounded).allSatisfy { value, rounded in
      rounded.bitPattern == Double(Float16(value)).bitPattern
    }
    #expect(isRight)
  }

  @Test func fromFloatsAndIntegers() {
    #expect(
      Tensor(TensorType([2], .f32), floats: [0.1, 2]).values == [Double(Float(0.1)), 2])
    #expect(
      Tensor(TensorType([2], .i32), integers: [.min, .max]).values == [-0x1p31, 0x1p31 - 1])
  }

  @Test func equalityIsOfBits() {
    #expect(scalar(.f32, .nan) == scalar(.f32, .nan))
    #expect(scalar(.f32, 0) != scalar(.f32, -0.0))
    #expect(scalar(.f32, 1) != scalar(.f16, 1))
    #expect(tensor(.f32, [1, 2], [1, 2]) != tensor(.f32, [2, 1], [1, 2]))
  }

  @Test func constants() throws {
    let type = TensorType([2, 2], .f16)
    let literal = try TensorLiteral(type, [1, 2, 3, 0.1])
    #expect(
      try evaluate(.source(.constant(literal))).values == [1, 2, 3, Double(Float16(0.1))])
    #expect(
      try evaluate(.source(.constant(TensorLiteral(splat: 3, type)))).values == [3, 3, 3, 3])
  }
}
