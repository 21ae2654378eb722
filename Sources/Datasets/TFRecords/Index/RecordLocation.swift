import Foundations

/// Where in its file a record is; in an index file 16 bytes, which carry a checksum of their own, so
/// that each can be trusted without reading the others.
///
/// The bytes, little endian: offset (64 bits), length of the payload (32 bits), CRC-32C of the record's
/// number (64 bits) and these 12 bytes.
struct RecordLocation: Hashable, Sendable {
  /// Bytes from the file's beginning to the record's frame.
  var offset: UInt64
  /// Bytes of the record's content.
  var payloadByteCount: Int

  static let byteCount = 16

  /// The entry of record `number`.
  func encoded(number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    bytes.append(littleEndian: offset)
    bytes.append(littleEndian: UInt32(payloadByteCount))
    bytes.append(littleEndian: Self.checksum(number: number, content: bytes))
    return bytes
  }

  init(offset: UInt64, payloadByteCount: Int) {
    self.offset = offset
    self.payloadByteCount = payloadByteCount
  }

  /// Nil where the bytes are not the entry of record `number`.
  init?(decoding bytes: [UInt8], number: UInt64) {
    guard bytes.count == Self.byteCount else { return nil }
    let stored: UInt32 = bytes.littleEndian(at: 12)
    guard stored == Self.checksum(number: number, content: Array(bytes[..<12])) else { return nil }
    let payloadByteCount: UInt32 = bytes.littleEndian(at: 8)
    self.init(offset: bytes.littleEndian(at: 0), payloadByteCount: Int(payloadByteCount))
  }

  private static func checksum(number: UInt64, content: [UInt8]) -> UInt32 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    bytes.append(littleEndian: number)
    return CRC32C.checksum(bytes + content)
  }
}
