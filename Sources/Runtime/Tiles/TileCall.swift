import Foundations
import TileProgram

/// A call of a function on tiles: where its tensors and buffers are. All replicas have them at the same
/// places.
struct TileCall {
  let function: PreparedTileFunction
  /// The IPU that the function runs on, where it runs on one.
  let ipu: Int
  /// For each tensor.
  private(set) var places: [TilePlace] = []
  /// For each buffer of the function its number among those of the entry.
  private(set) var buffers: [Int]

  /// The memories that a call must stay in.
  struct Limits {
    /// As in `TileProgram`.
    var frameBases: [[Int?]]
    var ipus: Int
    /// Bytes of a tile's memory.
    var tileBytes: Int
  }

  /// A call of the entry by the host.
  init(_ entry: PreparedTileFunction, _ limits: Limits) throws(TesseraError) {
    function = entry
    ipu = 0
    buffers = Array(0..<entry.source.bufferCount)
    try place([], [], limits, entry.site)
  }

  /// A call by another function.
  /// - Throws: `TesseraError` where a tensor is not on its IPU, or would be outside its frame or its tile.
  init(
    _ callee: PreparedTileFunction, _ call: TileStep.CallSite, by caller: TileCall,
    _ limits: Limits, _ site: TileSite
  ) throws(TesseraError) {
    function = callee
    ipu = caller.function.source.ipus == 1 ? caller.ipu : call.ipu
    buffers = Array(repeating: 0, count: callee.source.bufferCount)
    for (own, inner) in zip(
      call.arguments + call.results, callee.source.arguments + callee.source.results)
    {
      if case (.buffer(let own), .buffer(let inner)) = (own, inner) {
        buffers[inner] = caller.buffers[own]
      }
    }
    func place(_ place: TileStep.Place) -> TilePlace? {
      if case .tensor(let tensor) = place { caller.places[tensor] } else { nil }
    }
    let arguments = call.arguments.map(place)
    let results = call.results.map(place)
    for (result, argument) in callee.source.updates.enumerated() {
      if let argument, results[result] != arguments[argument] {
        throw site.error(
          .tileShapeMismatch, "result \(result) is not in the place of the argument that it updates"
        )
      }
    }
    try self.place(arguments, results, limits, site)
  }

  private mutating func place(
    _ arguments: [TilePlace?], _ results: [TilePlace?], _ limits: Limits, _ site: TileSite
  ) throws(TesseraError) {
    let source = function.source
    for (index, root) in function.roots.enumerated() {
      let tensor = source.tensors[index]
      let ipu = source.ipus == 1 ? self.ipu : tensor.ipu
      var place: TilePlace?
      switch source.tensors[root].home {
      case .frame(let offset):
        guard (0..<limits.ipus).contains(ipu), let base = limits.frameBases[function.number][ipu]
        else { break }
        let frame = source.ipus == 1 ? 0 : ipu
        guard source.frameBytes.indices.contains(frame), offset >= 0,
          offset + tensor.tileBytes <= source.frameBytes[frame]
        else {
          throw site.error(
            .tileOutOfBounds,
            "tensor \(index) of '\(source.name)' at \(offset), \(tensor.tileBytes) bytes, leaves the frame"
          )
        }
        place = TilePlace(ipu: ipu, address: base + offset)
      case .argument(let number):
        place = arguments.indices.contains(number) ? arguments[number] : nil
      case .result(let number): place = results.indices.contains(number) ? results[number] : nil
      case .alias: break
      }
      guard let place, place.ipu == ipu else {
        throw site.error(
          .tileOutOfBounds, "tensor \(index) of '\(source.name)' has no memory on IPU \(ipu)")
      }
      guard place.address >= 0, place.address + tensor.tileBytes <= limits.tileBytes else {
        throw site.error(
          .tileOutOfBounds,
          "tensor \(index) of '\(source.name)' at \(place.address), \(tensor.tileBytes) bytes, leaves the "
            + "memory of its tile, \(limits.tileBytes) bytes")
      }
      places.append(place)
    }
  }
}
