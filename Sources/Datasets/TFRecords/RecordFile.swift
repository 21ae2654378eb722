import Foundations

/// A TFRecord file whose records can be read in any order, by several threads at once.
struct RecordFile: Sendable {
  private let file: InputFile
  /// Where the records are.
  private let index: RepairableIndex

  /// Opens the file at `path` with its index, which is made where there is none of the file as it is
  /// now; `progress` is then told the bytes that are done.
  init(path: String, progress: (_ byteCount: UInt64) throws -> Void = { _ in }) throws {
    file = try InputFile(path: path)
    index = try RepairableIndex(of: file, progress: progress)
  }

  /// The file's path.
  var path: String { file.path }

  /// The file's size.
  var byteCount: UInt64 { file.byteCount }

  /// The number of records.
  var count: Int { index.current.count }

  /// Calls `body` with the content of record `number` and words for where that is. Throws `badData`
  /// where the record is damaged, which a damaged stretch is too.
  func withPayload<Result>(
    ofRecord number: Int, _ body: (UnsafeRawBufferPointer, _ source: String) throws -> Result
  ) throws -> Result {
    let location: RecordLocation
    switch try index.entry(of: number) {
    case .record(let sound): location = sound
    case .damage(let offset): throw try frameError(at: offset)
    }
    let byteCount = TFRecordFraming.byteCount(payload: location.payloadByteCount)
    return try withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { buffer in
      let filled = try file.read(into: buffer, at: location.offset)
      let payload = try TFRecordFraming.payload(
        record: UnsafeRawBufferPointer(rebasing: buffer[..<filled]),
        payloadByteCount: location.payloadByteCount, path: path, offset: location.offset)
      return try body(payload, "\(path), record at byte \(location.offset)")
    }
  }

  /// The damaged stretches of the file; nil where all frames are sound.
  var damage: RecordFileDamage? {
    get throws {
      let header = index.current.header
      let byteCount = header.damagedByteCount
      guard byteCount > 0 else { return nil }
      return RecordFileDamage(
        error: try frameError(at: header.firstDamage), byteCount: byteCount)
    }
  }

  /// What is wrong with the frame at `offset`, where a damaged stretch begins. Little is read for it,
  /// however long the stretch is.
  private func frameError(at offset: UInt64) throws -> TesseraError {
    do {
      _ = try RecordFrames.location(at: offset, of: file)
    } catch let error as TesseraError where error.exitCode == .badData {
      return error
    }
    return TesseraError(
      .badData, code: .dataIndexDamaged,
      "\(index.current.path) says that \(path) is damaged at byte \(offset), where it is not",
      remedies: ["delete the index file; it is made again"])
  }
}

/// The damaged stretches of a file, among whose bytes no record can be found.
struct RecordFileDamage: Sendable {
  /// What is wrong with the first one, with file and byte.
  var error: TesseraError
  /// Bytes of all of them.
  var byteCount: UInt64

  /// What a run says that goes on without these bytes.
  var warnings: [Diagnostic] {
    error.diagnostics.map {
      Diagnostic(
        .warning, code: $0.code, $0.message,
        notes: $0.notes + [
          "\(byteCount) bytes of the file are in damaged stretches and are left out."
        ],
        remedies: $0.remedies)
    }
  }
}
