import CZip
import Foundations

/// The records of a zip archive that are stored as they are, as PyTorch stores them.
///
/// libzip reads the archive's directory and checks sums. Its handles belong to one thread, so each
/// read opens one of its own, and the type can be shared.
struct ZipArchive: Sendable {
  /// A record of the archive.
  struct Record: Hashable, Sendable {
    /// The number in the archive's directory.
    var index: UInt64
    /// How many bytes it has.
    var byteCount: Int
  }

  /// The archive's path.
  let path: String
  /// The records by name.
  let records: [String: Record]

  /// Reads the archive's directory.
  /// - Parameter fileByteCount: the file's size, which no record can be above, whatever the directory says.
  /// - Throws: `checkpoint-damaged` (exit 65).
  init(path: String, fileByteCount: Int) throws(TesseraError) {
    self.path = path
    let archive = try Self.open(path)
    defer { zip_discard(archive) }
    var records: [String: Record] = [:]
    for index in 0..<UInt64(max(0, zip_get_num_entries(archive, 0))) {
      var status = zip_stat_t()
      guard zip_stat_index(archive, index, zip_flags_t(ZIP_FL_ENC_RAW), &status) == 0,
        let name = status.name, let byteCount = Int(exactly: status.size)
      else { throw damaged(path, "the archive's directory is damaged at entry \(index)") }
      let text = String(cString: name)
      guard status.comp_method == 0, status.encryption_method == 0 else {
        throw damaged(
          path, "\(printable(text)) is compressed or encrypted, which PyTorch's records never are")
      }
      guard byteCount <= fileByteCount else {
        throw damaged(path, "\(printable(text)) is larger than the archive")
      }
      records[text] = Record(index: index, byteCount: byteCount)
    }
    self.records = records
  }

  private static func open(_ path: String) throws(TesseraError) -> OpaquePointer {
    var code: Int32 = 0
    if let archive = zip_open(path, ZIP_RDONLY, &code) { return archive }
    var error = zip_error_t()
    zip_error_init_with_code(&error, code)
    defer { zip_error_fini(&error) }
    throw damaged(
      path, "the zip archive cannot be read: \(String(cString: zip_error_strerror(&error)))")
  }

  /// Bytes of a record, which must have them; where these are all, their sum is checked.
  /// - Throws: `checkpoint-damaged` (exit 65).
  func bytes(_ range: Range<Int>, of record: Record) throws(TesseraError) -> [UInt8] {
    let archive = try Self.open(path)
    defer { zip_discard(archive) }
    guard let file = zip_fopen_index(archive, record.index, 0) else {
      throw damaged(path, "record \(record.index) of the zip archive cannot be read")
    }
    defer { zip_fclose(file) }
    guard range.lowerBound == 0 || zip_fseek(file, Int64(range.lowerBound), SEEK_SET) == 0 else {
      throw damaged(path, "record \(record.index) of the zip archive cannot be read")
    }
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      count = 0
      while count < range.count, let base = buffer.baseAddress {
        let read = zip_fread(file, base + count, UInt64(range.count - count))
        guard read > 0 else { break }
        count += Int(read)
      }
      // The library compares the sum when it is asked for more.
      var more: UInt8 = 0
      if range == 0..<record.byteCount { isWhole = zip_fread(file, &more, 1) == 0 }
    }
    guard bytes.count == range.count, isWhole else {
      throw damaged(
        path, "record \(record.index) of the zip archive is cut short, or its check sum is wrong")
    }
    return bytes
  }
}
