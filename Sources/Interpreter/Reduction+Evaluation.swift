import Foundations
import Operations

extension Reduction {
  /// The result for an operand that the type rule has accepted. Elements are taken in row-major
  /// order of the reduced axes.
  func evaluate(_ operand: Tensor, _ type: TensorType) -> Tensor {
    let shape = operand.type.shape
    let strides = StridedBox.rowMajorStrides(shape)
    let order = shape.indices.filter { !axes.contains($0) } + axes
    let box = StridedBox(shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
    let rows = box.gather(from: operand.values)
    let length = axes.reduce(1) { $0 * shape[$1] }
    let values = (0..<type.count).map { row in
      let elements = rows[row * length..<(row + 1) * length]
      return switch function {
      case .sum: elements.reduce(0, +)
      case .maximum: elements.reduce(-.infinity, maximumOrNaN)
      }
    }
    return Tensor(type, values)
  }
}
