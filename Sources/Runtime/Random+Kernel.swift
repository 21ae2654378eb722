import CHostKernels
import Foundations
import Operations

extension Random {
  /// Whether the result may be made where the operand is.
  func replaces(operand: Int) -> Bool {
    switch self {
    case .dropout: operand == 0
    }
  }

  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    switch self {
    case .dropout(let probability):
      let type = try site.kernelType(site.operandTypes[0].element)
      let count = Int64(site.operandTypes[0].count)
      let (x, key, stream) = (site.operands[0], site.operands[1], site.operands[2])
      let y = site.results[0]
      return { machine in
        let words = machine[key].assumingMemoryBound(to: UInt32.self)
        let number = machine[stream].assumingMemoryBound(to: UInt32.self).pointee
        hk_dropout(
          machine.pool, type, count, machine[x], machine[y], probability,
          UInt64(words[1]) << 32 | UInt64(words[0]), number, words[2], words[3])
      }
    }
  }
}
