import Foundations

/// An extent cut into parts of nearly equal size whose boundaries are multiples of a grain: of U grains,
/// part i of p has the grains i·U/p ..< (i+1)·U/p. The last grain may be short.
package struct BalancedParts: Hashable, Sendable {
  /// The elements that are cut.
  package let extent: Int
  /// How many parts there are.
  package let count: Int
  /// Elements of which a part's boundaries are multiples.
  package let grain: Int

  /// Cuts at every element.
  package init(extent: Int, count: Int) { self.init(extent: extent, count: count, grain: 1) }

  /// Cuts elements of `elementBytes` each, in groups of 16 bytes where each part gets one: half of what a
  /// weight register of the AMP unit takes (ipu-hardware.md A3). Else in words of 4 bytes, of which an
  /// exchange consists (A4).
  package init(extent: Int, count: Int, elementBytes: Int) {
    let group = BalancedParts.groupBytes / elementBytes
    let isCoarse = extent >= group * count
    self.init(
      extent: extent, count: count,
      grain: isCoarse ? group : BalancedParts.wordElements(elementBytes))
  }

  private init(extent: Int, count: Int, grain: Int) {
    self.extent = extent
    self.count = count
    self.grain = grain
  }

  private static let groupBytes = 16

  /// Elements of a word of 4 bytes, the least that an exchange moves; 1 where an element is larger.
  static func wordElements(_ elementBytes: Int) -> Int { max(1, 4 / elementBytes) }

  /// The most parts of which none is empty.
  static func mostParts(extent: Int, elementBytes: Int) -> Int {
    (extent + wordElements(elementBytes) - 1) / wordElements(elementBytes)
  }

  private var grains: Int { (extent + grain - 1) / grain }

  /// The elements of part `index`.
  package subscript(index: Int) -> Range<Int> {
    let grains = grains
    return min(
      extent, index * grains / count * grain)..<min(
        extent, (index + 1) * grains / count * grain)
  }

  /// The elements of the largest part. The last part has as many grains as any, but it has the short one.
  package var largest: Int {
    let grains = grains
    let (quotient, remainder) = grains.quotientAndRemainder(dividingBy: count)
    if count == 1 { return extent }
    switch remainder {
    case 0: return quotient * grain
    case 1: return max(quotient * grain, (quotient + 1) * grain - (grains * grain - extent))
    default: return (quotient + 1) * grain
    }
  }
}
