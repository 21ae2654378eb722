import Foundations

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), the checksum of TFRecord files.
package enum CRC32C {
  /// The checksum of `bytes`.
  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var crc = ~UInt32(0)
      var position = 0
      // Slicing by eight (Kounavis and Berry, "A systematic approach to building high performance
      // software-based CRC generators", 2005): eight independent look-ups for eight bytes.
      while bytes.count - position >= 8 {
        let low = crc ^ load(bytes, at: position)
        let high = load(bytes, at: position + 4)
        crc =
          tables[0x700 + Int(low & 0xFF)] ^ tables[0x600 + Int(low >> 8 & 0xFF)]
          ^ tables[0x500 + Int(low >> 16 & 0xFF)] ^ tables[0x400 + Int(low >> 24)]
          ^ tables[0x300 + Int(high & 0xFF)] ^ tables[0x200 + Int(high >> 8 & 0xFF)]
          ^ tables[0x100 + Int(high >> 16 & 0xFF)] ^ tables[Int(high >> 24)]
        position += 8
      }
      while position < bytes.count {
        crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[position])) & 0xFF)]
        position += 1
      }
      return ~crc
    }
  }

  /// The checksum of `bytes`.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0) }
  }

  /// The form that TFRecord stores: rotated right by 15 bits, plus a constant, so that a checksum
  /// of data that holds checksums stays a good one (TensorFlow's `lib/hash/crc32c.h`).
  package static func masked(_ checksum: UInt32) -> UInt32 {
    (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  private static func load(_ bytes: UnsafeRawBufferPointer, at position: Int) -> UInt32 {
    bytes.littleEndian(at: position)
  }

  /// Eight tables of 256 words, one after the other: table k holds the checksum's change for a
  /// byte that k more bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 {
        crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1
      }
      tables[byte] = crc
    }
    for entry in 256..<(8 * 256) {
      let previous = tables[entry - 256]
      tables[entry] = previous >> 8 ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()
}
