import Foundations

/// Checks that several type rules share; each throws the sentence that the verifier prints.
enum TypeRules {
  static func requireCount(
    _ operands: [TensorType], _ count: Int
  ) throws(OperationError) {
    guard operands.count == count else {
      throw OperationError("takes \(count) operands, has \(operands.count)")
    }
  }

  static func requireFloat(_ type: TensorType, _ name: String) throws(OperationError) {
    guard type.element.isFloat else {
      throw OperationError("\(name) must be of a floating-point type, is \(type)")
    }
  }

  static func require(
    _ condition: Bool, _ message: @autoclosure () -> String
  ) throws(OperationError) {
    guard condition else { throw OperationError(message()) }
  }

  static func requireEqual(
    _ type: TensorType, _ expected: TensorType, _ name: String
  ) throws(OperationError) {
    guard type == expected else {
      throw OperationError("\(name) must be \(expected), is \(type)")
    }
  }

  /// Checks that a box lies in a tensor and is not empty.
  static func requireBox(
    starts: [Int], shape: [Int], inside outer: [Int]
  ) throws(OperationError) {
    let fits =
      starts.count == outer.count && shape.count == outer.count
      && outer.indices.allSatisfy { axis in
        starts[axis] >= 0 && shape[axis] > 0 && shape[axis] <= outer[axis]
          && starts[axis] <= outer[axis] - shape[axis]
      }
    try require(fits, "the box at \(starts) of \(shape) does not lie in \(outer)")
  }

  /// Checks that a type is one of indices.
  static func requireIndices(_ type: TensorType) throws(OperationError) {
    try require(
      type.rank == 1 && type.element == .i32, "indices must be a vector of i32, are \(type)")
  }

  /// The product of the extents, checked for overflow and for extents below 1.
  static func count(_ shape: [Int]) throws(OperationError) -> Int {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= Self.largestCount else {
        throw OperationError("shape \(shape) has an extent below 1, or too many elements")
      }
      count = product
    }
    return count
  }

  /// 2^40 elements: above any tensor of BERT, and far from overflow when multiplied by a byte count.
  static let largestCount = 1 << 40

  /// The shape that both broadcast to: aligned at the last axis, each extent equal or 1.
  static func broadcast(_ left: [Int], _ right: [Int]) throws(OperationError) -> [Int] {
    let rank = max(left.count, right.count)
    let paddedLeft = Array(repeating: 1, count: rank - left.count) + left
    let paddedRight = Array(repeating: 1, count: rank - right.count) + right
    var shape: [Int] = []
    for (a, b) in zip(paddedLeft, paddedRight) {
      guard a == b || a == 1 || b == 1 else {
        throw OperationError("shapes \(left) and \(right) do not broadcast")
      }
      shape.append(max(a, b))
    }
    return shape
  }
}
