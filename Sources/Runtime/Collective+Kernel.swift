import CHostKernels
import Foundations
import Operations

extension Collective {
  /// Whether the result may be made where the first replica's operand is.
  var computesInPlace: Bool {
    switch self {
    case .allReduceSum: true
    }
  }

  /// - Parameter stride: bytes from one replica's operand to the next; 0 where all have the same.
  func kernel(_ site: OperationSite, stride: Int) throws(TesseraError) -> Kernel {
    switch self {
    case .allReduceSum:
      let operand = site.operandTypes[0]
      let type = try site.kernelType(operand.element)
      let (count, replicas) = (Int64(operand.count), Int64(site.replicas))
      let elements = Int64(stride / operand.element.byteCount)
      let (x, y) = (site.operands[0], site.results[0])
      return { machine in
        hk_add_parts(machine.pool, type, count, replicas, machine[x], elements, machine[y])
      }
    }
  }
}
