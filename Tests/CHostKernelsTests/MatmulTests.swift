import CHostKernels
import TestSupport
import Testing

struct MatmulCase: Sendable, CustomTestStringConvertible {
  var batch = 1
  var m: Int
  var n: Int
  var k: Int
  var sharedB = false

  var testDescription: String { "\(batch) x \(m)x\(n)x\(k)\(sharedB ? ", one B" : "")" }
}

@Suite struct MatmulTests {
  static let cases = [
    MatmulCase(m: 1, n: 1, k: 1),
    MatmulCase(m: 13, n: 33, k: 7),
    MatmulCase(m: 12, n: 32, k: 257),
    MatmulCase(m: 129, n: 65, k: 300),
    MatmulCase(m: 400, n: 97, k: 130),
    MatmulCase(m: 20, n: 1501, k: 33),
    MatmulCase(m: 1501, n: 20, k: 5),
    MatmulCase(batch: 5, m: 37, n: 64, k: 17),
    MatmulCase(batch: 3, m: 250, n: 40, k: 64, sharedB: true),
    MatmulCase(m: 20, n: 40, k: 5003),
    MatmulCase(m: 3, n: 5, k: 0),
  ]

  private func check<E: KernelElement, R: KernelElement>(
    _ c: MatmulCase, transposeA: Bool, transposeB: Bool, _: E.Type, _: R.Type
  ) throws {
    var numbers = SplitMix64(seed: UInt64(c.m * 1000 + c.n))
    let a: [E] = numbers.values(c.batch * c.m * c.k + 1)
    let b: [E] = numbers.values((c.sharedB ? 1 : c.batch) * c.k * c.n + 1)
    let actual = try outputOnEveryPool(
      c.batch * c.m * c.n, of: R.self, equalAcrossSets: false
    ) { pool, out in
      a.withUnsafeBytes { a in
        b.withUnsafeBytes { b in
          var problem = hk_matmul_problem()
          problem.input = E.type
          problem.output = R.type
          problem.batch = Int64(c.batch)
          (problem.m, problem.n, problem.k) = (Int64(c.m), Int64(c.n), Int64(c.k))
          problem.a = a.baseAddress
          problem.transpose_a = transposeA
          problem.batch_stride_a = Int64(c.m * c.k)
          problem.b = b.baseAddress
          problem.transpose_b = transposeB
          problem.batch_stride_b = c.sharedB ? 0 : Int64(c.k * c.n)
          problem.c = out
          problem.batch_stride_c = Int64(c.m * c.n)
          hk_matmul(pool, &problem)
        }
      }
    }
    var expected = [Double](repeating: 0, count: c.batch * c.m * c.n)
    let a64 = a.map { Double($0.float) }
    let b64 = b.map { Double($0.float) }
    for batch in 0..<c.batch {
      let (baseA, baseB) = (batch * c.m * c.k, c.sharedB ? 0 : batch * c.k * c.n)
      for i in 0..<c.m {
        for k in 0..<c.k {
          let left = a64[baseA + (transposeA ? k * c.m + i : i * c.k + k)]
          let row = (batch * c.m + i) * c.n
          for j in 0..<c.n {
            expected[row + j] += left * b64[baseB + (transposeB ? j * c.k + k : k * c.n + j)]
          }
        }
      }
    }
    // A chain of k sums wanders by about sqrt(k) roundings of numbers of about sqrt(k).
    let root = Double(c.k).squareRoot()
    expectClose(
      actual, expected, tolerance: R.tolerance + Float(6e-8 * root), scale: max(1, root * 3),
      "A\(transposeA ? "^T" : "") B\(transposeB ? "^T" : "")")
  }

  @Test(arguments: cases) func equalsTheSumOfProducts(_ c: MatmulCase) throws {
    for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
      try check(c, transposeA: transposeA, transposeB: transposeB, Float.self, Float.self)
      try check(c, transposeA: transposeA, transposeB: transposeB, Float16.self, Float16.self)
    }
    try check(c, transposeA: false, transposeB: true, Float16.self, Float.self)
    try check(c, transposeA: true, transposeB: false, Float.self, Float16.self)
  }

  @Test func theFusedSetsAgree() throws {
    guard hk_instruction_set_available(hk_avx512) else { return }
    var numbers = SplitMix64(seed: 5)
    let a: [Float] = numbers.values(50 * 700)
    let b: [Float] = numbers.values(700 * 70)
    let results = try [hk_avx2, hk_avx512].map { set in
      let pool = try #require(hk_pool_create_with(2, set))
      defer { hk_pool_destroy(pool) }
      var c = [Float](repeating: 0, count: 50 * 70)
      a.withUnsafeBytes { a in
        b.withUnsafeBytes { b in
          c.withUnsafeMutableBytes { c in
            var problem = hk_matmul_problem()
            (problem.input, problem.output, problem.batch) = (hk_f32, hk_f32, 1)
            (problem.m, problem.n, problem.k) = (50, 70, 700)
            (problem.a, problem.b, problem.c) = (a.baseAddress, b.baseAddress, c.baseAddress)
            hk_matmul(pool, &problem)
          }
        }
      }
      return c
    }
    #expect(results[0] == results[1])
  }

  @Test func rowStridesReachHeadsInPlace() throws {
    // Two heads side by side: queries and keys are [5, 2 * 3]; scores are [2, 5, 5].
    var numbers = SplitMix64(seed: 11)
    let q: [Float] = numbers.values(5 * 6)
    let k: [Float] = numbers.values(5 * 6)
    let actual = try outputOnEveryPool(2 * 25, of: Float.self, equalAcrossSets: false) {
      pool, out in
      q.withUnsafeBytes { q in
        k.withUnsafeBytes { k in
          var problem = hk_matmul_problem()
          (problem.input, problem.output, problem.batch) = (hk_f32, hk_f32, 2)
          (problem.m, problem.n, problem.k) = (5, 5, 3)
          (problem.a, problem.row_stride_a, problem.batch_stride_a) = (q.baseAddress, 6, 3)
          (problem.b, problem.row_stride_b, problem.batch_stride_b) = (k.baseAddress, 6, 3)
          problem.transpose_b = true
          (problem.c, problem.batch_stride_c) = (out, 25)
          hk_matmul(pool, &problem)
        }
      }
    }
    var expected: [Double] = []
    for head in 0..<2 {
      for i in 0..<5 {
        for j in 0..<5 {
          expected.append(
            (0..<3).reduce(0.0) {
              $0 + Double(q[i * 6 + head * 3 + $1]) * Double(k[j * 6 + head * 3 + $1])
            })
        }
      }
    }
    expectClose(actual, expected, tolerance: 1e-6)
  }
}
