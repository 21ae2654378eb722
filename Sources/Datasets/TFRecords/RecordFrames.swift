import Foundations

/// The frames of a TFRecord file, one after the other, and the damaged stretches between them.
struct RecordFrames {
  /// What is found at a place.
  enum Frame {
    /// A frame whose length is right and whose content is inside the file.
    case record(RecordLocation)
    /// Bytes among which no frame can be found.
    case damage(DamagedStretch)
  }

  private var window: FileWindow
  /// Contents are read beside the window, which goes on behind a place that turns out to be no frame.
  private var contents: FileWindow
  /// Where the next frame begins.
  private(set) var offset: UInt64

  /// The frames from byte `offset` on.
  init(file: InputFile, from offset: UInt64 = 0) {
    window = FileWindow(file: file)
    contents = FileWindow(file: file, byteCount: 0)
    self.offset = offset
  }

  /// The next frame, or nil at the file's end. Where a frame's length is damaged or the frame is cut off,
  /// that is the stretch up to the next place with a whole sound record, or to the file's end; `progress` is
  /// then told the bytes that are looked through, and ends the work with what it throws.
  mutating func next(progress: (_ byteCount: UInt64) throws -> Void = { _ in }) throws -> Frame? {
    let start = offset
    guard start < window.file.byteCount else { return nil }
    do {
      let location = try Self.location(at: start, in: &window)
      offset = location.end
      return .record(location)
    } catch let error as TesseraError where error.exitCode == .badData {
      offset = try nextSoundRecord(after: start, progress: progress) ?? window.file.byteCount
      return .damage(DamagedStretch(offset: start, byteCount: offset - start, error: error))
    }
  }

  /// The frame that begins at byte `start` of `file`. Throws `badData` where there is none.
  static func location(at start: UInt64, of file: InputFile) throws -> RecordLocation {
    var header = FileWindow(file: file, byteCount: TFRecordFraming.headerByteCount)
    return try location(at: start, in: &header)
  }

  private static func location(
    at start: UInt64, in window: inout FileWindow
  ) throws -> RecordLocation {
    let file = window.file
    let payloadByteCount = try window.withBytes(
      at: start, count: TFRecordFraming.headerByteCount
    ) {
      try TFRecordFraming.payloadByteCount(header: $0, path: file.path, offset: start)
    }
    let location = RecordLocation(offset: start, payloadByteCount: payloadByteCount)
    guard location.end <= file.byteCount else {
      throw TFRecordFraming.truncated(
        path: file.path, offset: start,
        "it takes \(location.end - start) bytes and only \(file.byteCount - start) are there")
    }
    return location
  }

  /// Where behind `damage` a record begins whose length and content both agree with their checksums; nil
  /// where there is none.
  private mutating func nextSoundRecord(
    after damage: UInt64, progress: (_ byteCount: UInt64) throws -> Void
  ) throws -> UInt64? {
    let fileByteCount = window.file.byteCount
    var start = damage + 1
    while start < fileByteCount {
      try progress(start)
      let candidate = try window.withBytes(at: start, count: Self.searchedByteCount) { bytes in
        TFRecordFraming.firstHeader(in: bytes, bytesToEnd: fileByteCount - start)
          .map { RecordLocation(offset: start + UInt64($0.position), payloadByteCount: $0.length) }
      }
      if let candidate {
        if try hasSoundContent(candidate) { return candidate.offset }
        start = candidate.offset + 1
      } else {
        // A header may begin in the last bytes that were looked at.
        start += UInt64(Self.searchedByteCount - TFRecordFraming.headerByteCount + 1)
      }
    }
    return nil
  }

  private mutating func hasSoundContent(_ location: RecordLocation) throws -> Bool {
    let byteCount = TFRecordFraming.byteCount(payload: location.payloadByteCount)
    let path = contents.file.path
    return try contents.withBytes(at: location.offset, count: byteCount) { record in
      let payload = try? TFRecordFraming.payload(
        record: record, payloadByteCount: location.payloadByteCount, path: path,
        offset: location.offset)
      return payload != nil
    }
  }

  /// Headers are looked for in so many bytes at a time.
  private static let searchedByteCount = 64 << 10
}

/// Bytes of a TFRecord file among which no record can be found, since a frame is damaged.
struct DamagedStretch: Sendable {
  /// Where the damaged frame begins.
  var offset: UInt64
  /// How many bytes there are up to the next sound record.
  var byteCount: UInt64
  /// What is wrong with the frame, with file and byte.
  var error: TesseraError
}
