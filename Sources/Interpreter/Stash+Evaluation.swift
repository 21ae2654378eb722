import Foundations
import Operations

extension Stash {
  /// The entry that is read, or the stash with the value written.
  func evaluate(_ operands: [Tensor], _ result: TensorType) -> Tensor {
    let stash = operands[0]
    let depth = stash.type.shape[0]
    let size = stash.type.count / depth
    let number = Int(operands[operands.count - 1].values[0])
    let start = ((number % depth + depth) % depth) * size
    switch self {
    case .read: return Tensor(moved: Array(stash.values[start..<start + size]), result)
    case .write:
      var values = stash.values
      values.replaceSubrange(start..<start + size, with: operands[1].values)
      return Tensor(moved: values, result)
    }
  }
}
