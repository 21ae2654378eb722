import CHostKernels
import Foundations
import Operations

extension Softmax {
  /// Whether the result may be one of the operands.
  var computesInPlace: Bool { true }

  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let operand = site.operandTypes[0]
    let type = try site.kernelType(operand.element)
    let width = Int64(operand.shape.last ?? 1)
    let rows = Int64(operand.count) / width
    let (first, last, out) = (
      site.operands[0], site.operands[site.operands.count - 1], site.results[0]
    )
    switch self {
    case .softmax:
      return { machine in
        hk_softmax(machine.pool, type, rows, width, machine[first], machine[out])
      }
    case .logSoftmax:
      return { machine in
        hk_log_softmax(machine.pool, type, rows, width, machine[first], machine[out])
      }
    case .softmaxGradient:
      return { machine in
        hk_softmax_gradient(
          machine.pool, type, rows, width, machine[first], machine[last], machine[out])
      }
    case .logSoftmaxGradient:
      return { machine in
        hk_log_softmax_gradient(
          machine.pool, type, rows, width, machine[first], machine[last], machine[out])
      }
    }
  }
}
