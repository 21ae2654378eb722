/// The figures of a Mk2 IPU that estimates use, and formulas of more than one operation.
///
/// Sources: Hot Chips 33 (tiles, memory, links); Graphcore's poplibs, August 2023 (rates of AMP and
/// vertices, a worker's instruction being six cycles of the tile); osmarks/ipu-stack, which measured
/// overheads and kernels on a C600, a Mk2 die.
package enum IPUEstimate {
  /// Tiles of an IPU (Hot Chips 33).
  package static let tiles = 1472.0
  /// Bytes of a tile's memory: 624 KiB (Hot Chips 33).
  package static let tileBytes = 638_976.0
  /// Bytes of each tile that are held back for code and tables of exchanges: ipu-stack's limit for a model
  /// of 27 layers, whose tables took 43 to 87 KB and whose code 18 KB.
  package static let reservedTileBytes = 81_920.0
  /// Bytes of an IPU for tensors: 782 MiB.
  package static let tensorBytes = tiles * (tileBytes - reservedTileBytes)
  /// Bytes of a cycle between two IPUs, each way: two of an IPU's ten IPU-Links, which together do
  /// 320 GB/s (Hot Chips 33), at 1.33 GHz (MLPerf 1.1). That two links join neighbours is an assumption.
  package static let linkBytesPerCycle = 2 * 32e9 / 1.33e9

  /// Bytes of a cycle between an IPU and streaming memory: 9.6 GB/s at 1.33 GHz, a fourth of two channels of
  /// DDR4-2400. No figure is published; this is the memory's own limit, and so an assumption.
  static let streamingBytesPerCycle = 9.6e9 / 1.33e9

  /// Workers of a tile.
  static let workers = 6.0
  /// Bytes that a tile receives in a cycle, and sends in one (ipu-stack, from poplar's `Target`).
  static let exchangeBytesPerCycle = 4.0
  /// Bytes that a tile copies in its own memory in a cycle (the same).
  static let copyBytesPerCycle = 8.0
  /// Cycles of one exchange and one compute set beside their work: 230 to 295 and 200 to 330, measured
  /// (ipu-stack).
  static let step = 500.0

  /// The elements, or bytes, that the fullest tile has.
  static func onATile(_ count: Double) -> Double { (count / tiles).rounded(.up) }

  /// A product of `volume` multiplications and additions on AMP.
  ///
  /// Each tile has a cube of side s = ∛(volume / tiles): it receives two faces and gives one away, and
  /// multiplies s rows by (s/16)² blocks of weights, which take 160 cycles each to load (ipu-stack:
  /// 294 + ⌈K/16⌉⌈C/16⌉(4R + 160), within 1.2 % of five products that were measured). AMP does 64
  /// multiplications and additions a cycle with half operands and half partials, 32 with partials in
  /// single precision, 16 with operands in it, and loads as much slower (poplibs).
  static func product(volume: Double, bytes: Double, rate: Double) -> Double {
    let ofTile = onATile(volume)
    let side = cubeRoot(ofTile)
    let face = side * side
    let blocks = (face / 256).rounded(.up)
    return 3 * step + ofTile / rate + blocks * 160 * (64 / rate)
      + 3 * face * bytes / exchangeBytesPerCycle
  }

  /// The smallest whole number whose cube is not smaller; by comparisons, so that it is the same on every
  /// machine.
  static func cubeRoot(_ volume: Double) -> Double {
    var (low, high) = (0, 1 << 21)
    while low < high {
      let middle = (low + high) / 2
      let cube = Double(middle) * Double(middle) * Double(middle)
      if cube >= volume { high = middle } else { low = middle + 1 }
    }
    return Double(low)
  }
}
