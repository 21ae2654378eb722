import CZip
import CZlib
import Foundations

/// Writes what `torch.load(weights_only=True)` reads: a zip archive with a pickle and a record for each
/// tensor. Equal tensors give equal bytes, and the file appears only when complete.
///
/// PyTorch maps its archives into memory, so every record begins at a multiple of 64 bytes. libzip has
/// no way to ask for a place; entries that are stored as they are take little to write
/// (PKWARE's APPNOTE.TXT, 4.3).
package struct PyTorchWriter {
  /// Where the file appears.
  package var path: String
  /// Whether a file that is there may be replaced.
  package var overwrite: Bool

  /// A writer to `path`.
  package init(path: String, overwrite: Bool = false) {
    self.path = path
    self.overwrite = overwrite
  }

  /// Writes `tensors` of F32 and F16 in the given order, asking for the contents of one after the other.
  /// - Throws: `would-overwrite` (exit 73), `input-output` (74).
  package func write(
    _ tensors: [CheckpointEntry],
    contents: (CheckpointEntry) throws(TesseraError) -> CheckpointTensor
  ) throws(TesseraError) {
    let file = try AtomicFile(path: path, overwrite: overwrite)
    var archive = StoredArchive(path: path)
    try file.write(try archive.record("archive/data.pkl", PickleWriter(tensors).bytes))
    try file.write(try archive.record("archive/byteorder", Array("little".utf8)))
    for (number, tensor) in tensors.enumerated() {
      try file.write(try archive.record("archive/data/\(number)", try contents(tensor).bytes))
    }
    try file.write(try archive.record("archive/version", Array("3\n".utf8)))
    try file.write(archive.directory())
    try file.commit()
  }
}

/// The bytes of a zip archive whose entries are stored as they are.
private struct StoredArchive {
  let path: String
  /// How many bytes there are already.
  private var byteCount = 0
  /// What the directory says of each entry.
  private var directoryEntries: [UInt8] = []
  private var entryCount: UInt16 = 0

  private static let alignment = 64
  /// 1980-01-01, the first day of the format, so that equal tensors give equal bytes.
  private static let date: UInt16 = 0x21

  init(path: String) {
    self.path = path
  }

  /// The next entry: its header, padded so that the contents begin at a multiple of `alignment`, and the
  /// contents.
  /// - Throws: `input-output` (exit 74) where the archive would not fit the format's 32 bits.
  mutating func record(_ name: String, _ contents: [UInt8]) throws(TesseraError) -> [UInt8] {
    let name = Array(name.utf8)
    let start = byteCount
    // An extra field has four bytes before its content; PyTorch's padding has the id FB.
    let unpadded = start + 30 + name.count + 4
    let padding = (Self.alignment - unpadded % Self.alignment) % Self.alignment
    guard let size = UInt32(exactly: contents.count), let offset = UInt32(exactly: start),
      unpadded + padding + contents.count < 4_294_967_295, entryCount < .max
    else {
      throw TesseraError(
        .inputOutput, code: .inputOutput, "\(path) would be larger than 4 GiB",
        remedies: ["write .safetensors instead"])
    }
    let sum = contents.withUnsafeBytes {
      UInt32(crc32(0, $0.bindMemory(to: UInt8.self).baseAddress, size))
    }
    // Version 2.0, no flags, stored, time, date, sum, sizes and the lengths that follow.
    var common: [UInt8] = []
    for field in [20, 0, 0, 0, Self.date] { common.append(littleEndian: field as UInt16) }
    for field in [sum, size, size] { common.append(littleEndian: field) }
    common.append(littleEndian: UInt16(name.count))

    var header: [UInt8] = [0x50, 0x4B, 3, 4] + common
    header.append(littleEndian: UInt16(4 + padding))
    header += name + Array("FB".utf8)
    header.append(littleEndian: UInt16(padding))
    header += [UInt8](repeating: 0x5A, count: padding)

    directoryEntries += [0x50, 0x4B, 1, 2, 20, 0] + common
    // No extra field, no comment, disk 0, and no attributes.
    directoryEntries += [UInt8](repeating: 0, count: 12)
    directoryEntries.append(littleEndian: offset)
    directoryEntries += name
    entryCount += 1
    byteCount += header.count + contents.count
    return header + contents
  }

  /// The directory of all entries, and the archive's end.
  func directory() -> [UInt8] {
    var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    for _ in 0..<2 { end.append(littleEndian: entryCount) }
    end.append(littleEndian: UInt32(directoryEntries.count))
    end.append(littleEndian: UInt32(byteCount))
    end += [0, 0]
    return directoryEntries + end
  }
}
