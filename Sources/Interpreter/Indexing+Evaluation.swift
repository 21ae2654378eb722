import Foundations
import Operations

extension Indexing {
  /// The result for operands that the type rule has accepted.
  /// - Throws: `index-out-of-range` where an index names no row or column.
  func evaluate(
    _ first: Tensor, _ second: Tensor, _ type: TensorType
  ) throws(TesseraError) -> Tensor {
    switch self {
    case .gatherRows:
      let width = type.shape[1]
      let rows = try second.indices(below: first.type.shape[0], of: self)
      let values = rows.flatMap { first.values[$0 * width..<($0 + 1) * width] }
      return Tensor(moved: values, type)
    case .scatterAddRows(let rowCount):
      let width = type.shape[1]
      var sums = Array(repeating: 0.0, count: type.count)
      for (position, row) in try first.indices(below: rowCount, of: self).enumerated() {
        for column in 0..<width {
          sums[row * width + column] += second.values[position * width + column]
        }
      }
      return Tensor(type, sums)
    case .selectColumns:
      let width = first.type.shape[1]
      let columns = try second.indices(below: width, of: self)
      let values = columns.enumerated().map { row, column in first.values[row * width + column] }
      return Tensor(moved: values, type)
    case .placeColumns(let width):
      var values = Array(repeating: 0.0, count: type.count)
      for (row, column) in try first.indices(below: width, of: self).enumerated() {
        values[row * width + column] = second.values[row]
      }
      return Tensor(moved: values, type)
    }
  }
}

extension Tensor {
  /// The elements as indices of an operation.
  /// - Throws: `index-out-of-range` where one is not in 0..<bound.
  func indices(
    below bound: Int, of operation: any OperationFamily
  ) throws(TesseraError) -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(values.count)
    for (position, value) in values.enumerated() {
      let index = Int(value)
      guard index >= 0 && index < bound else {
        throw TesseraError(
          .badData, code: .indexOutOfRange,
          "index \(index) at position \(position) of '\(operation.mnemonic)' is outside 0..<\(bound)"
        )
      }
      indices.append(index)
    }
    return indices
  }
}
