import Foundations

extension RecordIndex {
  /// Goes through the frames of `file`, checks the checksums of their lengths, and makes an index of
  /// them. It ends at a damaged frame, behind which nothing can be found; its header then says so.
  ///
  /// The memory that it takes does not depend on the file. `progress` is told the bytes that are done;
  /// what it throws ends the work.
  static func make(
    of file: InputFile, progress: (_ byteCount: UInt64) throws -> Void
  ) throws -> (index: RecordIndex, contents: InputFile) {
    let temporary = try TemporaryFile()
    var frames = RecordFrames(file: file)
    var entries: [UInt8] = []
    var recordCount: UInt64 = 0
    func flush() throws {
      let written = recordCount - UInt64(entries.count / RecordLocation.byteCount)
      try temporary.write(entries, at: offset(ofEntry: written))
      entries.removeAll(keepingCapacity: true)
      try progress(frames.offset)
    }
    do {
      while let location = try frames.next() {
        entries += location.encoded(number: recordCount)
        recordCount += 1
        if entries.count >= flushedByteCount { try flush() }
      }
    } catch let error as TesseraError where error.exitCode == .badData {
      // Who reads the index decides what the damage means.
    }
    try flush()
    let header = RecordIndexHeader(
      dataByteCount: file.byteCount, modificationTime: file.modificationTime,
      recordCount: recordCount, soundByteCount: frames.offset)
    try temporary.write(header.encoded, at: 0)
    let contents = try temporary.reading()
    guard let index = try RecordIndex(in: contents, of: file) else {
      throw TesseraError(
        .inputOutput, code: .cannotReadFile, "\(contents.path) does not hold what was written to it"
      )
    }
    return (index, contents)
  }

  /// Entries are written 256 KiB at a time.
  private static var flushedByteCount: Int { 256 << 10 }
}

/// The frames of a TFRecord file, one after the other.
struct RecordFrames {
  private var window: FileWindow
  /// Where the next frame begins.
  private(set) var offset: UInt64

  /// The frames from byte `offset` on.
  init(file: InputFile, from offset: UInt64 = 0) {
    window = FileWindow(file: file)
    self.offset = offset
  }

  /// The next frame, or nil at the file's end. Throws `badData` where the frame's length is damaged or
  /// the frame is cut off; `offset` stays where it begins.
  mutating func next() throws -> RecordLocation? {
    let (file, start) = (window.file, offset)
    guard start < file.byteCount else { return nil }
    let payloadByteCount = try window.withBytes(
      at: start, count: TFRecordFraming.headerByteCount
    ) {
      try TFRecordFraming.payloadByteCount(header: $0, path: file.path, offset: start)
    }
    let byteCount = UInt64(TFRecordFraming.byteCount(payload: payloadByteCount))
    guard byteCount <= file.byteCount - start else {
      throw TFRecordFraming.truncated(
        path: file.path, offset: start,
        "it takes \(byteCount) bytes and only \(file.byteCount - start) are there")
    }
    offset += byteCount
    return RecordLocation(offset: start, payloadByteCount: payloadByteCount)
  }
}
