import Foundations
import Interpreter
import Operations
import TestSupport
import Testing

let floatElements = ElementType.allCases.filter(\.isFloat)

/// The only result of the operation.
func evaluate(_ operation: Operation, _ operands: Tensor...) throws -> Tensor {
  let results = try #require(try operation.evaluate(operands))
  try #require(results.count == 1)
  return results[0]
}

func tensor(_ element: ElementType, _ shape: [Int], _ values: [Double]) -> Tensor {
  Tensor(TensorType(shape, element), values)
}

func scalar(_ element: ElementType, _ value: Double) -> Tensor {
  tensor(element, [], [value])
}

/// Whether `value` is the element type's number nearest to `exact`, or, where both were computed
/// in `Double`, within a few of its last places.
func isNearest(_ value: Double, _ exact: Double, _ element: ElementType) -> Bool {
  element == .f64
    ? abs(value - exact) <= 0x1p-50 * max(abs(exact), 0x1p-20) : value == element.round(exact)
}

/// All positions of a tensor of this shape in row-major order.
func positions(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { prefixes, extent in
    prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
}

extension Tensor {
  /// The element at a position of a shape to which the tensor broadcasts: axes aligned at the last,
  /// an extent of 1 stretched.
  subscript(position: [Int]) -> Double {
    let aligned = position.suffix(type.rank)
    return values[
      zip(type.shape, aligned).reduce(0) { $0 * $1.0 + ($1.0 == 1 ? 0 : $1.1) }]
  }
}
