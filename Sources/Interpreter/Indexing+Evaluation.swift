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
      let rows = try indices(second, below: first.type.shape[0])
      let values = rows.flatMap { first.values[$0 * width..<($0 + 1) * width] }
      return Tensor(moved: values, type)
    case .scatterAddRows(let rowCount):
      let width = type.shape[1]
      var sums = Array(repeating: 0.0, count: type.count)
      for (position, row) in try indices(first, below: rowCount).enumerated() {
        for column in 0..<width {
          sums[row * width + column] += second.values[position * width + column]
        }
      }
      return Tensor(type, sums)
    case .selectColumns:
      let width = first.type.shape[1]
      let columns = try indices(second, below: width)
      let values = columns.enumerated().map { row, column in first.values[row * width + column] }
      return Tensor(moved: values, type)
    case .placeColumns(let width):
      var values = Array(repeating: 0.0, count: type.count)
      for (row, column) in try indices(first, below: width).enumerated() {
        values[row * width + column] = second.values[row]
      }
      return Tensor(moved: values, type)
    }
  }

  private func indices(_ tensor: Tensor, below bound: Int) throws(TesseraError) -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(tensor.values.count)
    for (position, value) in tensor.values.enumerated() {
      let index = Int(value)
      guard index >= 0 && index < bound else {
        throw TesseraError(
          .badData, code: .indexOutOfRange,
          "index \(index) at position \(position) of '\(mnemonic)' is outside 0..<\(bound)")
      }
      indices.append(index)
    }
    return indices
  }
}
