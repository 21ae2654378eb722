import Foundations
import Operations

extension Movement {
  /// The result for operands that the type rule has accepted.
  func evaluate(_ operands: [Tensor], _ type: TensorType) -> Tensor {
    let operand = operands[0]
    let strides = StridedBox.rowMajorStrides(operand.type.shape)
    switch self {
    case .reshape:
      return Tensor(moved: operand.values, type)
    case .transpose(let permutation):
      let box = StridedBox(shape: type.shape, strides: permutation.map { strides[$0] })
      return Tensor(moved: box.gather(from: operand.values), type)
    case .broadcast:
      let box = StridedBox.broadcast(operand.type.shape, to: type.shape)
      return Tensor(moved: box.gather(from: operand.values), type)
    case .slice(let starts, _):
      let box = StridedBox(
        shape: type.shape, strides: strides, offset: Self.offset(starts, strides))
      return Tensor(moved: box.gather(from: operand.values), type)
    case .pad(let starts, _):
      return Self.place([(operand, starts)], type)
    case .concatenate(let axis):
      var pieces: [(Tensor, starts: [Int])] = []
      var starts = Array(repeating: 0, count: type.rank)
      for operand in operands {
        pieces.append((operand, starts))
        starts[axis] += operand.type.shape[axis]
      }
      return Self.place(pieces, type)
    }
  }

  private static func offset(_ starts: [Int], _ strides: [Int]) -> Int {
    zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Zeros with each piece at its place.
  private static func place(_ pieces: [(Tensor, starts: [Int])], _ type: TensorType) -> Tensor {
    let strides = StridedBox.rowMajorStrides(type.shape)
    var values = Array(repeating: 0.0, count: type.count)
    for (piece, starts) in pieces {
      let box = StridedBox(
        shape: piece.type.shape, strides: strides, offset: offset(starts, strides))
      box.scatter(piece.values, into: &values)
    }
    return Tensor(moved: values, type)
  }
}
