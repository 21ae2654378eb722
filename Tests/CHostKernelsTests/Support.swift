import CHostKernels
import TestSupport
import Testing

/// An element type of the kernels, as the tests hold it.
protocol KernelElement: BitwiseCopyable, Equatable, Sendable {
  static var type: hk_type { get }
  /// Relative error of one rounding to this type, with room for a few roundings of f32 before it.
  static var tolerance: Float { get }
  init(_ value: Float)
  var float: Float { get }
  var bits: UInt32 { get }
}

extension Float: KernelElement {
  static var type: hk_type { hk_f32 }
  static var tolerance: Float { 4e-7 }
  var float: Float { self }
  var bits: UInt32 { bitPattern }
}

extension Float16: KernelElement {
  static var type: hk_type { hk_f16 }
  static var tolerance: Float { 0x1.02p-11 }
  var float: Float { Float(self) }
  var bits: UInt32 { UInt32(bitPattern) }
}

extension SplitMix64 {
  /// `count` values of [-bound, bound], representable in E.
  mutating func values<E: KernelElement>(
    _ count: Int, of: E.Type = E.self, bound: Float = 2
  ) -> [E] {
    (0..<count).map { _ in E(Float.random(in: -bound...bound, using: &self)) }
  }
}

/// Runs `body` on pools of 1, 2 and 3 threads on every instruction set of this processor, expects
/// equal bits from any number of threads (and from all sets, unless told otherwise) and returns
/// the result of the best set.
func onEveryPool(
  equalAcrossSets: Bool = true, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (OpaquePointer) -> [UInt32]
) throws -> [UInt32] {
  var first: [UInt32]?
  var last: [UInt32] = []
  for set in [hk_scalar, hk_avx2, hk_avx512] where hk_instruction_set_available(set) {
    for threads in 1...3 {
      let pool = try #require(hk_pool_create_with(Int32(threads), set))
      defer { hk_pool_destroy(pool) }
      let result = body(pool)
      if threads > 1 || (equalAcrossSets && first != nil) {
        let name = String(cString: hk_instruction_set_name(set))
        #expect(
          result == last, "\(threads) threads on \(name) differ", sourceLocation: sourceLocation)
      }
      first = first ?? result
      last = result
    }
  }
  return last
}

/// Runs a kernel that fills one output of `count` elements on every pool.
func outputOnEveryPool<E: KernelElement>(
  _ count: Int, of: E.Type = E.self, equalAcrossSets: Bool = true,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ kernel: (OpaquePointer, UnsafeMutableRawPointer) -> Void
) throws -> [Float] {
  let bits = try onEveryPool(
    equalAcrossSets: equalAcrossSets, sourceLocation: sourceLocation
  ) { pool in
    var output = [E](repeating: E(Float(-77)), count: count)
    output.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { kernel(pool, base) }
    }
    return output.map(\.bits)
  }
  return bits.map {
    E.type == hk_f32 ? Float(bitPattern: $0) : Float(Float16(bitPattern: UInt16($0)))
  }
}

/// Expects |actual - expected| <= tolerance * max(scale, |expected|) everywhere.
func expectClose(
  _ actual: [Float], _ expected: [Double], tolerance: Float, scale: Double = 1,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, comment, sourceLocation: sourceLocation)
  for (i, (a, e)) in zip(actual, expected).enumerated()
  where !(abs(Double(a) - e) <= Double(tolerance) * max(scale, abs(e))) {
    Issue.record(
      "element \(i): \(a), expected \(e) \(comment.map { "\($0)" } ?? "")",
      sourceLocation: sourceLocation)
    return
  }
}

/// Row-major strides of a contiguous tensor, 0 where a dimension of size 1 is broadcast to a
/// larger one of `shape`.
func strides(of operand: [Int], in shape: [Int]) -> [Int64] {
  let padded = Array(repeating: 1, count: shape.count - operand.count) + operand
  var result = [Int64](repeating: 0, count: shape.count)
  var stride = 1
  for d in shape.indices.reversed() {
    result[d] = padded[d] == 1 && shape[d] != 1 ? 0 : Int64(stride)
    stride *= padded[d]
  }
  return result
}

/// Every index of `shape` in row-major order, as the element offset under `strides`.
func offsets(_ shape: [Int], _ strides: [Int64]) -> [Int] {
  var result = [0]
  for d in shape.indices {
    result = result.flatMap { base in (0..<shape[d]).map { base + $0 * Int(strides[d]) } }
  }
  return result
}

extension Array where Element == Int {
  var sizes: [Int64] { map(Int64.init) }
  var product: Int { reduce(1, *) }
}

/// Puts the values where a kernel then works in place.
func copy<E>(_ values: [E], to destination: UnsafeMutableRawPointer) {
  values.withUnsafeBytes { bytes in
    if let base = bytes.baseAddress {
      destination.copyMemory(from: base, byteCount: bytes.count)
    }
  }
}
