import CHostKernels
import Foundations
import Operations

extension Reduction {
  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let operand = site.operandTypes[0]
    let type = try site.kernelType(operand.element)
    let (rank, extents) = (Int32(operand.rank), operand.extents)
    let axes = axes.reduce(into: UInt32(0)) { $0 |= 1 << UInt32($1) }
    let operation =
      switch function {
      case .sum: hk_reduce_sum
      case .maximum: hk_reduce_maximum
      }
    let (x, y) = (site.operands[0], site.results[0])
    return { machine in
      hk_reduce(machine.pool, operation, type, rank, extents, axes, machine[x], machine[y])
    }
  }
}
