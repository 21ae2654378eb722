import Foundations

/// A pickle of protocol 2, put together instruction by instruction.
final class Pickle {
  private(set) var bytes: [UInt8] = [0x80, 2]

  init(_ build: (Pickle) -> Void) {
    build(self)
    bytes.append(UInt8(ascii: "."))
  }

  @discardableResult func bytes(_ more: [UInt8]) -> Pickle {
    bytes += more
    return self
  }

  /// Instructions of one letter each.
  @discardableResult func code(_ letters: String) -> Pickle { bytes(Array(letters.utf8)) }

  @discardableResult func text(_ text: String) -> Pickle {
    bytes.append(UInt8(ascii: "X"))
    bytes.append(littleEndian: UInt32(text.utf8.count))
    return code(text)
  }

  @discardableResult func integer(_ integer: Int) -> Pickle {
    bytes += [0x8A, 8]
    bytes.append(littleEndian: Int64(integer))
    return self
  }

  @discardableResult func global(_ module: String, _ name: String) -> Pickle {
    code("c\(module)\n\(name)\n")
  }

  func tensor(
    offset: Int, shape: [Int], strides: [Int], count: Int, storage: String, key: String
  ) {
    global("torch._utils", "_rebuild_tensor_v2").code("((").text("storage")
    global("torch", storage).text(key).text("cpu").integer(count).code("tQ").integer(offset)
    for tuple in [shape, strides] {
      code("(")
      for extent in tuple { integer(extent) }
      code("t")
    }
    bytes([0x89]).global("collections", "OrderedDict").code(")RtR")
  }
}

/// The bytes of a zip archive whose records are stored as they are.
func zip(records: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for (name, bytes) in records {
    var common: [UInt8] = []
    for field: UInt16 in [20, 0, 0, 0, 0x21] { common.append(littleEndian: field) }
    common.append(littleEndian: checkSum(bytes))
    for _ in 0..<2 { common.append(littleEndian: UInt32(bytes.count)) }
    common.append(littleEndian: UInt16(name.utf8.count))
    common.append(littleEndian: UInt16(0))
    directory += [0x50, 0x4B, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
    directory.append(littleEndian: UInt32(archive.count))
    directory += Array(name.utf8)
    archive += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
  }
  let start = archive.count
  archive += directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
  for _ in 0..<2 { archive.append(littleEndian: UInt16(records.count)) }
  archive.append(littleEndian: UInt32(directory.count))
  archive.append(littleEndian: UInt32(start))
  return archive + [0, 0]
}

/// CRC-32 of IEEE 802.3, bit by bit.
private func checkSum(_ bytes: [UInt8]) -> UInt32 {
  var sum: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
  }
  return ~sum
}
