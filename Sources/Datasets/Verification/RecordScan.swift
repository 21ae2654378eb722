import Foundations

/// The records of a file one after the other, damaged ones among them.
struct RecordScan {
  enum Record {
    /// The frame and its checksums are right.
    case sound(offset: UInt64, payload: [UInt8])
    /// The content does not agree with its checksum.
    case damaged(offset: UInt64, message: String)
    /// The frame is damaged: these bytes, up to the next sound record, are lost.
    case lost(offset: UInt64, byteCount: UInt64, message: String)
  }

  private var window: FileWindow
  private var frames: RecordFrames

  init(file: InputFile) {
    window = FileWindow(file: file)
    frames = RecordFrames(file: file)
  }

  /// The next record, or nil at the end; `progress` is told the bytes that are looked through for a record
  /// behind damage. Throws `inputOutput` where the file cannot be read.
  mutating func next(progress: (_ byteCount: UInt64) -> Void = { _ in }) throws -> Record? {
    switch try frames.next(progress: progress) {
    case nil: return nil
    case .record(let location)?: return try record(at: location)
    case .damage(let stretch)?:
      return .lost(
        offset: stretch.offset, byteCount: stretch.byteCount,
        message: Self.frameMessage(stretch.error))
    }
  }

  private mutating func record(at location: RecordLocation) throws -> Record {
    let offset = location.offset
    let byteCount = TFRecordFraming.byteCount(payload: location.payloadByteCount)
    let path = window.file.path
    do {
      let payload = try window.withBytes(at: offset, count: byteCount) {
        Array(
          try TFRecordFraming.payload(
            record: $0, payloadByteCount: location.payloadByteCount, path: path, offset: offset))
      }
      return .sound(offset: offset, payload: payload)
    } catch let error as TesseraError where error.exitCode == .badData {
      return .damaged(offset: offset, message: "its content does not agree with its checksum")
    }
  }

  /// What is wrong with a frame, without the place, which the record says.
  private static func frameMessage(_ error: TesseraError) -> String {
    switch error.diagnostics.first?.code {
    case .tfrecordTruncated: "it is cut off"
    case .tfrecordTooLong: "its length is impossible"
    default: "its length does not agree with its checksum"
    }
  }
}
