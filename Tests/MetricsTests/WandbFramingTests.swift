import Foundations
import Metrics
import Testing

@Suite struct WandbFramingTests {
  private static let blockByteCount = 32768

  private static func records(of file: [UInt8]) throws -> [[UInt8]] {
    var records: [[UInt8]] = []
    try WandbFraming.forEachRecord { number in
      Array(file.dropFirst(number * blockByteCount).prefix(blockByteCount))
    } _: { payload, _ in
      records.append(payload)
      return true
    }
    return records
  }

  /// The CRC-32 of a byte 1 and `123456789`, from Python's `zlib.crc32(b"\x01123456789")`.
  @Test func aShortRecordIsOneFragment() {
    let record = WandbFraming.record(Array("123456789".utf8), at: 7)
    #expect(record == [0xC0, 0x2E, 0xB5, 0x21, 9, 0, 1] + Array("123456789".utf8))
  }

  /// A record that would begin `left` bytes before a block's end.
  @Test(arguments: 0...20)
  func recordsAreCutWhereBlocksEnd(left: Int) throws {
    let first = [UInt8](repeating: 1, count: Self.blockByteCount - 7 - 7 - left)
    let second = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var file = WandbFraming.header
    for payload in [first, second, [5]] {
      file += WandbFraming.record(payload, at: file.count)
    }
    #expect(try Self.records(of: file) == [first, second, [5]])
    // A header fits into 7 bytes, with nothing behind it.
    let types = stride(from: Self.blockByteCount, to: file.count, by: Self.blockByteCount)
      .map { file[$0 + 6] }
    #expect(types == [left < 7 ? 2 : 3, 3, 3, 4])
  }

  @Test func everyCutLeavesTheWholeRecordsBefore() throws {
    let payloads = (1...40).map { [UInt8](repeating: UInt8($0), count: $0 * 100) }
    var file = WandbFraming.header
    var ends: [Int] = []
    for payload in payloads {
      file += WandbFraming.record(payload, at: file.count)
      ends.append(file.count)
    }
    for cut in stride(from: 0, through: file.count, by: 997) + ends {
      let whole = ends.prefix { $0 <= cut }.count
      #expect(try Self.records(of: Array(file[..<cut])) == Array(payloads[..<whole]))
    }
  }

  @Test func aFlippedBitEndsTheWalk() throws {
    var file = WandbFraming.header
    let payloads: [[UInt8]] = [[1, 2, 3], [4, 5, 6], [7]]
    for payload in payloads { file += WandbFraming.record(payload, at: file.count) }
    for byte in file.indices {
      var damaged = file
      damaged[byte] ^= 0x10
      let read = try Self.records(of: damaged)
      #expect(read.count < 3 && read == Array(payloads.prefix(read.count)))
    }
  }
}
