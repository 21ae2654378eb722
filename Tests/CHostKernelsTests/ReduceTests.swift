import CHostKernels
import TestSupport
import Testing

@Suite struct ReduceTests {
  struct Reduction: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var axes: Set<Int>
    var testDescription: String { "\(shape) over \(axes.sorted())" }
  }

  static let reductions = [
    Reduction(shape: [], axes: []),
    Reduction(shape: [7], axes: []),
    Reduction(shape: [5, 0], axes: [1]),
    Reduction(shape: [0, 5], axes: [1]),
    Reduction(shape: [30_011], axes: [0]),
    Reduction(shape: [3, 20_000], axes: [1]),
    Reduction(shape: [129, 77], axes: [1]),
    Reduction(shape: [129, 77], axes: [0]),
    Reduction(shape: [300, 1025], axes: [0]),
    Reduction(shape: [129, 77], axes: [0, 1]),
    Reduction(shape: [4, 30, 1, 50], axes: [1, 2]),
    Reduction(shape: [4, 3, 5, 6], axes: [0, 1]),
    Reduction(shape: [4, 3, 5, 600], axes: [1, 3]),
    Reduction(shape: [4, 3, 5, 6], axes: [0, 2]),
    Reduction(shape: [2, 3, 2, 3, 2, 3, 2, 3], axes: [0, 3, 5]),
  ]

  /// The elements of x that each output covers, in row-major order.
  private func groups(_ reduction: Reduction) -> [[Int]] {
    let all = strides(of: reduction.shape, in: reduction.shape)
    let keptAxes = reduction.shape.indices.filter { !reduction.axes.contains($0) }
    let reducedAxes = reduction.shape.indices.filter { reduction.axes.contains($0) }
    let inner = offsets(reducedAxes.map { reduction.shape[$0] }, reducedAxes.map { all[$0] })
    return offsets(keptAxes.map { reduction.shape[$0] }, keptAxes.map { all[$0] }).map { base in
      inner.map { base + $0 }
    }
  }

  private func check<E: KernelElement>(_ reduction: Reduction, _: E.Type) throws {
    var numbers = SplitMix64(seed: 21)
    let x: [E] = numbers.values(reduction.shape.product)
    let groups = groups(reduction)
    let mask = reduction.axes.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    func run(_ op: hk_reduction) throws -> [Float] {
      try outputOnEveryPool(groups.count, of: E.self) { pool, out in
        hk_reduce(
          pool, op, E.type, Int32(reduction.shape.count), reduction.shape.sizes, mask, x, out)
      }
    }
    let scale = max(1, Double(groups.first?.count ?? 1).squareRoot())
    expectClose(
      try run(hk_reduce_sum), groups.map { $0.reduce(0.0) { $0 + Double(x[$1].float) } },
      tolerance: E.tolerance * 2 + Float(3e-8 * scale), scale: scale)
    #expect(
      try run(hk_reduce_maximum) == groups.map { $0.map { x[$0].float }.max() ?? -.infinity })
  }

  @Test(arguments: reductions) func reduces(_ reduction: Reduction) throws {
    try check(reduction, Float.self)
    try check(reduction, Float16.self)
    var numbers = SplitMix64(seed: 22)
    let x = (0..<reduction.shape.product).map { _ in
      Int32.random(in: .min ... .max, using: &numbers)
    }
    let mask = reduction.axes.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    let groups = groups(reduction)
    for (op, expected) in [
      (hk_reduce_sum, groups.map { $0.reduce(Int32(0)) { $0 &+ x[$1] } }),
      (hk_reduce_maximum, groups.map { $0.map { x[$0] }.max() ?? .min }),
    ] {
      let bits = try onEveryPool { pool in
        var y = [Int32](repeating: 3, count: groups.count)
        hk_reduce(
          pool, op, hk_i32, Int32(reduction.shape.count), reduction.shape.sizes, mask, x, &y)
        return y.map { UInt32(bitPattern: $0) }
      }
      #expect(bits.map { Int32(bitPattern: $0) } == expected)
    }
  }

  @Test func maximumKeepsNaN() throws {
    var x = [Float](repeating: 1, count: 3 * 700)
    x[1000] = .nan
    let rows = try outputOnEveryPool(3, of: Float.self) { pool, out in
      hk_reduce(pool, hk_reduce_maximum, hk_f32, 2, [3, 700], 2, x, out)
    }
    #expect(rows.map(\.isNaN) == [false, true, false])
    let columns = try outputOnEveryPool(700, of: Float.self) { pool, out in
      hk_reduce(pool, hk_reduce_maximum, hk_f32, 2, [3, 700], 1, x, out)
    }
    #expect(columns.indices.filter { columns[$0].isNaN } == [300])
  }
}
