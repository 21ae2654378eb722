import CHostKernels
import Foundations
import Operations
import TileProgram

extension VertexCompiler {
  /// The kernel of the tiles that have boxes of these types.
  /// - Throws: `OperationError` where the operation does not make such results of such operands,
  ///   `TesseraError` where the device does not compute it.
  func kernel(_ local: Local) throws -> TileKernel {
    let operands = Array(local.types[..<operandCount])
    let results = Array(local.types[operandCount...])
    switch vertex {
    case .operation(let operation):
      return try kernel(of: operation, operands, results, window: local.window)
    case .partial(let operation):
      let parts = try results.enumerated().map { index, type in
        type.rank > expectedRank(operation, index) ? try withoutParts(type) : type
      }
      return try kernel(of: operation, operands, parts, window: nil)
    case .partialProduct(let contraction):
      return try kernel(
        of: .contraction(contraction), operands, [try withoutParts(results[0])], window: nil)
    case .addPartials: return try addPartialsKernel(operands[0], results[0])
    case .chain: return try chainKernel(operands, results)
    }
  }

  private func withoutParts(_ type: TensorType) throws(OperationError) -> TensorType {
    guard type.shape.first == 1 else {
      throw OperationError("a tile must have one part of the sum, has \(type)")
    }
    return TensorType(Array(type.shape.dropFirst()), type.element)
  }

  func operationSite(_ operands: [TensorType], _ results: [TensorType]) -> OperationSite {
    OperationSite(
      function: site.function, mnemonic: site.mnemonic, operandTypes: operands,
      resultTypes: results, operands: Array(operands.indices),
      results: results.indices.map { operands.count + $0 }, replicas: 1)
  }

  private func kernel(
    of operation: Operation, _ operands: [TensorType], _ results: [TensorType],
    window: [Range<Int>]?
  ) throws -> TileKernel {
    let site = operationSite(operands, results)
    switch operation {
    case .indexing(let indexing): return try kernel(of: indexing, site)
    case .accumulation(.rows): return try rowsKernel(site)
    case .accumulation(.slice): return try sliceKernel(site, window ?? [])
    case .random(.dropout(let probability)): return try dropoutKernel(probability, site)
    case .movement(let movement): return try kernel(of: movement, site)
    case .contraction:
      try require(operation, operands, gives: results.map(\.shape))
      return plain(try operation.kernel(site))
    case .elementwise, .reduction, .normalization, .softmax, .stash:
      try require(operation, operands, gives: results.map(\.shape))
      let types = try operation.resultTypes(of: operands) ?? []
      if types == results { return plain(try operation.kernel(site)) }
      return try wideKernel(of: operation, operands, results)
    case .source, .remote, .collective, .control: throw unsupported(operation)
    }
  }

  func unsupported(_ operation: Operation) -> TesseraError {
    site.error(
      .tileUnsupportedVertex, "the device ipu-tile has no vertex of '\(operation.mnemonic)'")
  }

  func require(
    _ operation: Operation, _ operands: [TensorType], gives shapes: [[Int]]
  ) throws(OperationError) {
    let made = try operation.resultTypes(of: operands)?.map(\.shape)
    guard made == shapes else {
      throw OperationError(
        "of \(operands) '\(operation.mnemonic)' makes \(made ?? []), the tile has room for \(shapes)"
      )
    }
  }

  /// The kernel of an operation as a tile's; none is needed where nothing is to be done.
  private func plain(_ kernel: Kernel?) -> TileKernel {
    guard let kernel else { return { _, _ in } }
    return { machine, _ in try kernel(machine) }
  }

  /// A kernel in f32 of an operation on f16 whose results are wanted in another format: operands are
  /// widened, which is exact, and results are rounded once.
  private func wideKernel(
    of operation: Operation, _ operands: [TensorType], _ results: [TensorType]
  ) throws -> TileKernel {
    func wide(_ type: TensorType) -> TensorType {
      type.element == .f16 ? TensorType(type.shape, .f32) : type
    }
    let wideOperands = operands.map(wide)
    let made = try operation.resultTypes(of: wideOperands) ?? []
    let kernel = plain(try operation.kernel(operationSite(wideOperands, made)))
    return try withScratch(
      from: operands + results, to: wideOperands + made, resultsFrom: operands.count, kernel)
  }

  /// Runs a kernel with copies in other types in place of operands and results.
  func withScratch(
    from types: [TensorType], to others: [TensorType], resultsFrom first: Int,
    _ kernel: @escaping TileKernel
  ) throws -> TileKernel {
    let site = operationSite(types, [])
    var copies: [(slot: Int, offset: Int, count: Int64, type: hk_type, other: hk_type)] = []
    var bytes = 0
    for (slot, (type, other)) in zip(types, others).enumerated() where type != other {
      copies.append(
        (
          slot, bytes, Int64(type.count), try site.kernelType(type.element),
          try site.kernelType(other.element)
        ))
      bytes += (other.byteCount + 63) / 64 * 64
    }
    let byteCount = bytes
    return { [copies] machine, job in
      try withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { scratch in
        guard let start = scratch.baseAddress else { return }
        let own = copies.map { machine[$0.slot] }
        for (copy, address) in zip(copies, own) {
          machine.slots[copy.slot] = start + copy.offset
          if copy.slot < first {
            hk_convert(
              machine.pool, copy.type, copy.other, copy.count, address, start + copy.offset)
          }
        }
        try kernel(machine, job)
        for (copy, address) in zip(copies, own) where copy.slot >= first {
          hk_convert(
            machine.pool, copy.other, copy.type, copy.count, start + copy.offset, address)
        }
      }
    }
  }

  /// The sum over the first axis in f32, in order.
  private func addPartialsKernel(
    _ operand: TensorType, _ result: TensorType
  ) throws -> TileKernel {
    guard Array(operand.shape.dropFirst()) == result.shape else {
      throw OperationError("the sum of \(operand) over its first axis is not \(result)")
    }
    let site = operationSite([operand], [result])
    let type: hk_type =
      operand.element == result.element ? try site.kernelType(operand.element) : hk_f32
    let (parts, count) = (Int64(operand.shape[0]), Int64(result.count))
    let kernel: TileKernel = { machine, _ in
      hk_add_parts(machine.pool, type, count, parts, machine[0], count, machine[1])
    }
    if operand.element == result.element { return kernel }
    return try withScratch(
      from: [operand, result],
      to: [TensorType(operand.shape, .f32), TensorType(result.shape, .f32)], resultsFrom: 1, kernel)
  }

  /// The chain of the operation's region on the tile's boxes.
  private func chainKernel(_ operands: [TensorType], _ results: [TensorType]) throws -> TileKernel {
    guard let body = operation.body else { throw OperationError("the operation has no chain") }
    var block = program.fusedBlock(body)
    var local: [Int: TensorType] = [:]
    for (value, type) in zip(block.arguments, operands) { local[value] = type }
    let whole = block.type
    block.type = { value in local[value] ?? TensorType(results[0].shape, whole(value).element) }
    guard try block.resultTypes(of: operands) == results else {
      throw OperationError("the chain does not make \(results) of \(operands)")
    }
    return plain(try operationSite(operands, results).chainKernel(block))
  }
}
