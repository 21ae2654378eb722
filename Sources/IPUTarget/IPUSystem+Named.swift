extension IPUSystem {
  /// The systems that can be named, single chips first.
  package static let all: [IPUSystem] = [
    IPUSystem("mk1", .mk1), IPUSystem("mk2", .mk2), IPUSystem("bow", .bow),
    IPUSystem("c600", .c600),
    .pod4, .pod16, .pod64, .bowPod4, .bowPod16, .bowPod64,
  ]

  /// One IPU-M2000.
  package static let pod4 = IPUSystem("pod4", .mk2, ipus: 4)
  /// Four IPU-M2000s.
  package static let pod16 = IPUSystem("pod16", .mk2, ipus: 16)
  /// A rack of 16 IPU-M2000s.
  package static let pod64 = IPUSystem("pod64", .mk2, ipus: 64, isClosed: true)
  /// One Bow-2000.
  package static let bowPod4 = IPUSystem("bow-pod4", .bow, ipus: 4)
  /// Four Bow-2000s.
  package static let bowPod16 = IPUSystem("bow-pod16", .bow, ipus: 16)
  /// A rack of 16 Bow-2000s.
  package static let bowPod64 = IPUSystem("bow-pod64", .bow, ipus: 64, isClosed: true)

  /// The names, for the message about one that is none of them.
  package static var names: [String] { all.map(\.name) }

  /// The system with this name, if there is one.
  package init?(named name: String) {
    guard let system = Self.all.first(where: { $0.name == name }) else { return nil }
    self = system
  }

  /// The system with this name where it has so many IPUs, if there is one. A chip that is named alone, "mk2",
  /// stands for as many as are asked for.
  package init?(named name: String, ipus: Int) {
    guard var system = Self(named: name), ipus > 0 else { return nil }
    if system.isChipAlone { system.ipus = ipus }
    guard ipus <= system.ipus else { return nil }
    self = system
  }

  /// Whether the name is that of a chip, without a number of IPUs.
  package var isChipAlone: Bool { Self.all.contains { $0.name == name && $0.ipus == 1 } }

  private init(_ name: String, _ ipu: IPU, ipus: Int = 1, isClosed: Bool = false) {
    self.init(
      name: name, ipu: ipu, ipus: ipus,
      ipusPerMachine: .published(4, "Bow-2000 datasheet; an IPU-M2000 has as many"),
      linksToNextMachine: .derived(
        4, "Bow-2000 datasheet: 8 external IPU-Links, half of them to either neighbour"),
      rings: isClosed
        ? .published(2, "IPU-POD64 datasheet: the IPU-Links are a torus")
        : .assumed(1, "the row of machines is open"))
  }
}
