import Foundations
import Testing

@Suite struct CountTextTests {
  @Test func oneThingHasItsOwnWord() {
    #expect([0, 1, 2].map { countText($0, "file") } == ["0 files", "1 file", "2 files"])
    #expect(
      [0, 1, 2].map { countText($0, "entry", "entries") } == ["0 entries", "1 entry", "2 entries"])
  }
}
