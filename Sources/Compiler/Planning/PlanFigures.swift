import TileProgram

/// What is compared where several plans are made.
package struct PlanFigures: Hashable, Sendable {
  /// By how much the worst of what tiles need exceeds what they have; at most 1 where all fits.
  package var load: Double
  /// Bytes that the fullest tile of all IPUs needs.
  package var worstTileBytes: Int { ipuBytes.max() ?? 0 }
  /// Bytes that the fullest tile of each IPU needs.
  package var ipuBytes: [Int]
  /// The IPUs that have no room, the fullest first.
  package var misfits: [Int]
  /// Samples a second.
  package var samplesPerSecond: Double
  /// Cycles of a timestep that each IPU does not wait; empty where there is no steady state.
  package var busyCycles: [Int]

  /// Whether all tiles have room.
  package var fits: Bool { misfits.isEmpty }

  package init(
    load: Double, ipuBytes: [Int], misfits: [Int], samplesPerSecond: Double, busyCycles: [Int]
  ) {
    self.load = load
    self.ipuBytes = ipuBytes
    self.misfits = misfits
    self.samplesPerSecond = samplesPerSecond
    self.busyCycles = busyCycles
  }

  /// The figures of a plan.
  package init(_ planned: PlannedCompilation) {
    let plan = planned.plan
    load = planned.load
    ipuBytes = plan.ipus.map(\.worstTileBytes)
    misfits = plan.ipus.filter { !$0.failures(on: plan.chip).isEmpty }
      .sorted { ($0.worstTileBytes, $1.ipu) > ($1.worstTileBytes, $0.ipu) }.map(\.ipu)
    samplesPerSecond = planned.samplesPerSecond
    busyCycles = plan.time.timestep?.uses.map(\.busy) ?? []
  }

  /// Whether the plan is to be preferred: what fits before what does not, then the faster, or of those that
  /// do not fit the one that lacks less.
  func isBetter(than other: PlanFigures) -> Bool {
    if fits != other.fits { return fits }
    return fits ? samplesPerSecond > other.samplesPerSecond : load < other.load
  }
}
