import Foundations
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct MovementTests {
  private let x = tensor(.f32, [2, 3], [1, 2, 3, 4, 5, 6])

  @Test func reshapeKeepsRowMajorOrder() throws {
    #expect(
      try evaluate(.movement(.reshape([3, 2])), x) == tensor(.f32, [3, 2], [1, 2, 3, 4, 5, 6]))
  }

  @Test func transpose() throws {
    #expect(
      try evaluate(.movement(.transpose([1, 0])), x)
        == tensor(.f32, [3, 2], [1, 4, 2, 5, 3, 6]))
  }

  @Test func broadcast() throws {
    #expect(
      try evaluate(.movement(.broadcast([2, 2, 1])), tensor(.i1, [2, 1], [1, 0]))
        == tensor(.i1, [2, 2, 1], [1, 0, 1, 0]))
  }

  @Test func sliceAndPad() throws {
    #expect(
      try evaluate(.movement(.slice(starts: [0, 1], shape: [2, 2])), x)
        == tensor(.f32, [2, 2], [2, 3, 5, 6]))
    #expect(
      try evaluate(.movement(.pad(starts: [1, 0], shape: [3, 4])), x)
        == tensor(.f32, [3, 4], [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0]))
  }

  @Test func concatenate() throws {
    #expect(
      try evaluate(.movement(.concatenate(axis: 1)), x, tensor(.f32, [2, 1], [7, 8]))
        == tensor(.f32, [2, 4], [1, 2, 3, 7, 4, 5, 6, 8]))
    #expect(
      try evaluate(.movement(.concatenate(axis: 0)), tensor(.f32, [1, 3], [7, 8, 9]), x)
        == tensor(.f32, [3, 3], [7, 8, 9, 1, 2, 3, 4, 5, 6]))
  }

  /// Each element of each sample's result comes from the place that the definition names.
  @Test(arguments: ElementType.allCases)
  func everyElementComesFromItsPlace(element: ElementType) throws {
    for sample in try OperationSamples.all(element: element, seed: 6) {
      guard case .movement(let movement) = sample.operation else { continue }
      let results = try #require(try sample.operation.evaluate(sample.operands))
      let result = results[0]
      let expected =
        if case .reshape = movement {
          sample.operands[0].values
        } else {
          positions(result.type.shape).map { Self.source(movement, sample.operands, at: $0) }
        }
      #expect(result.values == expected, "\(sample)")
    }
  }

  private static func source(
    _ movement: Movement, _ operands: [Tensor], at position: [Int]
  ) -> Double {
    switch movement {
    case .reshape, .broadcast:
      return operands[0][position]
    case .transpose(let permutation):
      var place = position
      for (axis, operandAxis) in permutation.enumerated() { place[operandAxis] = position[axis] }
      return operands[0][place]
    case .slice(let starts, _):
      return operands[0][zip(position, starts).map { $0 + $1 }]
    case .pad(let starts, _):
      let place = zip(position, starts).map { $0 - $1 }
      let isInside = zip(place, operands[0].type.shape).allSatisfy { $0 >= 0 && $0 < $1 }
      return isInside ? operands[0][place] : 0
    case .concatenate(let axis):
      var place = position
      for operand in operands {
        if place[axis] < operand.type.shape[axis] { return operand[place] }
        place[axis] -= operand.type.shape[axis]
      }
      return .nan
    }
  }
}
