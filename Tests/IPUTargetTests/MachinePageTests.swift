import Foundation
import IPUTarget
import TestSupport
import Testing

/// Holds `docs/machine.md` to the numbers of the code. `TESSERA_BLESS=1` writes its tables anew.
@Suite struct MachinePageTests {
  private static let path = Checkout.path("docs/machine.md")

  @Test(arguments: ["chips", "systems"]) func theTablesAreThoseOfTheCode(_ part: String) throws {
    let page = try String(contentsOfFile: Self.path, encoding: .utf8)
    let start = try #require(page.range(of: "<!-- \(part) -->\n")?.upperBound)
    let end = try #require(page.range(of: "<!-- end of \(part) -->")?.lowerBound)
    let table = part == "chips" ? Self.chips() : Self.systems()
    if ProcessInfo.processInfo.environment["TESSERA_BLESS"] == "1" {
      let blessed = page[..<start] + table + page[end...]
      try String(blessed).write(toFile: Self.path, atomically: true, encoding: .utf8)
    } else {
      #expect(String(page[start..<end]) == table, "TESSERA_BLESS=1 writes it anew")
    }
  }

  /// All numbers of a Mk2, and of the other chips those that differ.
  private static func chips() -> String {
    let base = IPU.mk2.facts
    var text = "### \(IPU.mk2.name)\n\n" + table(base)
    for ipu in [IPU.bow, .c600, .mk1] {
      let own = zip(ipu.facts, base).filter { $0.0 != $0.1 }.map(\.0)
      text += "\n### \(ipu.name)\n\nAs \(IPU.mk2.name), but for these:\n\n" + table(own)
    }
    return text
  }

  private static func table(_ facts: [Fact]) -> String {
    let rows = facts.map {
      "| \($0.name) | \($0.text) | \($0.confidence.rawValue) | \($0.source) |"
    }
    return lines(["| number | value | how sure | source |", "| --- | --- | --- | --- |"] + rows)
  }

  private static func systems() -> String {
    let rows = IPUSystem.all.map { system in
      let replicas = system.ipus / 4
      let rate =
        replicas > 1
        ? gigabytes(system.allReduceBytesPerSecond(replicas: replicas, ipusPerReplica: 4)) : "–"
      return "| `\(system.name)` | \(system.ipu.name) | \(system.ipus) | \(rate) |"
    }
    let ofMachines = IPUSystem.bowPod16.facts.dropFirst(IPU.bow.facts.count)
    return lines(["| name | chip | IPUs | all-reduce |", "| --- | --- | --- | --- |"] + rows) + "\n"
      + table(Array(ofMachines))
  }

  private static func gigabytes(_ bytes: Double) -> String {
    String(format: "%.1f GB/s", bytes / 1e9)
  }

  private static func lines(_ lines: [String]) -> String {
    lines.map { $0 + "\n" }.joined()
  }
}
