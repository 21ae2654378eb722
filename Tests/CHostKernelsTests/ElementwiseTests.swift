import CHostKernels
import Foundation
import TestSupport
import Testing

@Suite struct ElementwiseTests {
  /// Boxes of whole rows, of parts of rows, of columns, and of everything, long enough for threads.
  @Test(arguments: [
    ([40, 700], [3, 0], [30, 700]), ([40, 700], [3, 17], [30, 600]),
    ([400, 70], [0, 69], [400, 1]),
    ([5, 6, 7], [1, 2, 3], [3, 1, 4]), ([20_000], [0], [20_000]), ([], [], []),
  ])
  func boxesAreAddedTo(shape: [Int], starts: [Int], box: [Int]) throws {
    try addToBox(shape, starts, box, Float.self)
    try addToBox(shape, starts, box, Float16.self)
  }

  private func addToBox<E: KernelElement>(
    _ shape: [Int], _ starts: [Int], _ box: [Int], _: E.Type
  ) throws {
    var numbers = SplitMix64(seed: 3)
    let y: [E] = numbers.values(shape.product)
    let x: [E] = numbers.values(box.product)
    let strides = strides(of: shape, in: shape)
    let start = zip(starts, strides).reduce(0) { $0 + $1.0 * Int($1.1) }
    var expected = y.map(\.float)
    for (value, offset) in zip(x, offsets(box, strides)) {
      expected[start + offset] = E(expected[start + offset] + value.float).float
    }
    let sums = try outputOnEveryPool(y.count, of: E.self) { pool, out in
      copy(y, to: out)
      hk_accumulate_box(
        pool, E.type, Int32(box.count), box.sizes, x, out + start * MemoryLayout<E>.size, strides)
    }
    #expect(sums == expected)
  }

  /// Sizes around the kernels' blocks (512) and chunks (8192).
  static let sizes = [0, 1, 15, 511, 513, 8192, 20_011]

  private func checkUnary<E: KernelElement>(_ n: Int, _: E.Type) throws {
    var numbers = SplitMix64(seed: UInt64(n))
    let signed: [E] = numbers.values(n, bound: 5)
    let positive = signed.map { E(abs($0.float) + 0.01) }
    let operations: [(hk_unary_op, [E], (Double) -> Double)] = [
      (hk_negate, signed, { -$0 }),
      (hk_exponential, signed, { exp($0) }),
      (hk_exponential_minus_one, signed, { expm1($0) }),
      (hk_logarithm, positive, { log($0) }),
      (hk_square_root, positive, { $0.squareRoot() }),
      (hk_hyperbolic_tangent, signed, { tanh($0) }),
      (
        hk_gelu_tanh_form, signed,
        { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
      ),
      (hk_gelu_erf_form, signed, { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
    ]
    for (op, x, exact) in operations {
      let apart = try outputOnEveryPool(n, of: E.self) { pool, out in
        hk_unary(pool, op, E.type, Int64(n), x, out)
      }
      expectClose(apart, x.map { exact(Double($0.float)) }, tolerance: E.tolerance * 1.5, "\(op)")
      let inPlace = try outputOnEveryPool(n, of: E.self) { pool, out in
        copy(x, to: out)
        hk_unary(pool, op, E.type, Int64(n), out, out)
      }
      #expect(apart == inPlace)
    }
  }

  @Test(arguments: sizes) func unary(_ n: Int) throws {
    try checkUnary(n, Float.self)
    try checkUnary(n, Float16.self)
  }

  @Test func negatesIntegers() throws {
    let x: [Int32] = [0, 1, -5, .min, .max]
    let bits = try onEveryPool { pool in
      var y = [Int32](repeating: 9, count: 5)
      hk_unary(pool, hk_negate, hk_i32, 5, x, &y)
      return y.map { UInt32(bitPattern: $0) }
    }
    #expect(bits.map { Int32(bitPattern: $0) } == x.map { 0 &- $0 })
  }

  struct Broadcast: Sendable, CustomTestStringConvertible {
    var out: [Int]
    var a: [Int]
    var b: [Int]
    var testDescription: String { "\(a) with \(b)" }
  }

  static let broadcasts = [
    Broadcast(out: [], a: [], b: []),
    Broadcast(out: [3, 0], a: [3, 0], b: [1, 1]),
    Broadcast(out: [67, 301], a: [67, 301], b: [67, 301]),
    Broadcast(out: [67, 301], a: [67, 301], b: []),
    Broadcast(out: [67, 301], a: [1], b: [67, 301]),
    Broadcast(out: [67, 301], a: [67, 301], b: [301]),
    Broadcast(out: [67, 301], a: [67, 301], b: [67, 1]),
    Broadcast(out: [67, 301], a: [67, 1], b: [301]),
    Broadcast(out: [2, 3, 17, 9], a: [2, 1, 17, 1], b: [3, 1, 9]),
    Broadcast(
      out: [2, 2, 2, 2, 2, 2, 2, 3], a: [2, 1, 2, 1, 2, 1, 2, 1], b: [2, 1, 2, 2, 1, 2, 3]),
    Broadcast(out: [5, 3, 2], a: [5, 1, 2], b: [3, 1]),
    Broadcast(out: [9000], a: [9000], b: [1]),
  ]

  private func checkBinary<E: KernelElement>(_ shapes: Broadcast, _: E.Type) throws {
    var numbers = SplitMix64(seed: 3)
    let a: [E] = numbers.values(shapes.a.product)
    let b: [E] = numbers.values(shapes.b.product).map { (value: E) -> E in
      E(value.float + (value.float < 0 ? -0.1 : 0.1))
    }
    let (stridesA, stridesB) =
      (strides(of: shapes.a, in: shapes.out), strides(of: shapes.b, in: shapes.out))
    let pairs = zip(offsets(shapes.out, stridesA), offsets(shapes.out, stridesB)).map {
      (a[$0].float, b[$1].float)
    }
    let exact: [(hk_binary_op, (Float, Float) -> Float)] = [
      (hk_add, { $0 + $1 }), (hk_subtract, { $0 - $1 }), (hk_multiply, { $0 * $1 }),
      (hk_maximum, { max($0, $1) }), (hk_divide, { $0 / $1 }),
      (hk_tanh_gradient, { $0 * (1 - $1 * $1) }),
    ]
    for (op, function) in exact {
      let actual = try outputOnEveryPool(shapes.out.product, of: E.self) { pool, out in
        hk_binary(
          pool, op, E.type, Int32(shapes.out.count), shapes.out.sizes, a, stridesA, b, stridesB, out
        )
      }
      #expect(actual == pairs.map { E(function($0.0, $0.1)).float }, "\(op)")
    }
    let close: [(hk_binary_op, (Double, Double) -> Double)] = [
      (
        hk_gelu_tanh_gradient,
        { dy, x in
          let c = (2 / Double.pi).squareRoot()
          let t = tanh(c * (x + 0.044715 * x * x * x))
          return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 0.134145 * x * x))
        }
      ),
      (
        hk_gelu_erf_gradient,
        { dy, x in
          dy
            * (0.5 * (1 + erf(x / 2.0.squareRoot()))
              + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot())
        }
      ),
    ]
    for (op, function) in close {
      let actual = try outputOnEveryPool(shapes.out.product, of: E.self) { pool, out in
        hk_binary(
          pool, op, E.type, Int32(shapes.out.count), shapes.out.sizes, a, stridesA, b, stridesB, out
        )
      }
      expectClose(
        actual, pairs.map { function(Double($0.0), Double($0.1)) }, tolerance: E.tolerance * 2.5,
        "\(op)")
    }
  }

  @Test(arguments: broadcasts) func binary(_ shapes: Broadcast) throws {
    try checkBinary(shapes, Float.self)
    try checkBinary(shapes, Float16.self)
  }

  @Test func outputMayBeAnOperand() throws {
    var numbers = SplitMix64(seed: 8)
    let a: [Float16] = numbers.values(40 * 300)
    let bias: [Float16] = numbers.values(300)
    let actual = try outputOnEveryPool(a.count, of: Float16.self) { pool, out in
      copy(a, to: out)
      hk_binary(pool, hk_subtract, hk_f16, 2, [40, 300], bias, [0, 1], out, [300, 1], out)
    }
    #expect(actual == a.indices.map { Float(bias[$0 % 300] - a[$0]) })
  }

  @Test(arguments: broadcasts) func integersCompareAndSelect(_ shapes: Broadcast) throws {
    var numbers = SplitMix64(seed: 4)
    let a = (0..<shapes.a.product).map { _ in
      Int32.random(in: -3...3, using: &numbers) &* 900_000_000
    }
    let b = (0..<shapes.b.product).map { _ in
      Int32.random(in: -3...3, using: &numbers) &* 900_000_000
    }
    let (stridesA, stridesB) =
      (strides(of: shapes.a, in: shapes.out), strides(of: shapes.b, in: shapes.out))
    let pairs = zip(offsets(shapes.out, stridesA), offsets(shapes.out, stridesB)).map {
      (a[$0], b[$1])
    }
    let count = shapes.out.product
    let rank = Int32(shapes.out.count)
    for (op, function) in [
      (hk_add, { $0 &+ $1 }), (hk_subtract, { $0 &- $1 }), (hk_multiply, { $0 &* $1 }),
      (hk_maximum, { max($0, $1) }),
    ] as [(hk_binary_op, (Int32, Int32) -> Int32)] {
      let bits = try onEveryPool { pool in
        var out = [Int32](repeating: 5, count: count)
        hk_binary(pool, op, hk_i32, rank, shapes.out.sizes, a, stridesA, b, stridesB, &out)
        return out.map { UInt32(bitPattern: $0) }
      }
      #expect(bits.map { Int32(bitPattern: $0) } == pairs.map(function))
    }
    let floats = (a.map { Float($0) }, b.map { Float($0) })
    let halves = (a.map { Float16($0 / 900_000_000) }, b.map { Float16($0 / 900_000_000) })
    for (op, function) in [
      (hk_equal, { $0 == $1 }), (hk_not_equal, { $0 != $1 }), (hk_less, { $0 < $1 }),
    ] as [(hk_comparison, (Int32, Int32) -> Bool)] {
      for type in [hk_i32, hk_f32] {
        let bits = try onEveryPool { pool in
          var out = [UInt8](repeating: 7, count: count)
          if type == hk_i32 {
            hk_compare(pool, op, type, rank, shapes.out.sizes, a, stridesA, b, stridesB, &out)
          } else {
            hk_compare(
              pool, op, type, rank, shapes.out.sizes, floats.0, stridesA, floats.1, stridesB, &out)
          }
          return out.map(UInt32.init)
        }
        #expect(bits == pairs.map { function($0.0, $0.1) ? 1 : 0 })
      }
      let small = zip(offsets(shapes.out, stridesA), offsets(shapes.out, stridesB)).map {
        function(Int32(halves.0[$0]), Int32(halves.1[$1])) ? UInt32(1) : 0
      }
      let bits = try onEveryPool { pool in
        var out = [UInt8](repeating: 7, count: count)
        hk_compare(
          pool, op, hk_f16, rank, shapes.out.sizes, halves.0, stridesA, halves.1, stridesB, &out)
        return out.map(UInt32.init)
      }
      #expect(bits == small)
    }
    let condition = a.map { UInt8($0 > 0 ? 1 : 0) }
    let selected = try onEveryPool { pool in
      var out = [Int32](repeating: 5, count: count)
      hk_select(
        pool, hk_i32, rank, shapes.out.sizes, condition, stridesA, a, stridesA, b, stridesB, &out)
      return out.map { UInt32(bitPattern: $0) }
    }
    #expect(selected.map { Int32(bitPattern: $0) } == pairs.map { $0.0 > 0 ? $0.0 : $0.1 })
    let selectedHalves = try outputOnEveryPool(count, of: Float16.self) { pool, out in
      hk_select(
        pool, hk_f16, rank, shapes.out.sizes, condition, stridesA, halves.0, stridesA, halves.1,
        stridesB, out)
    }
    #expect(selectedHalves == pairs.map { Float(($0.0 > 0 ? $0.0 : $0.1) / 900_000_000) })
  }

  @Test func nanIsNeitherEqualNorLostInMaximum() throws {
    let a: [Float] = [.nan, 1, .nan, 2]
    let b: [Float] = [1, .nan, .nan, 3]
    let larger = try outputOnEveryPool(4, of: Float.self) { pool, out in
      hk_binary(pool, hk_maximum, hk_f32, 1, [4], a, [1], b, [1], out)
    }
    #expect(larger.map(\.isNaN) == [true, true, true, false])
    for (op, expected) in [
      (hk_equal, [0, 0, 0, 0]), (hk_not_equal, [1, 1, 1, 1]), (hk_less, [0, 0, 0, 1]),
    ] as [(hk_comparison, [UInt32])] {
      let bits = try onEveryPool { pool in
        var out = [UInt8](repeating: 7, count: 4)
        hk_compare(pool, op, hk_f32, 1, [4], a, [1], b, [1], &out)
        return out.map(UInt32.init)
      }
      #expect(bits == expected)
    }
  }

  @Test func converts() throws {
    var numbers = SplitMix64(seed: 6)
    let n = 9001
    let ends: [Float] = [0, -0.0, 2.9, -2.9, 1e20, -1e20, .nan, 2_147_483_520, -2_147_483_648]
    let x = ends + numbers.values(n - ends.count, of: Float.self, bound: 1000)
    let integers = x.map { value in
      value.isNaN ? 0 : Int32(max(-2_147_483_648, min(Double(value), 2_147_483_647)))
    }
    func converted<From: BitwiseCopyable, To: BitwiseCopyable & Equatable>(
      _ x: [From], _ from: hk_type, _ to: hk_type, _ zero: To
    ) throws -> [To] {
      var first: [To]?
      for set in [hk_scalar, hk_avx2, hk_avx512] where hk_instruction_set_available(set) {
        let pool = try #require(hk_pool_create_with(2, set))
        defer { hk_pool_destroy(pool) }
        var y = [To](repeating: zero, count: x.count)
        hk_convert(pool, from, to, Int64(x.count), x, &y)
        if let first, !(To.self == Float.self || To.self == Float16.self) { #expect(y == first) }
        first = y
      }
      return try #require(first)
    }
    let halves = try converted(x, hk_f32, hk_f16, Float16(0))
    #expect(halves.map(\.bitPattern) == x.map { Float16($0).bitPattern })
    let back = try converted(halves, hk_f16, hk_f32, Float(0))
    #expect(back.map(\.bitPattern) == halves.map { Float($0).bitPattern })
    #expect(try converted(x, hk_f32, hk_i32, Int32(0)) == integers)
    let flags = try converted(x, hk_f32, hk_i1, UInt8(9))
    #expect(flags == x.map { $0 != 0 ? 1 : 0 })
    #expect(try converted(flags, hk_i1, hk_f32, Float(9)) == flags.map(Float.init))
    #expect(try converted(flags, hk_i1, hk_i32, Int32(9)) == flags.map(Int32.init))
    #expect(try converted(flags, hk_i1, hk_f16, Float16(9)) == flags.map { Float16($0) })
    #expect(try converted(integers, hk_i32, hk_f32, Float(0)) == integers.map { Float($0) })
    #expect(try converted(integers, hk_i32, hk_f16, Float16(0)) == integers.map { Float16($0) })
    #expect(try converted(integers, hk_i32, hk_i1, UInt8(9)) == integers.map { $0 != 0 ? 1 : 0 })
    let smallHalves = integers.map { Float16(Float($0 % 2000) + 0.5) }
    #expect(
      try converted(smallHalves, hk_f16, hk_i32, Int32(0)) == smallHalves.map { Int32($0) })
  }
}
