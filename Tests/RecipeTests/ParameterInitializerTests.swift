import Foundation
import Foundations
import Recipe
import Testing

@Suite struct ParameterInitializerTests {
  @Test func constants() {
    #expect(ParameterInitializer.zeros.values(count: 3, seed: 1, stream: 2) == [0, 0, 0])
    #expect(ParameterInitializer.ones.values(count: 2, seed: 1, stream: 2) == [1, 1])
  }

  /// Each value's probability under the cut normal distribution is that of its random word, by the
  /// C library's error function.
  @Test func truncatedNormalInvertsTheDistribution() {
    let deviation = 0.02
    let count = 20_001
    let values = ParameterInitializer.truncatedNormal(standardDeviation: deviation)
      .values(count: count, seed: 1984 << 33 | 5, stream: 7)
    let random = RandomStream(
      seed: 1984 << 33 | 5, stream: 7, replica: 0xFFFF_FFFF, microBatch: 0)
    func probability(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
    let (low, high) = (probability(-2), probability(2))
    var worst = 0.0
    for (index, value) in values.enumerated() {
      let uniform = (Double(random.word(index)) + 0.5) / 4_294_967_296
      let wanted = low + uniform * (high - low)
      worst = max(worst, abs(probability(Double(value) / deviation) - wanted))
    }
    #expect(values.count == count)
    #expect(worst < 3e-8)
    #expect(values.allSatisfy { abs($0) <= 0.04 })
  }

  /// The standard deviation of a normal distribution cut at ±2 is 0.8796 of the uncut one's.
  @Test func moments() {
    let values = ParameterInitializer.truncatedNormal(standardDeviation: 1)
      .values(count: 100_000, seed: 3, stream: 0).map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean) < 0.01)
    #expect(abs(variance.squareRoot() - 0.8796) < 0.01)
  }

  @Test func valuesDependOnSeedAndStreamOnly() {
    let initializer = ParameterInitializer.truncatedNormal(standardDeviation: 1)
    let values = initializer.values(count: 9, seed: 1, stream: 1)
    #expect(values == Array(initializer.values(count: 50, seed: 1, stream: 1).prefix(9)))
    #expect(values != initializer.values(count: 9, seed: 2, stream: 1))
    #expect(values != initializer.values(count: 9, seed: 1, stream: 2))
  }
}
