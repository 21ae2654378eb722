import CZlib
import Foundations

/// The container of a Weights & Biases run file, that of LevelDB's logs with another checksum: a header of
/// 7 bytes, then records, cut into fragments wherever a block of 32 KiB of the file ends. A fragment has a
/// checksum (CRC-32, IEEE, over type and payload), the payload's length (16 bits) and its type, all little
/// endian (https://github.com/google/leveldb/blob/main/doc/log_format.md).
package enum WandbFraming {
  /// `:W&B`, the magic number 0xBEE1, and version 0.
  package static let header: [UInt8] = Array(":W&B".utf8) + [0xE1, 0xBE, 0x00]

  /// Bytes of a block.
  package static let blockByteCount = 32 << 10
  private static let fragmentHeaderByteCount = 7

  /// What a fragment is of its record.
  private enum FragmentType: UInt8 {
    case full = 1
    case first
    case middle
    case last

    init(isFirst: Bool, isLast: Bool) {
      self = isFirst ? (isLast ? .full : .first) : (isLast ? .last : .middle)
    }
  }

  /// The bytes that append a record to a file of `offset` bytes.
  package static func record(_ payload: [UInt8], at offset: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var position = 0
    // A first fragment may be empty, so the position does not tell it from the others.
    var isFirst = true
    repeat {
      var room = blockByteCount - (offset + bytes.count) % blockByteCount
      if room < fragmentHeaderByteCount {
        // Too short for a header: zeros up to the next block.
        bytes += [UInt8](repeating: 0, count: room)
        room = blockByteCount
      }
      let count = min(payload.count - position, room - fragmentHeaderByteCount)
      let type = FragmentType(isFirst: isFirst, isLast: position + count == payload.count)
      let part = [type.rawValue] + payload[position..<position + count]
      bytes.append(littleEndian: checksum(part))
      bytes.append(littleEndian: UInt16(count))
      bytes += part
      position += count
      isFirst = false
    } while position < payload.count
    return bytes
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(bytes.count)))
  }

  /// Walks through the records of a file, as far as they are whole.
  ///
  /// - Parameters:
  ///   - block: the bytes of the n-th block of 32 KiB; fewer at the file's end, none behind it.
  ///   - body: is given each record and the offset of its end; false ends the walk.
  package static func forEachRecord(
    block: (Int) throws(TesseraError) -> [UInt8],
    _ body: (_ payload: [UInt8], _ end: Int) throws(TesseraError) -> Bool
  ) throws(TesseraError) {
    var payload: [UInt8] = []
    var isInside = false
    for number in 0... {
      let bytes = try block(number)
      var position = 0
      if number == 0 {
        guard bytes.starts(with: header) else { return }
        position = header.count
      }
      while position + fragmentHeaderByteCount <= bytes.count {
        let stored: UInt32 = bytes.littleEndian(at: position)
        let length: UInt16 = bytes.littleEndian(at: position + 4)
        let start = position + fragmentHeaderByteCount - 1
        let end = start + 1 + Int(length)
        guard end <= bytes.count, checksum(Array(bytes[start..<end])) == stored,
          let type = FragmentType(rawValue: bytes[start]),
          isInside == (type == .middle || type == .last)
        else { return }
        payload += bytes[(start + 1)..<end]
        isInside = type == .first || type == .middle
        position = end
        if !isInside {
          guard try body(payload, number * blockByteCount + end) else { return }
          payload.removeAll(keepingCapacity: true)
        }
      }
      guard bytes.count == blockByteCount else { return }
    }
  }
}
