import Foundations
import Glibc
import Operations

extension Softmax {
  /// The result for operands that the type rule has accepted.
  func evaluate(_ operands: [Tensor], _ type: TensorType) -> Tensor {
    let width = type.shape[type.rank - 1]
    var values = operands[0].values
    for start in stride(from: 0, to: values.count, by: width) {
      let row = start..<start + width
      switch self {
      case .softmax:
        let maximum = values[row].reduce(-.infinity, maximumOrNaN)
        for index in row { values[index] = exp(values[index] - maximum) }
        let sum = values[row].reduce(0, +)
        for index in row { values[index] /= sum }
      case .logSoftmax:
        let maximum = values[row].reduce(-.infinity, maximumOrNaN)
        let logarithm = log(values[row].reduce(0) { $0 + exp($1 - maximum) })
        for index in row { values[index] = values[index] - maximum - logarithm }
      case .softmaxGradient:
        let y = operands[1].values
        let sum = row.reduce(0) { $0 + values[$1] * y[$1] }
        for index in row { values[index] = y[index] * (values[index] - sum) }
      case .logSoftmaxGradient:
        let y = operands[1].values
        let sum = values[row].reduce(0, +)
        for index in row { values[index] -= exp(y[index]) * sum }
      }
    }
    return Tensor(type, values)
  }
}
