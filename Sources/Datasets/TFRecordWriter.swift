/// Writes a TFRecord file, which appears under its name when `finish` is called, and otherwise not.
package struct TFRecordWriter: ~Copyable {
  private let file: AtomicFile

  /// Starts the file `path`. Throws `wouldOverwrite` where it exists and `overwrites` is false.
  package init(path: String, overwrites: Bool = false) throws {
    file = try AtomicFile(path: path, overwrites: overwrites)
  }

  /// Appends one record.
  package func append(_ payload: [UInt8]) throws {
    let length = littleEndianBytes(UInt64(payload.count))
    try file.append(length)
    try file.append(littleEndianBytes(CRC32C.masked(CRC32C.checksum(length))))
    try file.append(payload)
    try file.append(littleEndianBytes(CRC32C.masked(CRC32C.checksum(payload))))
  }

  /// Completes the file and gives it its name.
  package consuming func finish() throws {
    try file.finish()
  }
}

private func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
