import Bundle
import Foundations
import Operations
import TileProgram

/// What a tile does in a compute set: which kernel, and where its boxes are in the whole tensors.
struct TileJob {
  var tile: Int
  /// The number of the kernel among those of the compute set.
  var kernel: Int
  /// The number in the whole of the first row, column or element that the tile has; see `VertexCompiler`.
  var first: Int
  /// The number in the whole of the first index that the tile has, of operations that take indices.
  var position: Int
}

/// The kernel of a vertex: the operands' addresses are in the machine's first slots, the results' behind.
typealias TileKernel = (Machine, TileJob) throws -> Void

/// A compute set that is ready to run: a job for each tile that has a part of the first result.
struct TileVertices {
  var jobs: [TileJob] = []
  /// For each thread all kernels: two that ran one would wait for each other's counting of references.
  var kernels: [[TileKernel]]
  /// For each kernel the types of what it reads and writes, operands first.
  var types: [[TensorType]] = []
  /// For each kernel of an addition to a slice the part of the box that it adds to.
  var windows: [[Range<Int>]?] = []

  /// Runs all jobs.
  /// - Parameters:
  ///   - addresses: the operands' and results' addresses on tile 0.
  ///   - stride: bytes from a tile's memory to the next one's.
  func run(
    _ workers: TileWorkers, _ addresses: [UnsafeMutableRawPointer], stride: Int, at site: TileSite
  ) throws {
    try workers.run(jobs.count) { thread, range in
      let machine = workers.machines[thread]
      let slots = machine.slots
      try kernels[thread].withUnsafeBufferPointer { kernels in
        try jobs.withUnsafeBufferPointer { jobs in
          try addresses.withUnsafeBufferPointer { addresses in
            for index in range {
              let job = jobs[index]
              let offset = job.tile * stride
              for slot in 0..<addresses.count { slots[slot] = addresses[slot] + offset }
              do {
                try kernels[job.kernel](machine, job)
              } catch {
                throw site.located(error, tile: job.tile)
              }
            }
          }
        }
      }
    }
  }
}

/// Makes the jobs and kernels of a compute set from what each tile has of its tensors.
struct VertexCompiler {
  let site: TileSite
  let program: Program
  /// The operation of the program that the compute set is part of.
  let operation: ProgramOperation
  let vertex: Vertex
  /// The operands' boxes, elements and whole shapes, then the results'.
  let boxes: [TileBoxes]
  let elements: [ElementType]
  let operandCount: Int
  let threads: Int

  /// What a tile's kernel is made from.
  struct Local: Hashable {
    /// The types of its boxes, operands first.
    var types: [TensorType]
    /// Of an addition to a slice: where the slice is in the tile's box.
    var window: [Range<Int>]?
  }

  /// - Throws: `TesseraError`: tileShapeMismatch where a tile does not have what it computes with, or its
  ///   boxes are not what the operation makes of each other, tileUnsupportedVertex.
  func compile() throws(TesseraError) -> TileVertices {
    var vertices = TileVertices(kernels: Array(repeating: [], count: threads))
    var known: [Key: Int] = [:]
    for (tile, number) in boxes[operandCount].numbers.enumerated() where number != nil {
      var ranges: [[Range<Int>]] = []
      var key = Key(shapes: [])
      for (index, table) in boxes.enumerated() {
        guard let number = table.numbers[tile] else {
          throw site.error(
            .tileShapeMismatch, "the tile has nothing of \(name(index)), which it needs",
            tile: tile)
        }
        ranges.append(table.boxes[number].ranges)
        key.shapes.append(table.shapeNumbers[number])
      }
      if let problem = misplaced(ranges) {
        throw site.error(.tileShapeMismatch, problem, tile: tile)
      }
      let place = place(of: ranges)
      key.window = window(of: ranges)
      if key.window?.contains(where: \.isEmpty) ?? false { continue }
      if known[key] == nil {
        let types = ranges.indices.map { TensorType(ranges[$0].map(\.count), elements[$0]) }
        known[key] = vertices.types.count
        do {
          for thread in 0..<threads {
            vertices.kernels[thread].append(
              try kernel(Local(types: types, window: key.window)))
          }
        } catch let error as OperationError {
          throw site.error(.tileShapeMismatch, "\(error)", tile: tile)
        } catch let error as TesseraError {
          throw error
        } catch {
          preconditionFailure("kernels throw these errors only: \(error)")
        }
        vertices.types.append(types)
        vertices.windows.append(key.window)
      }
      vertices.jobs.append(
        TileJob(
          tile: tile, kernel: known[key] ?? 0, first: place.first, position: place.position))
    }
    return vertices
  }

  /// The shapes of a tile's boxes, by number, and what else its kernel depends on.
  private struct Key: Hashable {
    var shapes: [Int]
    var window: [Range<Int>]?
  }

  /// "operand 1" or "result 0".
  func name(_ index: Int) -> String {
    index < operandCount ? "operand \(index)" : "result \(index - operandCount)"
  }

  /// The whole shape of an operand.
  func shape(ofOperand index: Int) -> [Int] { boxes[index].shape }

  /// The numbers in the whole that the kernel needs of its tile.
  private func place(of ranges: [[Range<Int>]]) -> (first: Int, position: Int) {
    let result = ranges[operandCount]
    switch vertex {
    case .operation(let operation), .partial(let operation):
      switch operation {
      case .indexing(.gatherRows): return (ranges[0][0].lowerBound, ranges[1][0].lowerBound)
      case .indexing(.selectColumns): return (ranges[0][1].lowerBound, ranges[1][0].lowerBound)
      case .indexing(.scatterAddRows):
        return (result[result.count - 2].lowerBound, ranges[0][0].lowerBound)
      case .indexing(.placeColumns): return (result[1].lowerBound, ranges[0][0].lowerBound)
      case .accumulation(.rows): return (result[0].lowerBound, ranges[1][0].lowerBound)
      case .random:
        let strides = View.strides(of: boxes[operandCount].shape)
        return (zip(result, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }, 0)
      default: return (0, 0)
      }
    case .chain, .addPartials, .partialProduct: return (0, 0)
    }
  }

  /// Of an addition to a slice: where the slice is in the tile's box of the accumulator.
  private func window(of ranges: [[Range<Int>]]) -> [Range<Int>]? {
    guard case .operation(.accumulation(.slice(let starts))) = vertex else { return nil }
    let shape = program.type(of: operation.operands[1]).shape
    return ranges[operandCount].enumerated().map { axis, range in
      let part = range.clamped(to: starts[axis]..<starts[axis] + shape[axis])
      return part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound
    }
  }
}
