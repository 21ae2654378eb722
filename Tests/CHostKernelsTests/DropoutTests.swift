import CHostKernels
import Foundations
import TestSupport
import Testing

@Suite struct DropoutTests {
  private func check<E: KernelElement>(_ n: Int, _ probability: Double, _: E.Type) throws {
    var numbers = SplitMix64(seed: 41)
    let x: [E] = numbers.values(n)
    let stream = RandomStream(
      seed: 0xfedc_ba98_7654_3210, stream: 0xffff_fff0, replica: 5, microBatch: 77)
    let actual = try outputOnEveryPool(n, of: E.self) { pool, out in
      hk_dropout(
        pool, E.type, Int64(n), x, out, probability, stream.seed, stream.stream, stream.replica,
        stream.microBatch)
    }
    let threshold = UInt32(probability * 0x1p32)
    let scale = Float(1 / (1 - probability))
    let expected = (0..<n).map { stream.word($0) >= threshold ? E(x[$0].float * scale).float : 0 }
    #expect(actual == expected)
    let kept = Double(actual.count { $0 != 0 }) / Double(max(n, 1))
    if n > 10_000 { #expect(abs(kept - (1 - probability)) < 0.02) }
  }

  @Test(arguments: [0, 1, 3, 511, 8195, 20_001]) func equalsTheStream(_ n: Int) throws {
    for probability in [0, 0.1, 0.5] {
      try check(n, probability, Float.self)
      try check(n, probability, Float16.self)
    }
  }
}
