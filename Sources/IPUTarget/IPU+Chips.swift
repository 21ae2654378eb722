extension IPU {
  /// The GC200 of the IPU-M2000 and of Pods.
  package static let mk2 = IPU(
    name: "Mk2 GC200",
    tiles: .published(1472, "Hot Chips 33"),
    tileBytes: .published(638_976, "Hot Chips 33: 624 KiB"),
    executableBytes: .reported(
      212_992, "ipu-stack, C600: region 0 is 208 KiB, the only one that code runs from"),
    reservedBytes: .reported(
      1104 + 1760, "ipu-stack, C600: 1,104 B that the loader does not reach, 1,760 B of workers"),
    workers: .published(6, "Bow-2000 datasheet: 35,328 workers on 5,888 tiles"),
    clockHertz: .published(1.33e9, "MLPerf Training 1.0 and 1.1, accelerator_frequency"),
    exchangeBytesPerCycle: .reported(4, "ipu-stack, from poplar::Target; 7.8 TB/s in Hot Chips 33"),
    copyBytesPerCycle: .reported(8, "ipu-stack, from poplar::Target"),
    exchangeOverhead: .reported(258, "ipu-stack, C600: the mean of ten exchanges, 229 to 295"),
    vertexOverhead: .reported(265, "ipu-stack, C600: the middle of kernels' floors, 200 to 330"),
    globalSyncCycles: .reported(600, "ipu-stack, from poplar::Target"),
    halfUnits: .published(16, "poplibs, ConvVertexType: half, half, 16 units"),
    mixedUnits: .published(8, "poplibs, ConvVertexType: half, float, 8 units"),
    floatUnits: .published(16, "poplibs, ConvVertexType: float, float, 16 units"),
    halfProductsPerUnit: .published(4, "poplibs; 1472 × 16 × 4 × 2 × 1.33 GHz = 250 TFLOP/s"),
    weightLoadBytesPerCycle: .published(16, "instruction ld128putcs, interleaved memory"),
    ipuLinkBytesPerSecond: .published(
      16e9, "Hot Chips 33: 10 links, 320 GB/s both ways; Bow-2000 datasheet: 8 links, 2 Tbit/s"),
    linkEfficiency: .published(0.85, "poplibs, model of several IPUs in its tests"),
    linksToNeighbour: .published(4, "poplibs, model of several IPUs in its tests: a pair of IPUs"),
    hostBytesPerSecond: .assumed(
      6.25e9, "two ports of 100 Gbit/s for the four IPUs of a machine; no rate is published"),
    streamingBytesPerSecond: .assumed(
      9.6e9, "two channels of DDR4-2400 for the four IPUs of a machine; no rate is published"))

  /// The Bow IPU: a Mk2 with a faster clock.
  package static let bow = mk2.changed("Bow") {
    $0.$clockHertz = .published(1.85e9, "Bow-2000 datasheet")
  }

  /// The card C600: a Mk2 die that also computes in FP8, behind PCI Express.
  package static let c600 = mk2.changed("C600") {
    $0.$clockHertz = .derived(
      1.486e9, "280 TFLOP/s of f16 (announcement of the card) over 1472 × 128 FLOP a cycle")
    let bus = 31.5e9
    $0.$hostBytesPerSecond = .derived(
      bus, "thecharlieblake.co.uk/ipus: a chip has PCI Express 4 with 16 lanes; 128 of 130 bits")
    $0.$streamingBytesPerSecond = .assumed(
      bus, "the card has no memory of its own: the host's, over PCI Express 4")
  }

  /// The first generation.
  package static let mk1 = mk2.changed("Mk1 GC2") {
    $0.$tiles = .published(1216, "Hot Chips 33")
    $0.$tileBytes = .published(262_144, "Hot Chips 33: 256 KiB")
    $0.$executableBytes = .reported(131_072, "architecture header: region 0 is 128 KiB")
    $0.$reservedBytes = .assumed($0.reservedBytes, "as on a Mk2")
    $0.$clockHertz = .derived(1.6e9, "31.1 TFLOP/s of f32 over 1216 × 16 FLOP a cycle")
    $0.$exchangeOverhead = .assumed($0.exchangeOverhead, "as on a Mk2")
    $0.$vertexOverhead = .assumed($0.vertexOverhead, "as on a Mk2")
    $0.$globalSyncCycles = .assumed($0.globalSyncCycles, "as on a Mk2")
    $0.$halfUnits = .assumed(8, "architecture header: 8 units; half partials as single ones")
    $0.$mixedUnits = .reported(8, "architecture header: 8 units")
    $0.$floatUnits = .reported(8, "architecture header: 8 units")
    $0.$halfProductsPerUnit = .derived(4, "124.5 TFLOP/s over 1216 × 8 × 2 FLOP at 1.6 GHz")
    $0.$weightLoadBytesPerCycle = .assumed(8, "instruction ld64putcs")
    let bus = 15.75e9
    $0.$hostBytesPerSecond = .assumed(
      bus, "PCI Express 4 with 16 lanes for the two IPUs of a card")
    $0.$streamingBytesPerSecond = .assumed(
      bus, "no memory of its own: the host's, over PCI Express")
  }

  private func changed(_ name: String, _ change: (inout IPU) -> Void) -> IPU {
    var ipu = self
    ipu.name = name
    change(&ipu)
    return ipu
  }
}
