import Foundations
import Operations

extension Accumulation {
  /// The result for operands that the type rule has accepted.
  /// - Throws: `index-out-of-range` where an index names no row.
  func evaluate(_ operands: [Tensor], _ type: TensorType) throws(TesseraError) -> Tensor {
    var values = operands[0].values
    switch self {
    case .slice(let starts):
      let value = operands[1]
      let strides = StridedBox.rowMajorStrides(type.shape)
      let offset = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
      let box = StridedBox(shape: value.type.shape, strides: strides, offset: offset)
      let sums = zip(box.gather(from: values), value.values).map { type.element.round($0 + $1) }
      box.scatter(sums, into: &values)
    case .rows:
      let (rows, width) = (operands[2], type.shape[1])
      let indices = try operands[1].indices(below: type.shape[0], of: self)
      var sums = Array(repeating: 0.0, count: type.count)
      for (position, row) in indices.enumerated() {
        for column in 0..<width {
          sums[row * width + column] += rows.values[position * width + column]
        }
      }
      for row in Set(indices) {
        for place in row * width..<(row + 1) * width {
          values[place] = type.element.round(values[place] + type.element.round(sums[place]))
        }
      }
    }
    return Tensor(moved: values, type)
  }
}
