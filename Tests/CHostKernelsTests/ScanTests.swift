import CHostKernels
import TestSupport
import Testing

@Suite struct ScanTests {
  private func check<E: KernelElement>(_: E.Type, bad: [(Int, Float)], count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    var values: [E] = random.values(count, bound: 100)
    for (index, value) in bad where index < count { values[index] = E(value) }
    let scan = values.withUnsafeBytes { hk_scan(E.type, Int64(count), $0.baseAddress) }
    let floats = values.map(\.float)
    #expect(Int(scan.first) == floats.firstIndex { !$0.isFinite } ?? -1)
    #expect(Int(scan.nans) == floats.count(where: \.isNaN))
    #expect(Int(scan.infinities) == floats.count(where: \.isInfinite))
    #expect(scan.largest == floats.filter(\.isFinite).map(abs).max() ?? 0)
  }

  @Test(arguments: [0, 1, 3, 31, 4095, 4096, 4097, 20_003])
  func countsWhatIsNotFinite(count: Int) {
    let cases: [[(Int, Float)]] = [
      [], [(0, .nan)], [(count - 1, .infinity)], [(count / 2, -.infinity), (count - 1, -.nan)],
      [(2, .infinity), (3, .nan), (4096, -.nan), (4097, -.infinity), (9000, .signalingNaN)],
    ]
    for bad in cases {
      let places = bad.filter { $0.0 >= 0 }
      check(Float.self, bad: places, count: count)
      check(Float16.self, bad: places, count: count)
    }
  }

  @Test func theLargestFiniteNumbersAreFinite() {
    for value in [Float.greatestFiniteMagnitude, -Float.greatestFiniteMagnitude] {
      let scan = withUnsafeBytes(of: value) { hk_scan(hk_f32, 1, $0.baseAddress) }
      #expect(scan.first == -1 && scan.largest == .greatestFiniteMagnitude)
    }
    let scan = withUnsafeBytes(of: -Float16.greatestFiniteMagnitude) {
      hk_scan(hk_f16, 1, $0.baseAddress)
    }
    #expect(scan.first == -1 && scan.largest == 65_504)
  }
}
