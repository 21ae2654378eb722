import Backend
import Testing

/// Extents cut into parts.
@Suite struct BalancedPartsTests {
  /// Parts follow each other, begin at whole grains, and the largest is as large as it says.
  @Test(arguments: [nil, 2, 4])
  func partsCoverTheExtent(elementBytes: Int?) {
    for extent in 1...70 {
      for count in 1...24 {
        let parts =
          elementBytes.map { BalancedParts(extent: extent, count: count, elementBytes: $0) }
          ?? BalancedParts(extent: extent, count: count)
        let ranges = (0..<count).map { parts[$0] }
        #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == extent)
        for (range, next) in zip(ranges, ranges.dropFirst()) {
          #expect(range.upperBound == next.lowerBound)
          #expect(range.upperBound.isMultiple(of: parts.grain) || range.upperBound == extent)
        }
        let sizes = ranges.map(\.count)
        #expect(parts.largest == sizes.max(), "\(extent) in \(count) parts: \(sizes)")
        // Only the short last grain may add to the difference of one grain.
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) < 2 * parts.grain)
      }
    }
  }

  /// Groups of 16 bytes where each part gets one, and else words of 4 bytes.
  @Test func grains() {
    #expect(BalancedParts(extent: 32, count: 4, elementBytes: 2).grain == 8)
    #expect(BalancedParts(extent: 31, count: 4, elementBytes: 2).grain == 2)
    #expect(BalancedParts(extent: 16, count: 4, elementBytes: 4).grain == 4)
    #expect(BalancedParts(extent: 15, count: 4, elementBytes: 4).grain == 1)
  }
}
