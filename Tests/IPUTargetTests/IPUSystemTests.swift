import IPUTarget
import Testing

@Suite struct IPUSystemTests {
  @Test func systemsAreFoundByName() throws {
    #expect(Set(IPUSystem.names).count == IPUSystem.names.count)
    for name in IPUSystem.names {
      #expect(IPUSystem(named: name)?.name == name)
    }
    #expect(IPUSystem(named: "pod32") == nil)
    let system = try #require(IPUSystem(named: "bow-pod16"))
    #expect(system.ipus == 16)
    #expect(system.ipu == .bow)
  }

  @Test func oneReplicaHasNothingToAdd() {
    #expect(IPUSystem.pod4.allReduceBytesPerSecond(replicas: 1, ipusPerReplica: 4) == .infinity)
  }

  /// Four IPU-Links between machines are shared by the four IPUs of a replica: one link each, of which
  /// 85 % is payload, and a ring of four sends one and a half times its bytes.
  @Test func aRingIsAsFastAsItsPartOfTheLinks() {
    let rate = IPUSystem.pod16.allReduceBytesPerSecond(replicas: 4, ipusPerReplica: 4)
    #expect(abs(rate - 16e9 * 0.85 / 1.5) < 1)
  }

  @Test func ringsWithinAMachineDoNotLeaveIt() {
    let inside = IPUSystem.pod16.allReduceBytesPerSecond(replicas: 2, ipusPerReplica: 2)
    let across = IPUSystem.pod16.allReduceBytesPerSecond(replicas: 2, ipusPerReplica: 4)
    #expect(abs(inside - IPU.mk2.linkBytesPerSecond) < 1)
    #expect(across < inside)
  }

  @Test func moreReplicasAndLargerOnesAreSlower() {
    let pod = IPUSystem.pod64
    let rates = [2, 4, 8, 16].map { pod.allReduceBytesPerSecond(replicas: $0, ipusPerReplica: 4) }
    #expect(rates == rates.sorted(by: >))
    #expect(
      pod.allReduceBytesPerSecond(replicas: 8, ipusPerReplica: 8)
        < pod.allReduceBytesPerSecond(replicas: 8, ipusPerReplica: 4))
  }
}
