import CHostKernels
import Foundations
import Operations

extension Stash {
  /// Whether the operation may write its result over the operand: a write changes its stash in place,
  /// and so costs one entry and not the whole buffer.
  func replaces(operand: Int) -> Bool { self == .write && operand == 0 }

  /// Where the entry of the number begins in the stash, in bytes.
  static func entryOffset(_ site: OperationSite) -> (Machine) -> Int {
    let stash = site.operandTypes[0]
    let depth = Int32(truncatingIfNeeded: stash.shape[0])
    let byteCount = stash.byteCount / stash.shape[0]
    let number = site.operands[site.operands.count - 1]
    return { machine in
      let index = machine[number].load(as: Int32.self) % depth
      return Int(index < 0 ? index + depth : index) * byteCount
    }
  }

  /// A copy of one entry.
  func kernel(_ site: OperationSite) -> Kernel {
    let stash = site.operandTypes[0]
    let (size, count) = (stash.element.byteCount, Int64(stash.count / stash.shape[0]))
    let (source, result) = (site.operands[0], site.results[0])
    let entry = Self.entryOffset(site)
    switch self {
    case .read:
      return { machine in
        hk_copy_strided(
          machine.pool, size, 1, [count], machine[source] + entry(machine), [1], machine[result],
          [1])
      }
    case .write:
      let keep = copyKernel(stash, from: source, to: result)
      let value = site.operands[1]
      return { machine in
        try keep(machine)
        hk_copy_strided(
          machine.pool, size, 1, [count], machine[value], [1], machine[result] + entry(machine),
          [1])
      }
    }
  }
}
