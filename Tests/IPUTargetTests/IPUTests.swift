import IPUTarget
import Testing

@Suite struct IPUTests {
  /// What chips are sold as: FLOP per second of f16 and f32, MiB of SRAM, in the sources of the numbers.
  @Test(arguments: [
    (IPU.mk2, 250e12, 62.5e12, 897), (.bow, 348.6e12, 87.2e12, 897),
    (.c600, 280e12, 70e12, 897),
    (.mk1, 124.5e12, 31.1e12, 304),
  ])
  func peaksAreThosePublished(_ ipu: IPU, half: Double, single: Double, mebibytes: Int) {
    let flops = Double(ipu.tiles) * 2 * ipu.clockHertz
    let halfPeak = flops * Double(ipu.macsPerCycle(operands: .f16, partials: .f16))
    let singlePeak = flops * Double(ipu.macsPerCycle(operands: .f32, partials: .f32))
    #expect(abs(halfPeak / half - 1) < 0.01)
    #expect(abs(singlePeak / single - 1) < 0.01)
    #expect((ipu.tiles * ipu.tileBytes) >> 20 == mebibytes)
  }

  @Test func ampHalvesWithSinglePartialsAndAgainWithSingleOperands() {
    #expect(IPU.mk2.macsPerCycle(operands: .f16, partials: .f16) == 64)
    #expect(IPU.mk2.macsPerCycle(operands: .f16, partials: .f32) == 32)
    #expect(IPU.mk2.macsPerCycle(operands: .f32, partials: .f32) == 16)
    #expect(IPU.mk2.convolutionUnits(operands: .f16, partials: .f32) == 8)
  }

  /// The overheads are means of what ipu-stack measured.
  @Test func overheadsAreMeansOfTheMeasured() {
    let exchanges = [229, 248, 275, 267, 273, 277, 238, 237, 237, 295]
    let mean = Double(exchanges.reduce(0, +)) / Double(exchanges.count)
    #expect(IPU.mk2.exchangeOverhead == Int(mean.rounded()))
    #expect(IPU.mk2.vertexOverhead == (200 + 330) / 2)
  }

  @Test func everyFactHasAnExplanation() {
    for system in IPUSystem.all {
      #expect(Set(system.facts.map(\.name)).count == system.facts.count)
      for fact in system.facts {
        #expect(!fact.source.isEmpty && !fact.value.isEmpty)
      }
    }
    #expect(IPU.mk2.facts.contains { $0.isAssumption && $0.name == "streaming memory" })
    #expect(IPU.mk2.facts.first { $0.name == "memory of a tile" }?.text == "638,976 B")
    #expect(IPU.mk2.facts.first { $0.name == "clock" }?.text == "1.33 GHz")
  }

  @Test func aNumberThatIsSetIsAnAssumption() {
    var ipu = IPU.mk2
    ipu.tiles = 8
    #expect(ipu.tiles == 8)
    #expect(ipu.$tiles.confidence == .assumed)
    #expect(ipu.facts.first?.isAssumption == true)
    #expect(IPU.mk2.$tiles.confidence == .published)
  }

  /// Links do not follow the clock: a faster chip waits more cycles for the same bytes.
  @Test func linksKeepTheirRate() {
    let mk2 = IPU.mk2.linkBytesPerCycle * IPU.mk2.clockHertz
    let bow = IPU.bow.linkBytesPerCycle * IPU.bow.clockHertz
    #expect(abs(mk2 - bow) < 1)
    #expect(abs(mk2 - 4 * 16e9 * 0.85) < 1)
  }
}

/// Names suffice in what tests print.
extension IPU: CustomTestStringConvertible {
  package var testDescription: String { name }
}
