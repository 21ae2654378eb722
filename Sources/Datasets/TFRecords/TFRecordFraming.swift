import Foundations

/// The frame round each record of a TFRecord file: length (64 bits, little endian), masked CRC-32C
/// of the length, the payload, masked CRC-32C of the payload (TensorFlow's `record_writer.cc`).
package enum TFRecordFraming {
  static let headerByteCount = 12
  static let trailerByteCount = 4
  /// The longest payload that is read, so that a damaged file cannot ask for all memory.
  static let maximumPayloadByteCount = 64 << 20

  /// A payload with its frame.
  package static func record(of payload: [UInt8]) -> [UInt8] {
    var record: [UInt8] = []
    record.reserveCapacity(headerByteCount + payload.count + trailerByteCount)
    record.append(littleEndian: UInt64(payload.count))
    record.append(littleEndian: CRC32C.masked(CRC32C.checksum(record)))
    record += payload
    record.append(littleEndian: CRC32C.masked(CRC32C.checksum(payload)))
    return record
  }

  /// The bytes of a record whose payload has so many, frame included.
  static func byteCount(payload byteCount: Int) -> Int {
    headerByteCount + byteCount + trailerByteCount
  }

  /// The payload's length out of a record's first bytes.
  static func payloadByteCount(
    header: UnsafeRawBufferPointer, path: String, offset: UInt64
  ) throws -> Int {
    guard header.count == headerByteCount else {
      throw truncated(
        path: path, offset: offset,
        "its header takes \(headerByteCount) bytes and only \(header.count) are there")
    }
    let length: UInt64 = header.littleEndian(at: 0)
    let stored: UInt32 = header.littleEndian(at: 8)
    let computed = CRC32C.masked(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: header[0..<8])))
    guard stored == computed else {
      throw corrupt(path: path, offset: offset, "length", stored: stored, computed: computed)
    }
    guard length <= UInt64(maximumPayloadByteCount) else {
      throw TesseraError(
        .badData, code: .tfrecordTooLong,
        "\(path): the record at byte \(offset) is \(length) bytes long; "
          + "at most \(maximumPayloadByteCount) are read")
    }
    return Int(length)
  }

  /// The first place in `bytes` with a length that agrees with its checksum and leads to a frame inside the
  /// file, of which `bytesToEnd` bytes are left from the begin of `bytes` on.
  static func firstHeader(
    in bytes: UnsafeRawBufferPointer, bytesToEnd: UInt64
  ) -> (position: Int, length: Int)? {
    guard bytes.count >= headerByteCount else { return nil }
    for position in 0...(bytes.count - headerByteCount) {
      let length: UInt64 = bytes.littleEndian(at: position)
      // Few places pass this, so that few checksums are computed.
      guard length <= UInt64(maximumPayloadByteCount),
        UInt64(position + byteCount(payload: Int(length))) <= bytesToEnd
      else { continue }
      let stored: UInt32 = bytes.littleEndian(at: position + 8)
      let field = UnsafeRawBufferPointer(rebasing: bytes[position..<position + 8])
      if stored == CRC32C.masked(CRC32C.checksum(field)) { return (position, Int(length)) }
    }
    return nil
  }

  /// Checks a whole record, frame included; `payloadByteCount` is what its header says.
  static func payload(
    record: UnsafeRawBufferPointer, payloadByteCount: Int, path: String, offset: UInt64
  ) throws -> UnsafeRawBufferPointer {
    let end = headerByteCount + payloadByteCount
    guard record.count == end + trailerByteCount else {
      throw truncated(
        path: path, offset: offset,
        "it takes \(end + trailerByteCount) bytes and only \(record.count) are there")
    }
    let payload = UnsafeRawBufferPointer(rebasing: record[headerByteCount..<end])
    let stored: UInt32 = record.littleEndian(at: end)
    let computed = CRC32C.masked(CRC32C.checksum(payload))
    guard stored == computed else {
      throw corrupt(path: path, offset: offset, "payload", stored: stored, computed: computed)
    }
    return payload
  }

  static func truncated(path: String, offset: UInt64, _ detail: String) -> TesseraError {
    TesseraError(
      .badData, code: .tfrecordTruncated,
      "\(path): the record at byte \(offset) is cut off: \(detail)",
      remedies: ["copy or generate the file again"])
  }

  private static func corrupt(
    path: String, offset: UInt64, _ part: String, stored: UInt32, computed: UInt32
  ) -> TesseraError {
    TesseraError(
      .badData, code: .tfrecordCorrupt,
      "\(path): the \(part) of the record at byte \(offset) is damaged",
      notes: [
        "The masked CRC-32C in the file is \(stored), that of the bytes is \(computed).",
        "A file that is not a TFRecord file fails in the same way, at byte 0.",
      ],
      remedies: ["copy or generate the file again"])
  }
}
