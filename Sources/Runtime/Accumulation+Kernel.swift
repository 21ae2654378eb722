import CHostKernels
import Foundations
import Operations

extension Accumulation {
  /// Adds in the place of the result, where the accumulator is already, or is copied to before.
  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let result = site.resultTypes[0]
    let type = try site.kernelType(result.element)
    let y = site.results[0]
    let begin = copyKernel(result, from: site.operands[0], to: y)
    switch self {
    case .slice(let starts):
      let (value, strides) = (site.operands[1], result.strides)
      let shape = site.operandTypes[1].extents
      let offset =
        zip(starts, strides).reduce(0) { $0 + $1.0 * Int($1.1) } * result.element.byteCount
      return { machine in
        try begin(machine)
        hk_accumulate_box(
          machine.pool, type, Int32(shape.count), shape, machine[value], machine[y] + offset,
          strides)
      }
    case .rows:
      let (indices, updates) = (site.operands[1], site.operands[2])
      let (rows, width) = (result.shape[0], Int64(result.shape[1]))
      let count = Int64(site.operandTypes[1].count)
      return { machine in
        try begin(machine)
        let numbers = UnsafePointer(machine[indices].assumingMemoryBound(to: Int32.self))
        var position: Int64 = 0
        let failed = hk_accumulate_rows(
          machine.pool, type, Int64(rows), width, numbers, count, machine[updates], machine[y],
          &position)
        if failed != 0 {
          throw site.indexOutOfRange(numbers[Int(position)], at: position, extent: rows)
        }
      }
    }
  }
}
