import Foundations
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct ReductionTests {
  @Test(arguments: floatElements)
  func smallValues(element: ElementType) throws {
    let x = tensor(element, [2, 3], [1, -2, 3, 4, 5, -6])
    func reduced(_ function: Reduction.Function, _ axes: [Int]) throws -> Tensor {
      try evaluate(.reduction(Reduction(function, axes: axes)), x)
    }
    #expect(try reduced(.sum, [0]) == tensor(element, [3], [5, 3, -3]))
    #expect(try reduced(.sum, [1]) == tensor(element, [2], [2, 3]))
    #expect(try reduced(.sum, [0, 1]) == scalar(element, 5))
    #expect(try reduced(.sum, []) == x)
    #expect(try reduced(.maximum, [0]) == tensor(element, [3], [4, 5, 3]))
    #expect(try reduced(.maximum, [1]) == tensor(element, [2], [3, 5]))
  }

  /// A sum in f16 would stay at 2048; one rounded to f32 before f16 would be 1.
  @Test func sumsAreRoundedOnce() throws {
    let sum = Operation.reduction(Reduction(.sum, axes: [0]))
    #expect(try evaluate(sum, Tensor(TensorType([4096], .f16), splat: 1)).values == [4096])
    #expect(
      try evaluate(sum, tensor(.f16, [3], [1, 0x1p-11, 0x1p-24])).values == [1 + 0x1p-10])
  }

  @Test func maximumShowsNotANumber() throws {
    let maximum = Operation.reduction(Reduction(.maximum, axes: [0]))
    #expect(try evaluate(maximum, tensor(.f32, [3], [1, .nan, 2])).values[0].isNaN)
    let lowest = Tensor(TensorType([2], .f32), splat: -.infinity)
    #expect(try evaluate(maximum, lowest).values == [-.infinity])
  }

  @Test(arguments: floatElements)
  func samplesAgreeWithTheDefinition(element: ElementType) throws {
    for sample in try OperationSamples.all(element: element, seed: 7) {
      guard case .reduction(let reduction) = sample.operation else { continue }
      let operand = sample.operands[0]
      var groups: [[Int]: [Double]] = [:]
      for position in positions(operand.type.shape) {
        let kept = position.indices.filter { !reduction.axes.contains($0) }
        groups[kept.map { position[$0] }, default: []].append(operand[position])
      }
      let result = try evaluate(sample.operation, operand)
      for position in positions(result.type.shape) {
        let group = try #require(groups[position])
        switch reduction.function {
        case .sum: #expect(isNearest(result[position], group.reduce(0, +), element), "\(sample)")
        case .maximum: #expect(result[position] == group.max(), "\(sample)")
        }
      }
    }
  }
}
