import Foundations
import Interpreter
import Operations
import TestSupport
import Testing

/// Accumulating is adding what was padded or scattered, bit for bit.
@Suite struct AccumulationTests {
  @Test(arguments: floatElements)
  func smallValues(element: ElementType) throws {
    let accumulator = tensor(element, [3, 2], [1, 2, 3, 4, 5, 6])
    #expect(
      try evaluate(
        .accumulation(.slice(starts: [1, 1])), accumulator, tensor(element, [2, 1], [10, 20]))
        == tensor(element, [3, 2], [1, 2, 3, 14, 5, 26]))
    let indices = Tensor(TensorType([3], .i32), [2, 0, 2])
    #expect(
      try evaluate(
        .accumulation(.rows), accumulator, indices, tensor(element, [3, 2], [1, 2, 3, 4, 5, 6]))
        == tensor(element, [3, 2], [4, 6, 3, 4, 11, 14]))
  }

  @Test(arguments: floatElements)
  func samplesAreSums(element: ElementType) throws {
    var count = 0
    for sample in try OperationSamples.all(element: element, seed: 21) {
      let operands = sample.operands
      let addend: Tensor
      switch sample.operation {
      case .accumulation(.slice(let starts)):
        addend = try evaluate(
          .movement(.pad(starts: starts, shape: operands[0].type.shape)), operands[1])
      case .accumulation(.rows):
        let rows = operands[0].type.shape[0]
        addend = try evaluate(
          .indexing(.scatterAddRows(rows: rows)), operands[1], operands[2])
      default: continue
      }
      count += 1
      let sum = try evaluate(.elementwise(.binary(.add)), operands[0], addend)
      #expect(try sample.operation.evaluate(operands) == [sum], "\(sample)")
    }
    #expect(count > 8)
  }

  /// What nothing is added to keeps all its bits.
  @Test func theRestStays() throws {
    let accumulator = tensor(.f16, [3, 1], [-0.0, .nan, 1])
    let rows = try evaluate(
      .accumulation(.rows), accumulator, Tensor(TensorType([1], .i32), [2]),
      tensor(.f16, [1, 1], [1]))
    #expect(rows == tensor(.f16, [3, 1], [-0.0, .nan, 2]))
    let part = try evaluate(
      .accumulation(.slice(starts: [2, 0])), accumulator, tensor(.f16, [1, 1], [1]))
    #expect(part == rows)
  }

  @Test func operandsThatDoNotFit() {
    let (matrix, vector) = (TensorType([3, 2], .f32), TensorType([2], .f32))
    let indices = TensorType([2], .i32)
    let cases: [(Accumulation, [TensorType], String)] = [
      (.slice(starts: [2, 0]), [matrix, TensorType([2, 2], .f32)], "does not lie in"),
      (.slice(starts: [0]), [matrix, vector], "does not lie in"),
      (.slice(starts: [0, 0]), [matrix, TensorType([1, 1], .f16)], "must be of f32"),
      (.slice(starts: [0]), [indices, indices], "floating-point"),
      (.slice(starts: [0]), [vector], "takes 2 operands"),
      (.rows, [matrix, indices, TensorType([2, 3], .f32)], "the rows must be"),
      (.rows, [matrix, vector, TensorType([2, 2], .f32)], "indices must be"),
      (.rows, [vector, indices, vector], "must be a matrix"),
      (.rows, [matrix, indices], "takes 3 operands"),
    ]
    for (operation, types, message) in cases {
      do {
        _ = try operation.resultTypes(of: types)
        Issue.record("\(operation) takes \(types)")
      } catch {
        #expect(error.description.contains(message), "\(error.description)")
      }
    }
  }

  @Test func indicesOutOfRangeAreErrors() {
    #expect(
      errorCode {
        _ = try evaluate(
          .accumulation(.rows), tensor(.f32, [2, 1], [1, 2]),
          Tensor(TensorType([1], .i32), [2]), tensor(.f32, [1, 1], [1]))
      } == "index-out-of-range")
  }
}
