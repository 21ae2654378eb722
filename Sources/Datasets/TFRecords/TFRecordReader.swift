import Foundations

/// Reads a TFRecord file from front to back and checks both checksums of each record. Memory stays
/// at one megabyte, or at the longest record where that is more (64 MiB at most).
package struct TFRecordReader {
  /// One record: its payload, and where in the file its frame begins.
  package struct Record: Sendable {
    /// Bytes from the start of the file to the record's frame.
    package var offset: UInt64
    /// The bytes that the frame holds, checked against its checksum.
    package var payload: [UInt8]
  }

  private var window: FileWindow
  private var offset: UInt64 = 0

  /// Opens `path`. Throws `inputMissing` where there is no such file.
  package init(path: String) throws {
    window = FileWindow(file: try InputFile(path: path))
  }

  /// The next record, or nil at the end. Throws `badData` for a truncated or damaged record, with
  /// the file and the byte at which that record begins.
  package mutating func next() throws -> Record? {
    let path = window.file.path
    let offset = offset
    let headerByteCount = TFRecordFraming.headerByteCount
    let payloadByteCount: Int? = try window.withBytes(at: offset, count: headerByteCount) {
      guard !$0.isEmpty else { return nil }
      return try TFRecordFraming.payloadByteCount(header: $0, path: path, offset: offset)
    }
    guard let payloadByteCount else { return nil }
    let byteCount = TFRecordFraming.byteCount(payload: payloadByteCount)
    let payload = try window.withBytes(at: offset, count: byteCount) {
      Array(
        try TFRecordFraming.payload(
          record: $0, payloadByteCount: payloadByteCount, path: path, offset: offset))
    }
    self.offset += UInt64(byteCount)
    return Record(offset: offset, payload: payload)
  }
}
