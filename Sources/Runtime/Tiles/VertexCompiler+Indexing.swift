import CHostKernels
import Foundations
import Operations

/// Kernels on rows or columns of which other tiles have some: those of `TileJob.first` and the ones behind
/// are the tile's own. Every tile checks all indices that it has against the whole.
extension VertexCompiler {
  func kernel(of indexing: Indexing, _ site: OperationSite) throws -> TileKernel {
    let (operands, result) = (site.operandTypes, site.resultTypes[0])
    // The same with as many rows or columns as the tile's.
    let local: Indexing
    let whole: Int
    switch indexing {
    case .gatherRows:
      (local, whole) = (indexing, shape(ofOperand: 0)[0])
    case .selectColumns:
      (local, whole) = (indexing, shape(ofOperand: 0)[1])
    case .scatterAddRows(let rows):
      (local, whole) = (.scatterAddRows(rows: result.shape.first ?? 0), rows)
    case .placeColumns(let columns):
      (local, whole) = (.placeColumns(columns: result.shape.last ?? 0), columns)
    }
    try require(.indexing(local), operands, gives: [result.shape])
    let numbers: [TensorType] = [result] + operands.filter { $0.element != .i32 }
    guard Set(numbers.map(\.element)).count == 1 else {
      throw OperationError("the numbers are of several formats: \(numbers)")
    }
    switch local {
    case .gatherRows: return gatherKernel(site, rows: whole)
    case .selectColumns: return selectKernel(site, columns: whole)
    case .placeColumns: return placeKernel(site, columns: whole)
    case .scatterAddRows:
      let zeros = fillKernel(0, result, site.results[0])
      let add = try addRowsKernel(site, rows: whole, indices: 0, updates: 1)
      return { machine, job in
        try zeros(machine)
        try add(machine, job)
      }
    }
  }

  /// (accumulator, indices, rows) to the accumulator.
  func rowsKernel(_ site: OperationSite) throws -> TileKernel {
    try require(.accumulation(.rows), site.operandTypes, gives: site.resultTypes.map(\.shape))
    let begin = copyKernel(site.resultTypes[0], from: site.operands[0], to: site.results[0])
    let add = try addRowsKernel(site, rows: shape(ofOperand: 0)[0], indices: 1, updates: 2)
    return { machine, job in
      try begin(machine)
      try add(machine, job)
    }
  }

  private func gatherKernel(_ site: OperationSite, rows: Int) -> TileKernel {
    let (table, result) = (site.operandTypes[0], site.resultTypes[0])
    let bytes = result.shape[1] * result.element.byteCount
    let own = table.shape[0]
    let indices = TileIndices(site, operand: 1, extent: rows)
    return { machine, job in
      for (place, index) in try indices.read(machine, job).enumerated() {
        let row = Int(index) - job.first
        let destination = machine[2] + place * bytes
        if (0..<own).contains(row) {
          destination.copyMemory(from: machine[0] + row * bytes, byteCount: bytes)
        } else {
          destination.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }
      }
    }
  }

  private func selectKernel(_ site: OperationSite, columns: Int) -> TileKernel {
    let own = site.operandTypes[0].shape[1]
    let size = site.resultTypes[0].element.byteCount
    let indices = TileIndices(site, operand: 1, extent: columns)
    return { machine, job in
      for (place, index) in try indices.read(machine, job).enumerated() {
        let column = Int(index) - job.first
        let destination = machine[2] + place * size
        if (0..<own).contains(column) {
          destination.copyMemory(from: machine[0] + (place * own + column) * size, byteCount: size)
        } else {
          destination.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        }
      }
    }
  }

  private func placeKernel(_ site: OperationSite, columns: Int) -> TileKernel {
    let own = site.resultTypes[0].shape[1]
    let size = site.resultTypes[0].element.byteCount
    let indices = TileIndices(site, operand: 0, extent: columns)
    let zeros = fillKernel(0, site.resultTypes[0], 2)
    return { machine, job in
      let numbers = try indices.read(machine, job)
      try zeros(machine)
      for (place, index) in numbers.enumerated() {
        let column = Int(index) - job.first
        guard (0..<own).contains(column) else { continue }
        (machine[2] + (place * own + column) * size).copyMemory(
          from: machine[1] + place * size, byteCount: size)
      }
    }
  }

  /// Adds to the tile's rows of the result the sums of the updates that have their numbers.
  private func addRowsKernel(
    _ site: OperationSite, rows: Int, indices slot: Int, updates: Int
  ) throws -> TileKernel {
    let result = site.resultTypes[0]
    let type = try site.kernelType(result.element)
    let (own, width) = (result.shape[0], result.shape[1])
    let bytes = width * result.element.byteCount
    let y = site.results[0]
    let indices = TileIndices(site, operand: slot, extent: rows)
    return { machine, job in
      let numbers = try indices.read(machine, job)
      // Those of the tile's rows, side by side.
      let count = numbers.count { (0..<own).contains(Int($0) - job.first) }
      guard count > 0 else { return }
      let headBytes = (count * 4 + 63) / 64 * 64
      withUnsafeTemporaryAllocation(byteCount: headBytes + count * bytes, alignment: 64) {
        guard let start = $0.baseAddress else { return }
        let chosen = start.bindMemory(to: Int32.self, capacity: count)
        var next = 0
        for (place, index) in numbers.enumerated() {
          let row = Int(index) - job.first
          guard (0..<own).contains(row) else { continue }
          chosen[next] = Int32(row)
          (start + headBytes + next * bytes).copyMemory(
            from: machine[updates] + place * bytes, byteCount: bytes)
          next += 1
        }
        // All are in range, so that it does not fail.
        var position: Int64 = 0
        _ = hk_accumulate_rows(
          machine.pool, type, Int64(own), Int64(width), chosen, Int64(count), start + headBytes,
          machine[y], &position)
      }
    }
  }
}

/// The indices that a tile has.
private struct TileIndices {
  let site: OperationSite
  let slot: Int
  let count: Int
  /// Rows or columns of the whole.
  let extent: Int

  init(_ site: OperationSite, operand: Int, extent: Int) {
    self.site = site
    slot = operand
    count = site.operandTypes[operand].count
    self.extent = extent
  }

  /// - Throws: `TesseraError` (badData) where an index is outside the whole.
  func read(_ machine: Machine, _ job: TileJob) throws -> UnsafeBufferPointer<Int32> {
    let numbers = UnsafeBufferPointer(
      start: machine[slot].assumingMemoryBound(to: Int32.self), count: count)
    if let place = numbers.firstIndex(where: { !(0..<Int32(extent)).contains($0) }) {
      throw site.indexOutOfRange(
        numbers[place], at: Int64(job.position + place), extent: extent)
    }
    return numbers
  }
}
