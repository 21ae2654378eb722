import Foundations

/// The first 64 bytes of an index file: which data file it is of, and what was found there.
///
/// All numbers are little endian: magic (8 bytes), version (32 bits), 0 (32 bits), size of the data
/// file in bytes, time of its last change in nanoseconds since 1970, number of records, bytes of sound
/// frames, first damaged byte (64 bits each), 0 up to byte 60, CRC-32C of these 60 bytes.
struct RecordIndexHeader: Hashable, Sendable {
  /// The data file's size.
  var dataByteCount: UInt64
  /// When the data file was changed last: nanoseconds since 1970.
  var modificationTime: Int64
  /// Records; a damaged stretch counts as one.
  var recordCount: UInt64
  /// Bytes of the data file that are not in a damaged stretch.
  var soundByteCount: UInt64
  /// Where the first damaged stretch begins: the data file's size where there is none.
  var firstDamage: UInt64

  static let byteCount = 64
  static let magic = Array("tessidx\n".utf8)
  private static let version: UInt32 = 2

  /// Whether the index is of the file as it is now.
  func describes(_ file: InputFile) -> Bool {
    dataByteCount == file.byteCount && modificationTime == file.modificationTime
  }

  /// Bytes of the data file that are in damaged stretches.
  var damagedByteCount: UInt64 { dataByteCount - soundByteCount }
}

extension RecordIndexHeader {
  /// The header in the file's bytes.
  var encoded: [UInt8] {
    var bytes = Self.magic
    bytes.append(littleEndian: Self.version)
    bytes.append(littleEndian: UInt32(0))
    bytes.append(littleEndian: dataByteCount)
    bytes.append(littleEndian: modificationTime)
    bytes.append(littleEndian: recordCount)
    bytes.append(littleEndian: soundByteCount)
    bytes.append(littleEndian: firstDamage)
    bytes += [UInt8](repeating: 0, count: Self.byteCount - 4 - bytes.count)
    bytes.append(littleEndian: CRC32C.checksum(bytes))
    return bytes
  }

  /// Nil where the bytes are no header of this version, or damaged.
  init?(decoding bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic),
      bytes.littleEndian(at: 8) as UInt32 == Self.version,
      bytes.littleEndian(at: 60) as UInt32 == CRC32C.checksum(Array(bytes[..<60]))
    else { return nil }
    dataByteCount = bytes.littleEndian(at: 16)
    modificationTime = bytes.littleEndian(at: 24)
    recordCount = bytes.littleEndian(at: 32)
    soundByteCount = bytes.littleEndian(at: 40)
    firstDamage = bytes.littleEndian(at: 48)
    // A damaged stretch may be a single byte.
    guard soundByteCount <= dataByteCount, recordCount <= dataByteCount else { return nil }
  }
}
