import Datasets
import Testing

@Suite struct CRC32CTests {
  /// The check value of the CRC catalogue and the vectors of RFC 3720, appendix B.4.
  @Test func knownAnswers() {
    let ascending: [UInt8] = Array(0..<32)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(ascending) == 0x46DD_794E)
    #expect(CRC32C.checksum(ascending.reversed()) == 0x113F_DB5C)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// Every length and alignment up to 40 against the definition, bit by bit.
  @Test func equalsBitwiseDefinition() {
    let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 167 + 13) }
    for start in 0..<8 {
      for length in 0..<40 {
        let part = Array(bytes[start..<start + length])
        var crc = ~UInt32(0)
        for byte in part {
          crc ^= UInt32(byte)
          for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        bytes.withUnsafeBytes {
          let slice = UnsafeRawBufferPointer(rebasing: $0[start..<start + length])
          #expect(CRC32C.checksum(slice) == ~crc)
        }
      }
    }
  }
}
