import Foundations

/// Where the records of a TFRecord file are, read from an index file entry by entry: an open index
/// takes the same memory for ten records as for ten million.
struct RecordIndex: Sendable {
  /// Which file it is of, and what was found there.
  let header: RecordIndexHeader
  private let storage: InputFile

  /// The path of the index file, or words for it where it has none.
  var path: String { storage.path }

  /// The number of records.
  var count: Int { Int(header.recordCount) }

  /// The index in `storage`; nil where that is none of this version, is cut off, or is of another state
  /// of `file`.
  init?(in storage: InputFile, of file: InputFile) throws {
    var bytes = [UInt8](repeating: 0, count: RecordIndexHeader.byteCount)
    let filled = try bytes.withUnsafeMutableBytes { try storage.read(into: $0, at: 0) }
    guard filled == bytes.count, let header = RecordIndexHeader(decoding: bytes),
      header.describes(file), storage.byteCount == Self.offset(ofEntry: header.recordCount)
    else { return nil }
    self.header = header
    self.storage = storage
  }

  /// What is said of record `number`, which is below `count`. Throws `badData` where the entry is damaged.
  func entry(of number: Int) throws -> RecordEntry {
    let number = UInt64(number)
    var bytes = [UInt8](repeating: 0, count: RecordEntry.byteCount)
    let filled = try bytes.withUnsafeMutableBytes {
      try storage.read(into: $0, at: Self.offset(ofEntry: number))
    }
    guard filled == bytes.count, let entry = RecordEntry(decoding: bytes, number: number)
    else {
      throw TesseraError(
        .badData, code: .dataIndexDamaged,
        "\(storage.path): the entry of record \(number) is damaged",
        notes: ["It is an index, which says where the records of a data file are."],
        remedies: ["delete the index file; it is made again"])
    }
    return entry
  }

  /// Where entry `number` begins in the index file.
  static func offset(ofEntry number: UInt64) -> UInt64 {
    UInt64(RecordIndexHeader.byteCount) + number * UInt64(RecordEntry.byteCount)
  }
}
