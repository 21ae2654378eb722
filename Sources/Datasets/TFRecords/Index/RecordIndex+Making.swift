import Foundations

extension RecordIndex {
  /// Goes through the frames of `file`, checks the checksums of their lengths, and makes an index of
  /// them. A damaged stretch becomes one entry, and the header says where the first one is.
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
    var damagedByteCount: UInt64 = 0
    var firstDamage: UInt64?
    func flush() throws {
      let written = recordCount - UInt64(entries.count / RecordEntry.byteCount)
      try temporary.write(entries, at: offset(ofEntry: written))
      entries.removeAll(keepingCapacity: true)
      try progress(frames.offset)
    }
    while let frame = try frames.next(progress: progress) {
      if case .damage(let stretch) = frame {
        damagedByteCount += stretch.byteCount
        firstDamage = firstDamage ?? stretch.offset
      }
      entries += RecordEntry(frame).encoded(number: recordCount)
      recordCount += 1
      if entries.count >= flushedByteCount { try flush() }
    }
    try flush()
    let header = RecordIndexHeader(
      dataByteCount: file.byteCount, modificationTime: file.modificationTime,
      recordCount: recordCount, soundByteCount: file.byteCount - damagedByteCount,
      firstDamage: firstDamage ?? file.byteCount)
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
