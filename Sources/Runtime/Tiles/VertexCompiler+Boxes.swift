import CHostKernels
import Foundations
import Operations
import TileProgram

/// Kernels that look at where a tile's box is in the whole tensor, and those that move elements on a tile.
extension VertexCompiler {
  /// Adds a value to an accumulator of the same boxes, in the part of the box that is of the slice.
  func sliceKernel(_ site: OperationSite, _ window: [Range<Int>]) throws -> TileKernel {
    let result = site.resultTypes[0]
    guard site.operandTypes.count == 2, site.operandTypes.allSatisfy({ $0 == result }) else {
      throw OperationError("the accumulator \(result) takes \(site.operandTypes)")
    }
    let type = try site.kernelType(result.element)
    let begin = copyKernel(result, from: site.operands[0], to: site.results[0])
    // The runs of elements that stand side by side, by where they begin.
    let (starts, count) = Self.runs(of: window, in: result.shape)
    let offsets = starts.map { $0 * result.element.byteCount }
    let extent = Int64(count)
    return { machine, _ in
      try begin(machine)
      for offset in offsets {
        withUnsafePointer(to: extent) { extent in
          var stride: Int64 = 1
          hk_accumulate_box(
            machine.pool, type, 1, extent, machine[1] + offset, machine[2] + offset, &stride)
        }
      }
    }
  }

  /// Where the runs of a box's window begin, and of how many elements each is.
  static func runs(
    of window: [Range<Int>], in shape: [Int]
  ) -> (starts: [Int], count: Int) {
    let strides = View.strides(of: shape)
    // Axes from here on are whole, but perhaps the first of them.
    var first = shape.count
    var count = 1
    while first > 0, count == (first < shape.count ? strides[first] * shape[first] : 1) {
      first -= 1
      count *= window[first].count
    }
    var starts = [0]
    for axis in shape.indices {
      let range = axis < first ? window[axis] : window[axis].prefix(1)
      starts = starts.flatMap { start in range.map { start + $0 * strides[axis] } }
    }
    return (starts, count)
  }

  /// Draws by the elements' numbers in the whole tensor.
  func dropoutKernel(_ probability: Double, _ site: OperationSite) throws -> TileKernel {
    try require(
      .random(.dropout(probability: probability)), site.operandTypes,
      gives: site.resultTypes.map(\.shape))
    let type = try site.kernelType(site.operandTypes[0].element)
    let extents = site.operandTypes[0].extents
    let strides = View.strides(of: shape(ofOperand: 0)).map(Int64.init)
    return { machine, job in
      let words = machine[1].assumingMemoryBound(to: UInt32.self)
      let number = machine[2].assumingMemoryBound(to: UInt32.self).pointee
      hk_dropout_box(
        machine.pool, type, Int32(extents.count), extents, strides, Int64(job.first), machine[0],
        machine[3], probability, UInt64(words[1]) << 32 | UInt64(words[0]), number, words[2],
        words[3])
    }
  }

  /// What a tile can move without another; slices and pads are exchanges.
  func kernel(of movement: Movement, _ site: OperationSite) throws -> TileKernel {
    let local: Movement
    switch movement {
    case .reshape: local = .reshape(site.resultTypes[0].shape)
    case .broadcast: local = .broadcast(site.resultTypes[0].shape)
    case .transpose, .concatenate: local = movement
    case .slice, .pad: throw unsupported(.movement(movement))
    }
    try require(.movement(local), site.operandTypes, gives: site.resultTypes.map(\.shape))
    let kernel =
      local.kernel(site)
      ?? copyKernel(site.resultTypes[0], from: site.operands[0], to: site.results[0])
    return { machine, _ in try kernel(machine) }
  }
}
