import Foundations

/// What an index says of a record; in an index file 16 bytes, which carry a checksum of their own, so that
/// each can be trusted without reading the others.
///
/// The bytes, little endian: offset (64 bits), length of the payload (32 bits), or 2³² - 1 for a damaged
/// stretch, CRC-32C of the record's number (64 bits) and these 12 bytes.
enum RecordEntry: Hashable, Sendable {
  /// A record whose frame is sound.
  case record(RecordLocation)
  /// A damaged stretch, which counts as one record that cannot be read. It begins at this byte and goes on
  /// to the next record.
  case damage(offset: UInt64)

  static let byteCount = 16
  /// No record is that long: it marks a damaged stretch, whose own length may need more than 32 bits.
  private static let damageMark = UInt32.max

  init(_ frame: RecordFrames.Frame) {
    switch frame {
    case .record(let location): self = .record(location)
    case .damage(let stretch): self = .damage(offset: stretch.offset)
    }
  }

  /// The entry of record `number`.
  func encoded(number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    switch self {
    case .record(let location):
      bytes.append(littleEndian: location.offset)
      bytes.append(littleEndian: UInt32(location.payloadByteCount))
    case .damage(let offset):
      bytes.append(littleEndian: offset)
      bytes.append(littleEndian: Self.damageMark)
    }
    bytes.append(littleEndian: Self.checksum(number: number, content: bytes))
    return bytes
  }

  /// Nil where the bytes are not the entry of record `number`.
  init?(decoding bytes: [UInt8], number: UInt64) {
    guard bytes.count == Self.byteCount else { return nil }
    let stored: UInt32 = bytes.littleEndian(at: 12)
    guard stored == Self.checksum(number: number, content: Array(bytes[..<12])) else { return nil }
    let offset: UInt64 = bytes.littleEndian(at: 0)
    let length: UInt32 = bytes.littleEndian(at: 8)
    if length == Self.damageMark {
      self = .damage(offset: offset)
    } else {
      self = .record(RecordLocation(offset: offset, payloadByteCount: Int(length)))
    }
  }

  private static func checksum(number: UInt64, content: [UInt8]) -> UInt32 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    bytes.append(littleEndian: number)
    return CRC32C.checksum(bytes + content)
  }
}
