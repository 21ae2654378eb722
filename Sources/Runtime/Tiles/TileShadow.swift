import CHostKernels
import Foundations
import Glibc
import Operations
import TileProgram

/// Which bytes of the tiles' memories have been written since they were allocated: of one replica. A class
/// because it owns a byte for each of theirs.
final class TileShadow {
  private let marks: TileMemory

  /// Bytes of all marks.
  var byteCount: Int { marks.byteCount }

  /// - Throws: `TesseraError` where there is no memory for it.
  init(ipus: Int, tiles: Int, tileBytes: Int) throws(TesseraError) {
    marks = try TileMemory(replicas: 1, ipus: ipus, tiles: tiles, tileBytes: tileBytes)
  }

  /// Forgets what was in the function's frame.
  func begin(_ call: TileCall, _ limits: TileCall.Limits) {
    let source = call.function.source
    let ipus = source.ipus == 1 ? [call.ipu] : Array(0..<source.ipus)
    for (frame, ipu) in ipus.enumerated() where frame < source.frameBytes.count {
      guard ipu < limits.ipus, let base = limits.frameBases[call.function.number][ipu] else {
        continue
      }
      let start = marks.pointer(TilePlace(ipu: ipu, address: base))
      for tile in 0..<marks.tiles {
        memset(start + tile * marks.tileStride, 0, source.frameBytes[frame])
      }
    }
  }

  /// Notes what copies write.
  func write(_ copies: TileCopies, _ place: TilePlace) {
    hk_tile_mark_written(
      copies.elementBytes, Int64(copies.copies.count), copies.copies, copies.boxes,
      marks.pointer(place), Int64(marks.tileStride))
  }

  /// Looks at what a step is going to read, and notes what it is going to write.
  /// - Parameter memory: for the numbers of a stash's entries.
  /// - Throws: `TesseraError`: tileReadBeforeWrite, tileOverlap.
  func watch(_ step: PreparedTileStep, _ call: TileCall, _ memory: TileMemory) throws {
    switch step.action {
    case .exchange(let exchange, let source, let destination):
      try read(exchange.copies, source, call, step.site)
      write(exchange.copies, call.places[destination])
    case .copyBetweenIPUs(let copies, let source, let destination):
      try read(copies, source, call, step.site)
      write(copies, call.places[destination])
    case .store(let copies, let source, _): try read(copies, source, call, step.site)
    case .fill(let copies, _, let tensor), .infeed(let copies, _, _, let tensor),
      .load(let copies, _, let tensor), .replicaIndex(let copies, let tensor):
      write(copies, call.places[tensor])
    case .compute(let vertices, let vertex, let tensors, let operandCount):
      let set = WatchedSet(
        vertex: vertex, tensors: tensors, operandCount: operandCount, call: call, site: step.site)
      try set.checkOverlaps()
      for job in vertices.jobs { try watch(set, vertices, job, memory) }
    case .collective(let collective):
      for (copies, tensor) in zip(collective.toHost, collective.operands) {
        try read(copies, tensor, call, step.site)
      }
      for (copies, tensor) in zip(collective.fromHost, collective.results) {
        write(copies, call.places[tensor])
      }
    case .repeat, .call: break
    }
  }

  /// Notes the entries of stashes that a step is going to write.
  func noteEntries(_ step: PreparedTileStep, _ call: TileCall, _ memory: TileMemory) {
    guard
      case .compute(let vertices, .operation(.stash(.write)), let tensors, let operandCount) =
        step.action
    else { return }
    for job in vertices.jobs {
      let entry = entry(
        of: vertices.types[job.kernel][0], number: call.places[tensors[operandCount - 1]], job,
        memory)
      let start = marks.pointer(call.places[tensors[operandCount]]) + job.tile * marks.tileStride
      memset(start + entry.lowerBound, 1, entry.count)
    }
  }

  /// The bytes of a stash's entry whose number a tile has.
  private func entry(
    of stash: TensorType, number: TilePlace, _ job: TileJob, _ memory: TileMemory
  ) -> Range<Int> {
    let depth = stash.shape[0]
    let address = memory.pointer(number) + job.tile * memory.tileStride
    let remainder = Int(address.load(as: Int32.self)) % depth
    let bytes = stash.byteCount / depth
    let first = (remainder < 0 ? remainder + depth : remainder) * bytes
    return first..<first + bytes
  }

  /// Looks at what copies read of a tensor.
  func read(
    _ copies: TileCopies, _ tensor: Int, _ call: TileCall, _ site: TileSite
  ) throws(TesseraError) {
    let unwritten = hk_tile_first_unwritten(
      copies.elementBytes, Int64(copies.copies.count), copies.copies, copies.boxes,
      marks.pointer(call.places[tensor]), Int64(marks.tileStride))
    guard unwritten >= 0 else { return }
    throw Self.unwritten(tensor, call, site, tile: Int(copies.copies[Int(unwritten)].source))
  }

  private static func unwritten(
    _ tensor: Int, _ call: TileCall, _ site: TileSite, tile: Int
  ) -> TesseraError {
    site.error(
      .tileReadBeforeWrite,
      "the step reads tensor \(tensor) at address \(call.places[tensor].address), of which nothing has "
        + "written all that it needs", tile: tile)
  }

  private func watch(
    _ set: WatchedSet, _ vertices: TileVertices, _ job: TileJob, _ memory: TileMemory
  ) throws(TesseraError) {
    var results: [(start: UnsafeMutableRawPointer, count: Int)] = []
    for (index, tensor) in set.tensors.enumerated() {
      let start = marks.pointer(set.call.places[tensor]) + job.tile * marks.tileStride
      for run in runs(index, of: set, vertices, job, memory) {
        if index >= set.operandCount {
          results.append((start + run.lowerBound, run.count))
        } else if memchr(start + run.lowerBound, 0, run.count) != nil {
          throw Self.unwritten(tensor, set.call, set.site, tile: job.tile)
        }
      }
    }
    for (start, count) in results { memset(start, 1, count) }
  }

  /// The bytes of its box of a tensor that a tile reads or writes.
  private func runs(
    _ index: Int, of set: WatchedSet, _ vertices: TileVertices, _ job: TileJob,
    _ memory: TileMemory
  ) -> [Range<Int>] {
    let types = vertices.types[job.kernel]
    if let window = vertices.windows[job.kernel], index != set.operandCount {
      let (starts, count) = VertexCompiler.runs(of: window, in: types[index].shape)
      let size = types[index].element.byteCount
      return starts.map { $0 * size..<($0 + count) * size }
    }
    let whole = [0..<types[index].byteCount]
    guard case .operation(.stash(let stash)) = set.vertex,
      index == 0 || stash == .write && index == set.operandCount
    else { return whole }
    // One entry is read, or is written where the others are already.
    let number = set.call.places[set.tensors[set.operandCount - 1]]
    let entry = entry(of: types[0], number: number, job, memory)
    switch stash {
    case .read: return [entry]
    case .write: return !set.isInPlace ? whole : index == 0 ? [] : [entry]
    }
  }
}

/// A compute set as its memory is looked at.
private struct WatchedSet {
  let vertex: Vertex
  let tensors: [Int]
  let operandCount: Int
  let call: TileCall
  let site: TileSite

  /// Whether the first result is where the first operand is.
  var isInPlace: Bool { call.places[tensors[operandCount]] == call.places[tensors[0]] }

  /// - Throws: `TesseraError` (tileOverlap) where a result is where an operand or another result is that a
  ///   kernel still needs.
  func checkOverlaps() throws(TesseraError) {
    for result in operandCount..<tensors.count {
      for other in 0..<result
      where TileExecutor.overlap(tensors[result], tensors[other], call)
        && !(other < operandCount && mayReplace(operand: other, by: result))
      {
        throw site.error(
          .tileOverlap,
          "result \(result - operandCount) is written over "
            + (other < operandCount ? "operand \(other)" : "result \(other - operandCount)"))
      }
    }
  }

  private func mayReplace(operand: Int, by result: Int) -> Bool {
    let (from, to) = (tensors[operand], tensors[result])
    let source = call.function.source
    guard call.places[from] == call.places[to],
      call.function.boxes[from].hasSameCounts(as: call.function.boxes[to]),
      source.tensors[from].element == source.tensors[to].element
    else { return false }
    switch vertex {
    case .chain: return true
    case .operation(let operation), .partial(let operation):
      switch operation {
      case .elementwise(let family): return family.computesInPlace
      case .softmax(let family): return family.computesInPlace
      case .normalization(let family):
        return family.replaces(operand: operand, by: result - operandCount)
      case .random(let family): return family.replaces(operand: operand)
      case .stash(let family): return family.replaces(operand: operand)
      case .accumulation: return operand == 0
      case .movement(.reshape): return true
      case .movement, .reduction, .contraction, .indexing, .source, .remote, .collective, .control:
        return false
      }
    case .addPartials, .partialProduct: return false
    }
  }
}
