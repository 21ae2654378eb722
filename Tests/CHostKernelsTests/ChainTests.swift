import CHostKernels
import TestSupport
import Testing

/// A chain written by hand, step by step, on every instruction set.
@Suite struct ChainTests {
  private static func step(
    _ kind: hk_chain_kind, _ op: UInt32 = 0, _ type: hk_type, to result: hk_type? = nil,
    _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0, into register: Int32, rounds: Bool = false,
    result number: Int32 = -1, last: Int32 = -1
  ) -> hk_chain_step {
    hk_chain_step(
      kind: kind, op: Int32(op), type: type, result_type: result ?? type, a: a, b: b, c: c,
      to: register, rounds: rounds, result: number, last: last)
  }

  /// y = x · s + row in f16, rounded twice, and z = y < x ? f32(y) : w, over w where it is asked for.
  private static let steps = [
    step(hk_chain_load, 1, hk_f16, into: 0, last: 2),
    step(hk_chain_load, 0, hk_f16, into: 1, last: 5),
    step(hk_chain_binary, hk_multiply.rawValue, hk_f16, 1, 0, into: 2, rounds: true),
    step(hk_chain_load, 2, hk_f16, into: 3, last: 4),
    step(hk_chain_binary, hk_add.rawValue, hk_f16, 2, 3, into: 2, rounds: true),
    step(hk_chain_compare, hk_less.rawValue, hk_f16, to: hk_i1, 2, 1, into: 3),
    step(hk_chain_load, 3, hk_f32, into: 4, last: 7),
    step(hk_chain_select, 0, hk_f32, 2, 4, 3, into: 4, result: 1),
  ]
  private static let results = [
    hk_chain_result(from: 2, type: hk_f16), hk_chain_result(from: 4, type: hk_f32),
  ]

  @Test(arguments: [1, 15, 16, 171, 512, 600], [1, 7, 23])
  func chain(columns: Int, rows: Int) throws {
    try expectChain(columns, rows, inPlace: false)
    try expectChain(columns, rows, inPlace: true)
  }

  private func expectChain(_ columns: Int, _ rows: Int, inPlace: Bool) throws {
    let shape = [rows, columns]
    let count = rows * columns
    var numbers = SplitMix64(seed: UInt64(count))
    let x: [Float16] = numbers.values(count)
    let scale: [Float16] = [1.7]
    let row: [Float16] = numbers.values(columns)
    let w: [Float] = numbers.values(count)
    let strides =
      strides(of: shape, in: shape) + strides(of: [1], in: shape)
      + strides(of: [columns], in: shape) + strides(of: shape, in: shape)
    let bits = try onEveryPool { pool in
      var (y, z) = ([Float16](repeating: 9, count: count), [Float](repeating: 9, count: count))
      var own = w
      x.withUnsafeBytes { x in
        scale.withUnsafeBytes { scale in
          row.withUnsafeBytes { row in
            own.withUnsafeMutableBytes { w in
              y.withUnsafeMutableBytes { y in
                z.withUnsafeMutableBytes { z in
                  let addresses = [x, scale, row].map {
                    UnsafeMutableRawPointer(mutating: $0.baseAddress)
                  }
                  hk_chain(
                    pool, 2, shape.sizes, 4, strides, 5, Int32(Self.steps.count), Self.steps,
                    count > 1 ? 1 : 0, 2, Self.results,
                    addresses + [w.baseAddress, y.baseAddress, (inPlace ? w : z).baseAddress])
                }
              }
            }
          }
        }
      }
      return y.map(\.bits) + (inPlace ? own : z).map(\.bits)
    }
    let exact = (0..<count).map { i in x[i] * scale[0] + row[i % columns] }
    let chosen = (0..<count).map { i in exact[i] < x[i] ? Float(exact[i]) : w[i] }
    #expect(bits == exact.map(\.bits) + chosen.map(\.bits))
  }

  @Test func nothingIsToDo() throws {
    let pool = try #require(hk_pool_create(1))
    defer { hk_pool_destroy(pool) }
    var y: Float = 5
    withUnsafeMutableBytes(of: &y) { y in
      hk_chain(
        pool, 2, [3, 0], 1, [0, 1], 1, 1, [Self.step(hk_chain_load, 0, hk_f32, into: 0)], 0, 1,
        [hk_chain_result(from: 0, type: hk_f32)], [y.baseAddress, y.baseAddress])
    }
    #expect(y == 5)
  }
}
