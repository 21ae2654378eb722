/// IPUs that are trained on together: which, how many, and what joins them.
///
/// Machines of four IPUs stand in a row and are joined by IPU-Links, up to the 16 machines of a rack.
/// GW-Links join racks (IPU-POD getting started); none of these systems has two.
package struct IPUSystem: Hashable, Sendable {
  /// The name in configurations: "bow-pod16".
  package let name: String
  /// The chip.
  package var ipu: IPU
  /// How many there are.
  package var ipus: Int

  /// IPUs of a machine.
  @Sourced package var ipusPerMachine: Int
  /// IPU-Links from a machine to the next, each way.
  @Sourced package var linksToNextMachine: Int
  /// Rings that an all-reduce can go round at a time: two, one each way, where the row of machines is closed.
  @Sourced package var rings: Int

  /// The numbers of the chip and of what joins it, with their sources.
  package var facts: [Fact] {
    let ofChip = ipu.facts
    guard ipus > 1 else { return ofChip }
    let ofMachines = [
      $ipusPerMachine.fact("IPUs of a machine"),
      $linksToNextMachine.fact("IPU-Links to the next machine"),
      $rings.fact("rings of an all-reduce"),
    ]
    return ofChip + ofMachines
  }

  /// Bytes per second of gradients that replicas add up: of one IPU's gradients, while every IPU adds up with
  /// those in its place in the other replicas.
  ///
  /// A ring: of R replicas each sends 2 (R − 1) / R of its bytes to the next, at the rate of the links
  /// between two IPUs, or of its part of the links between two machines, over which the rings of all IPUs of
  /// a replica go. That rings fill the links and never wait is an assumption.
  ///
  /// - Parameters:
  ///   - replicas: replicas of the model; one has nothing to add and is infinitely fast.
  ///   - ipusPerReplica: IPUs that hold one replica.
  package func allReduceBytesPerSecond(replicas: Int, ipusPerReplica: Int) -> Double {
    guard replicas > 1 else { return .infinity }
    var rate = ipu.linkBytesPerSecond
    if replicas * ipusPerReplica > ipusPerMachine {
      let ofMachine = Double(linksToNextMachine) * ipu.ipuLinkBytesPerSecond * ipu.linkEfficiency
      rate = min(rate, Double(rings) * ofMachine / Double(ipusPerReplica))
    }
    return rate * Double(replicas) / Double(2 * (replicas - 1))
  }
}
