import Foundations
import Glibc

/// Where a tensor is: on an IPU of the replica, at the same address on each of its tiles.
struct TilePlace: Hashable {
  var ipu: Int
  var address: Int
}

/// The memories of all tiles of all IPUs of some replicas; a class because it owns them. Pages that nothing
/// touches take no memory of this machine.
final class TileMemory {
  /// Bytes up to which the memories are in huge pages, of which few are needed: a step touches a little of
  /// every tile's memory.
  private static let largestHugeByteCount = 4 << 30

  /// Bytes from one tile's memory to the next: an odd number of cache lines, so that an address on many
  /// tiles falls into many sets of the cache.
  let tileStride: Int
  let tiles: Int
  private let ipus: Int
  private let start: UnsafeMutableRawPointer
  /// Bytes of all the memories, touched or not.
  let byteCount: Int

  /// - Parameter tileBytes: bytes of each tile's memory that a program uses.
  /// - Throws: `TesseraError` (doesNotFit) where there is not so much memory.
  init(replicas: Int, ipus: Int, tiles: Int, tileBytes: Int) throws(TesseraError) {
    tileStride = ((tileBytes + 63) / 64 | 1) * 64
    self.tiles = tiles
    self.ipus = ipus
    byteCount = replicas * ipus * tiles * tileStride
    let mapped = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start = mapped, start != MAP_FAILED else {
      throw TesseraError(
        .doesNotFit, code: .outOfMemory,
        "the tiles' memories are \(byteCount) bytes, which this machine does not give",
        remedies: ["use fewer replicas", "free memory"])
    }
    if byteCount <= Self.largestHugeByteCount { madvise(start, byteCount, MADV_HUGEPAGE) }
    self.start = start
  }

  deinit { munmap(start, byteCount) }

  /// The place's byte on tile 0 of a replica; that of tile t is t strides behind it.
  func pointer(_ place: TilePlace, replica: Int = 0) -> UnsafeMutableRawPointer {
    start + (replica * ipus + place.ipu) * tiles * tileStride + place.address
  }
}
