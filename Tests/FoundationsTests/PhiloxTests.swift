import Foundations
import Testing

/// Known answers of Random123's `kat_vectors` for philox4x32-10.
@Suite struct PhiloxTests {
  @Test func knownAnswers() {
    #expect(
      Philox.words(counter: .zero, key: .zero)
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.words(
        counter: SIMD4(repeating: 0xffff_ffff), key: SIMD2(repeating: 0xffff_ffff))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.words(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func elementsShareCountersByFours() {
    let stream = RandomStream(seed: 1 << 40 | 7, stream: 3, replica: 1, microBatch: 9)
    let words = Philox.words(counter: SIMD4(2, 3, 1, 9), key: SIMD2(7, 1 << 8))
    #expect((8..<12).map(stream.word) == [words.x, words.y, words.z, words.w])
  }
}
