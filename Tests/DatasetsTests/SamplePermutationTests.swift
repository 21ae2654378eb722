import Datasets
import Testing

@Suite struct SamplePermutationTests {
  @Test(arguments: [1, 2, 3, 4, 5, 45, 64, 65, 1000, 4096, 10_007])
  func isAPermutation(count: UInt64) {
    for epoch in 0..<3 as Range<UInt64> {
      let permutation = SamplePermutation(count: count, seed: 1984, epoch: epoch)
      #expect(Set((0..<count).map { permutation.value(at: $0) }) == Set(0..<count))
    }
  }

  @Test func dependsOnSeedAndEpoch() {
    func order(_ seed: UInt64, _ epoch: UInt64) -> [UInt64] {
      let permutation = SamplePermutation(count: 1000, seed: seed, epoch: epoch)
      return (0..<1000).map { permutation.value(at: $0) }
    }
    #expect(order(1, 0) == order(1, 0))
    #expect(order(1, 0) != order(1, 1))
    #expect(order(1, 0) != order(2, 0))
    #expect(order(1, 0) != order(1 << 32 | 1, 0))
  }

  /// Over many seeds each number comes first about equally often, and so do pairs of numbers.
  @Test func looksUniform() {
    var firsts = [Int](repeating: 0, count: 45)
    var neighbours = 0
    let trials = 45_000
    for seed in 0..<UInt64(trials) {
      let permutation = SamplePermutation(count: 45, seed: seed, epoch: 3)
      let first = permutation.value(at: 0)
      firsts[Int(first)] += 1
      neighbours += permutation.value(at: 1) == first + 1 ? 1 : 0
    }
    // 1000 each, standard deviation 31; and 44/45 of 1/44 of the trials, 1000, likewise.
    #expect(firsts.allSatisfy { abs($0 - 1000) < 160 }, "\(firsts)")
    #expect(abs(neighbours - 1000) < 160, "\(neighbours)")
  }
}
