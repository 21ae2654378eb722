import Foundations
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct ContractionTests {
  @Test(arguments: floatElements, [(false, false), (true, false), (false, true), (true, true)])
  func smallValues(element: ElementType, transposes: (left: Bool, right: Bool)) throws {
    // [1 2 3; 4 5 6] · [1 0; −1 2; 0 3] = [−1 13; −1 28]
    let left =
      transposes.left
      ? tensor(element, [3, 2], [1, 4, 2, 5, 3, 6]) : tensor(element, [2, 3], [1, 2, 3, 4, 5, 6])
    let right =
      transposes.right
      ? tensor(element, [2, 3], [1, -1, 0, 0, 2, 3])
      : tensor(element, [3, 2], [1, 0, -1, 2, 0, 3])
    let matmul = Contraction(
      transposesLeft: transposes.left, transposesRight: transposes.right, partials: .f32)
    #expect(
      try evaluate(.contraction(matmul), left, right)
        == tensor(element, [2, 2], [-1, 13, -1, 28]))
  }

  /// The sum 1 + 2⁻¹¹ + 2⁻²⁴ lies above the middle of two f16 numbers, but in f32 it is the middle;
  /// and 2049 is a number of f32, not of f16.
  @Test func sumsAreRoundedToPartialsThenToTheElement() throws {
    func product(
      _ values: [Double], _ element: ElementType, _ partials: ElementType
    ) throws -> [Double] {
      let ones = Tensor(TensorType([values.count, 1], element), splat: 1)
      return try evaluate(
        .contraction(Contraction(partials: partials)),
        tensor(element, [1, values.count], values), ones
      ).values
    }
    let aboveMiddle = [1, 0x1p-11, 0x1p-24]
    #expect(try product(aboveMiddle, .f16, .f64) == [1 + 0x1p-10])
    #expect(try product(aboveMiddle, .f16, .f32) == [1])
    #expect(try product(aboveMiddle, .f16, .f16) == [1 + 0x1p-10])
    #expect(try product([2048, 1], .f32, .f32) == [2049])
    #expect(try product([2048, 1], .f32, .f16) == [2048])
    #expect(try product([65504, 65504, -65504], .f16, .f16) == [65504])
    #expect(try product([65504, 65504], .f32, .f16) == [.infinity])
  }

  @Test(arguments: floatElements)
  func samplesAgreeWithTheDefinition(element: ElementType) throws {
    for sample in try OperationSamples.all(element: element, seed: 8) {
      guard case .contraction(let matmul) = sample.operation else { continue }
      let (left, right) = (sample.operands[0], sample.operands[1])
      let extents = try matmul.extents(left.type, right.type)
      let result = try evaluate(sample.operation, left, right)
      for position in positions(result.type.shape) {
        let batch = position.dropLast(2)
        let (row, column) = (position[position.count - 2], position[position.count - 1])
        let sum = (0..<extents.contracted).reduce(0.0) { sum, index in
          let leftPlace = matmul.transposesLeft ? [index, row] : [row, index]
          let rightPlace = matmul.transposesRight ? [column, index] : [index, column]
          return sum + left[batch + leftPlace] * right[batch + rightPlace]
        }
        #expect(isNearest(result[position], matmul.partials.round(sum), element), "\(sample)")
      }
    }
  }

  /// Wider than the block of columns that is computed at a time.
  @Test func wideProducts() throws {
    let columns = 700
    let left = tensor(.f64, [2, 2], [1, 2, 3, 4])
    let right = tensor(.f64, [2, columns], (0..<2 * columns).map(Double.init))
    let result = try evaluate(.contraction(Contraction(partials: .f64)), left, right)
    for column in 0..<columns {
      let (upper, lower) = (Double(column), Double(columns + column))
      #expect(result[[0, column]] == upper + 2 * lower)
      #expect(result[[1, column]] == 3 * upper + 4 * lower)
    }
  }
}
