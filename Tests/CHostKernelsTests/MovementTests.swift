import CHostKernels
import Testing

@Suite struct MovementTests {
  struct Copy: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var source: [Int]
    var destination: [Int]
    var testDescription: String { "\(shape): \(source) to \(destination)" }
  }

  static let copies = [
    Copy(shape: [], source: [], destination: []),
    Copy(shape: [4, 0], source: [1, 1], destination: [1, 1]),
    Copy(shape: [20_003], source: [1], destination: [1]),
    Copy(shape: [20_003], source: [0], destination: [1]),
    Copy(shape: [20_003], source: [3], destination: [1]),
    Copy(shape: [20_003], source: [1], destination: [2]),
    // Transposes: a matrix, heads out of a sequence, the last two of three, all three reversed.
    Copy(shape: [301, 67], source: [1, 301], destination: [67, 1]),
    Copy(shape: [2, 3, 40, 16], source: [1920, 16, 48, 1], destination: [1920, 640, 16, 1]),
    Copy(shape: [6, 35, 33], source: [1155, 1, 35], destination: [1155, 33, 1]),
    Copy(shape: [5, 7, 37], source: [1, 5, 35], destination: [259, 37, 1]),
    Copy(shape: [67, 301], source: [301, 1], destination: [1, 67]),
    // Broadcasts over rows and over columns; a slice; a slice into a larger tensor.
    Copy(shape: [50, 300], source: [0, 1], destination: [300, 1]),
    Copy(shape: [50, 300], source: [1, 0], destination: [300, 1]),
    Copy(shape: [13, 20], source: [64, 1], destination: [20, 1]),
    Copy(shape: [13, 20], source: [20, 1], destination: [31, 1]),
    Copy(shape: [3, 4, 5, 6], source: [240, 60, 12, 2], destination: [1, 3, 12, 60]),
    Copy(
      shape: [2, 2, 2, 2, 2, 2, 2, 2], source: [1, 2, 4, 8, 16, 32, 64, 128],
      destination: [128, 64, 32, 16, 8, 4, 2, 1]),
  ]

  private func check<T: FixedWidthInteger & Sendable>(_ copy: Copy, _: T.Type) throws {
    let (source, destination) = (copy.source.sizes, copy.destination.sizes)
    let from = offsets(copy.shape, source)
    let to = offsets(copy.shape, destination)
    let x = (0...(from.max() ?? 0)).map { T(truncatingIfNeeded: $0 &* 2_654_435_761 &+ 12345) }
    var expected = [T](repeating: 7, count: (to.max() ?? 0) + 1)
    for (i, j) in zip(from, to) { expected[j] = x[i] }
    for threads in 1...2 {
      let pool = try #require(hk_pool_create(Int32(threads)))
      defer { hk_pool_destroy(pool) }
      var y = [T](repeating: 7, count: expected.count)
      hk_copy_strided(
        pool, MemoryLayout<T>.size, Int32(copy.shape.count), copy.shape.sizes, x, source, &y,
        destination)
      #expect(y == expected)
    }
  }

  @Test(arguments: copies) func movesElements(_ copy: Copy) throws {
    try check(copy, UInt8.self)
    try check(copy, UInt16.self)
    try check(copy, UInt32.self)
    try check(copy, UInt64.self)
  }

  @Test(arguments: [0, 1, 8192, 30_001]) func fills(_ n: Int) throws {
    let pool = try #require(hk_pool_create(2))
    defer { hk_pool_destroy(pool) }
    var y = [UInt16](repeating: 1, count: n + 1)
    hk_fill(pool, 2, Int64(n), [UInt16(0xabcd)], &y)
    #expect(y == Array(repeating: 0xabcd, count: n) + [1])
  }
}
