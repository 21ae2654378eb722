import CHostKernels
import Foundations
import Operations

extension Indexing {
  /// Kernels check the indices, which are data, before they write.
  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let result = site.resultTypes[0]
    let type = try site.kernelType(result.element)
    let y = site.results[0]
    switch self {
    case .gatherRows(paddingIndex: _):
      let (table, indices) = (site.operands[0], site.operands[1])
      let (rows, width) = (site.operandTypes[0].shape[0], Int64(result.shape[1]))
      let count = Int64(result.shape[0])
      return checked(site, indices: indices, extent: rows) { machine, indices, position in
        hk_gather_rows(
          machine.pool, type, Int64(rows), width, indices, count, machine[table], machine[y],
          position)
      }
    case .scatterAddRows(let rows):
      let (indices, updates) = (site.operands[0], site.operands[1])
      let (width, count) = (Int64(result.shape[1]), Int64(site.operandTypes[0].count))
      return checked(site, indices: indices, extent: rows) { machine, indices, position in
        hk_scatter_add_rows(
          machine.pool, type, Int64(rows), width, indices, count, machine[updates], machine[y],
          position)
      }
    case .selectColumns:
      let (x, indices) = (site.operands[0], site.operands[1])
      let (rows, width) = (Int64(result.count), site.operandTypes[0].shape[1])
      return checked(site, indices: indices, extent: width) { machine, indices, position in
        hk_select_columns(
          machine.pool, type, rows, Int64(width), machine[x], indices, machine[y], position)
      }
    case .placeColumns(let columns):
      let (indices, dy) = (site.operands[0], site.operands[1])
      let rows = Int64(result.shape[0])
      return checked(site, indices: indices, extent: columns) { machine, indices, position in
        hk_place_columns(
          machine.pool, type, rows, Int64(columns), machine[dy], indices, machine[y], position)
      }
    }
  }

  private func checked(
    _ site: OperationSite, indices slot: Int, extent: Int,
    _ run:
      @escaping (Machine, UnsafePointer<Int32>, UnsafeMutablePointer<Int64>) -> Int32
  ) -> Kernel {
    { machine in
      let indices = UnsafePointer(machine[slot].assumingMemoryBound(to: Int32.self))
      var position: Int64 = 0
      if run(machine, indices, &position) != 0 {
        throw site.indexOutOfRange(indices[Int(position)], at: position, extent: extent)
      }
    }
  }
}
