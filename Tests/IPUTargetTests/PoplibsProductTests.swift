import Foundations
import IPUTarget
import Testing

/// Holds products to poplibs' own estimate of AMP's vertex (PerformanceEstimation.hpp), whose terms are
/// others: passes of the slowest worker, and the supervisor's instructions.
@Suite struct PoplibsProductTests {
  @Test(arguments: [(ElementType.f16, ElementType.f16), (.f16, .f32), (.f32, .f32)])
  func estimatesAgree(operands: ElementType, partials: ElementType) {
    for rows in [18, 24, 48, 96, 192, 384] {
      for extent in [64, 128, 256] {
        let cycles = IPU.mk2.matmulCycles(
          rows: rows, columns: extent, contracted: extent, operands: operands, partials: partials)
        let theirs = Self.estimate(
          rows: rows, columns: extent, contracted: extent, operands: operands, partials: partials)
        #expect(
          abs(Double(cycles) / Double(theirs) - 1) < 0.06,
          "\(rows) × \(extent) × \(extent): \(cycles), theirs \(theirs)")
      }
    }
  }

  static func estimate(
    rows: Int, columns: Int, contracted: Int, operands: ElementType, partials: ElementType
  ) -> Int {
    let isHalf = operands == .f16
    let units = isHalf && partials == .f32 ? 8 : 16
    let positions = (rows + 5) / 6
    func inner(zeroing: Bool) -> Int {
      if isHalf { return 6 * ((zeroing ? 37 : 38) + 4 * (positions - 3) - 7) }
      return 6 * (46 + 8 * (positions - 3) + (zeroing ? 2 + 8 * positions : 0))
    }
    let (groups, outer, passes) = (contracted / (isHalf ? 16 : 8), columns / 16, 16 / units)
    let load = units * 32 / 16
    let resumed = 15 + outer * (19 + passes * (6 + load + inner(zeroing: false)))
    let zeroed = 11 + outer * (18 + passes * (7 + load + inner(zeroing: true)))
    return 50 + 6 * (7 + 3 * (groups - 1)) + 13 + (groups - 1) * resumed + zeroed
  }
}
