import Foundations
import Testing

@Suite struct NumberTextTests {
  @Test func fixedDecimalsRoundAndPad() {
    #expect(NumberText.fixed(3.14159, decimals: 3) == "3.142")
    #expect(NumberText.fixed(0.05, decimals: 1) == "0.1")
    #expect(NumberText.fixed(-0.004, decimals: 2) == "0.00")
    #expect(NumberText.fixed(-1.5, decimals: 2) == "-1.50")
    #expect(NumberText.fixed(7, decimals: 0) == "7")
    #expect(NumberText.fixed(.nan, decimals: 2) == "nan")
    #expect(NumberText.fixed(1e300, decimals: 2) == "1e+300")
  }

  @Test func durationsReadWell() {
    #expect(NumberText.duration(0.2) == "1 s")
    #expect(NumberText.duration(125) == "2 min 05 s")
    #expect(NumberText.duration(3600 * 3 + 7 * 60) == "3 h 07 min")
    #expect(NumberText.duration(.infinity) == "?")
  }

  @Test func stampsAreOfCoordinatedUniversalTime() {
    #expect(NumberText.stamp(secondsSince1970: 1_795_532_511) == "20261124-150151")
    #expect(NumberText.stamp(secondsSince1970: 0, separator: "_") == "19700101_000000")
  }
}
