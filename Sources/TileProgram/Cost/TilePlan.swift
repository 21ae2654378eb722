import IPUTarget

/// What a tile program takes of a system: memory tile by tile, and time.
package struct TilePlan: Hashable, Sendable {
  /// The memory of each IPU of a replica.
  package var ipus: [IPUMemory]
  /// The time of a weight update.
  package var time: TimePlan
  /// The chip.
  package var chip: IPU

  /// - Parameters:
  ///   - system: what it runs on.
  ///   - replicas: replicas that train together.
  ///   - factor: what multiplies the cycles of compute sets and exchanges.
  package init(
    _ program: TileProgram, on system: IPUSystem, replicas: Int,
    factor: Double = CostModel.overheadFactor
  ) {
    var costs = CostModel(
      system, replicas: replicas, ipusPerReplica: program.ipus, factor: factor)
    self.init(program, costs: &costs)
  }

  /// - Parameter costs: what steps cost on the system; it knows those of the program after that.
  package init(_ program: TileProgram, costs: inout CostModel) {
    let system = costs.system
    var account = TimeAccount(program, costs: costs)
    (time, costs) = account.plan()
    let counts = ElementCounts(program)
    ipus = (0..<program.ipus).map {
      MemoryAccount(program, ipu: $0, counts: counts, costs: &costs).memory
    }
    chip = system.ipu
  }

  /// Whether every tile has room for what it needs, in every exchange, and for its code.
  package var fits: Bool { ipus.allSatisfy { $0.failures(on: chip).isEmpty } }
}
