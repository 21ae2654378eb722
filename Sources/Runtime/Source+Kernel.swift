import Foundations
import Operations

extension Source {
  /// Nil for a constant that `ConstantPool` keeps, and for undefined memory.
  func kernel(_ site: OperationSite) -> Kernel? {
    let slot = site.results[0]
    switch self {
    case .constant(let literal):
      guard literal.isSplat, literal.type.byteCount > ConstantPool.largestSplat else { return nil }
      return fillKernel(literal[0], literal.type, slot)
    case .undefined: return nil
    case .replicaIndex:
      return { machine in
        machine[slot].storeBytes(of: Int32(truncatingIfNeeded: machine.replica), as: Int32.self)
      }
    case .infeed(let stream, let type):
      let (byteCount, function) = (type.byteCount, site.function)
      return { machine in
        guard let infeed = machine.infeed else {
          throw TesseraError(
            .internalError, code: .noInfeed,
            "function '\(function)' reads stream '\(stream)', for which there is no source")
        }
        try infeed.read(
          stream, replica: machine.replica,
          to: UnsafeMutableRawBufferPointer(start: machine[slot], count: byteCount))
      }
    }
  }
}
