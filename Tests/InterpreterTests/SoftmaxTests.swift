import Foundations
import Glibc
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct SoftmaxTests {
  /// exp 0 : exp(log 3) = 1 : 3; the gradients of dy = (1, 0).
  @Test(arguments: floatElements)
  func smallValues(element: ElementType) throws {
    let equal = tensor(element, [1, 4], [7, 7, 7, 7])
    #expect(
      try evaluate(.softmax(.softmax), equal)
        == Tensor(TensorType([1, 4], element), splat: 0.25))
    for value in try evaluate(.softmax(.logSoftmax), equal).values {
      #expect(isNearest(value, -1.38629436111989061883, element))
    }
    let dy = tensor(element, [2], [1, 0])
    #expect(
      try evaluate(.softmax(.softmaxGradient), dy, tensor(element, [2], [0.25, 0.75]))
        == tensor(element, [2], [0.1875, -0.1875]))
    #expect(
      try evaluate(.softmax(.logSoftmaxGradient), dy, tensor(element, [2], [0, -.infinity]))
        == tensor(element, [2], [0, 0]))
  }

  @Test func rowsSumToOneAndShiftsDoNotMatter() throws {
    let x = tensor(.f64, [2, 3], [0.5, -1, 2, 3, 3, -4])
    let far = tensor(.f64, [2, 3], x.values.map { $0 + 4096 })
    let y = try evaluate(.softmax(.softmax), x)
    #expect(try evaluate(.softmax(.softmax), far) == y)
    #expect(try evaluate(.softmax(.logSoftmax), far) == evaluate(.softmax(.logSoftmax), x))
    for row in 0..<2 {
      #expect(abs(y.values[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-15)
    }
    let logarithms = try evaluate(.softmax(.logSoftmax), x)
    for (value, logarithm) in zip(y.values, logarithms.values) {
      #expect(abs(log(value) - logarithm) < 1e-14)
    }
  }

  @Test(arguments: floatElements)
  func maskedAndFarElements(element: ElementType) throws {
    let x = tensor(element, [3], [-.infinity, 5, 5])
    #expect(try evaluate(.softmax(.softmax), x).values == [0, 0.5, 0.5])
    let far = tensor(element, [2], [-30000, 30000])
    #expect(try evaluate(.softmax(.softmax), far).values == [0, 1])
    #expect(
      try evaluate(.softmax(.logSoftmax), far).values == [element.round(-60000), 0])
  }

  /// Σ dy·y changes with x as the gradients say.
  @Test(arguments: [(Softmax.softmax, Softmax.softmaxGradient), (.logSoftmax, .logSoftmaxGradient)])
  func gradientsAreSlopes(forward: Softmax, gradient: Softmax) throws {
    let x = tensor(.f64, [2, 3], [0.5, -1, 2, 1, 0.75, -0.5])
    let dy = tensor(.f64, [2, 3], [1, -2, 0.5, 3, 1, -1])
    func loss(_ x: [Double]) throws -> Double {
      let y = try evaluate(.softmax(forward), tensor(.f64, [2, 3], x))
      return zip(y.values, dy.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let y = try evaluate(.softmax(forward), x)
    let dx = try evaluate(.softmax(gradient), dy, y)
    let step = 0x1p-17
    for index in x.values.indices {
      var (above, below) = (x.values, x.values)
      above[index] += step
      below[index] -= step
      let slope = try (loss(above) - loss(below)) / (2 * step)
      #expect(abs(slope - dx.values[index]) < 1e-9)
    }
  }
}
