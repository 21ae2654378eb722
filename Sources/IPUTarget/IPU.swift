import Foundations

/// A chip as data: what the compiler plans for, and what its cycles are counted with.
///
/// Each number carries its source (`$clockHertz.source`); `facts` has all of them in order. A chip is changed
/// by setting a property of a copy, and the number is an assumption then.
package struct IPU: Hashable, Sendable {
  /// The name by which reports call it.
  package var name: String

  /// Tiles of the chip.
  @Sourced package var tiles: Int
  /// Bytes of a tile's memory.
  @Sourced package var tileBytes: Int
  /// Bytes of a tile's memory that can hold code: the first, whose memory is not interleaved.
  @Sourced package var executableBytes: Int
  /// Bytes of a tile's memory that nothing of a program may use.
  @Sourced package var reservedBytes: Int
  /// Workers of a tile, which take turns: each issues an instruction every `workers` cycles.
  @Sourced package var workers: Int
  /// Cycles of a second.
  @Sourced package var clockHertz: Double

  /// Bytes that a tile sends, and at the same time receives, in a cycle of an exchange.
  @Sourced package var exchangeBytesPerCycle: Int
  /// Bytes that a tile copies within its memory in a cycle.
  @Sourced package var copyBytesPerCycle: Int
  /// Cycles that an exchange takes beside its payload, synchronisation included.
  @Sourced package var exchangeOverhead: Int
  /// Cycles that a compute set takes beside its loops: call, launch of the workers, waiting for the last.
  ///
  /// The cycles of vertices that this module counts have it already.
  @Sourced package var vertexOverhead: Int
  /// Cycles in which all IPUs of a program wait for each other.
  @Sourced package var globalSyncCycles: Int

  /// Units of a tile that multiply and add at a time, with half operands and half partials.
  @Sourced package var halfUnits: Int
  /// The same with half operands and single partials.
  @Sourced package var mixedUnits: Int
  /// The same with single operands.
  @Sourced package var floatUnits: Int
  /// Products that one unit adds in a cycle with half operands; with single ones it is one.
  @Sourced package var halfProductsPerUnit: Int
  /// Bytes of weights that a tile loads into its units in a cycle, from interleaved memory.
  @Sourced package var weightLoadBytesPerCycle: Int

  /// Bytes per second of one IPU-Link, each way.
  @Sourced package var ipuLinkBytesPerSecond: Double
  /// The part of it that is payload.
  @Sourced package var linkEfficiency: Double
  /// IPU-Links between two neighbouring IPUs.
  @Sourced package var linksToNeighbour: Int
  /// Bytes per second between the IPU and the host, each way.
  @Sourced package var hostBytesPerSecond: Double
  /// Bytes per second between the IPU and streaming memory.
  @Sourced package var streamingBytesPerSecond: Double
}

extension IPU {
  /// Units of a tile that multiply and add at a time: the columns that one pass of AMP makes.
  ///
  /// - Parameters:
  ///   - operands: the element type of both operands; all but f16 go the way of f32.
  ///   - partials: the element type in which sums are kept.
  package func convolutionUnits(operands: ElementType, partials: ElementType) -> Int {
    guard operands == .f16 else { return floatUnits }
    return partials == .f16 ? halfUnits : mixedUnits
  }

  /// Multiplications and additions of a tile in a cycle, at most; types as in `convolutionUnits`.
  package func macsPerCycle(operands: ElementType, partials: ElementType) -> Int {
    convolutionUnits(operands: operands, partials: partials)
      * (operands == .f16 ? halfProductsPerUnit : 1)
  }

  /// Bytes per second between two neighbouring IPUs, each way.
  package var linkBytesPerSecond: Double {
    Double(linksToNeighbour) * ipuLinkBytesPerSecond * linkEfficiency
  }

  /// Bytes of a cycle between two neighbouring IPUs, each way.
  package var linkBytesPerCycle: Double { linkBytesPerSecond / clockHertz }

  /// Bytes of a tile that a program may use.
  package var usableTileBytes: Int { tileBytes - reservedBytes }

  /// All numbers with their sources, in the order of the properties.
  package var facts: [Fact] {
    [
      $tiles.fact("tiles"), $tileBytes.fact("memory of a tile", unit: "B"),
      $executableBytes.fact("memory of a tile for code", unit: "B"),
      $reservedBytes.fact("reserved of a tile", unit: "B"), $workers.fact("workers of a tile"),
      $clockHertz.fact("clock", unit: "Hz"),
      $exchangeBytesPerCycle.fact("exchange", unit: "B/cycle"),
      $copyBytesPerCycle.fact("copy on a tile", unit: "B/cycle"),
      $exchangeOverhead.fact("overhead of an exchange", unit: "cycles"),
      $vertexOverhead.fact("overhead of a compute set", unit: "cycles"),
      $globalSyncCycles.fact("synchronisation of IPUs", unit: "cycles"),
      $halfUnits.fact("units, f16 to f16"), $mixedUnits.fact("units, f16 to f32"),
      $floatUnits.fact("units, f32"),
      $halfProductsPerUnit.fact("products of a unit, f16", unit: "1/cycle"),
      $weightLoadBytesPerCycle.fact("load of weights", unit: "B/cycle"),
      $ipuLinkBytesPerSecond.fact("IPU-Link each way", unit: "B/s"),
      $linkEfficiency.fact("payload of an IPU-Link"),
      $linksToNeighbour.fact("IPU-Links to a neighbour"),
      $hostBytesPerSecond.fact("host", unit: "B/s"),
      $streamingBytesPerSecond.fact("streaming memory", unit: "B/s"),
    ]
  }
}
