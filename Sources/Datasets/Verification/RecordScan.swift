import Foundations

/// The records of a file one after the other, damaged ones among them, as far as they can be found.
struct RecordScan {
  enum Record {
    /// The frame and its checksums are right.
    case sound(offset: UInt64, payload: [UInt8])
    /// The content does not agree with its checksum.
    case damaged(offset: UInt64, message: String)
    /// The frame is damaged; nothing behind it can be found.
    case lost(offset: UInt64, message: String)
  }

  private var window: FileWindow
  private var frames: RecordFrames
  private var isLost = false

  init(file: InputFile) {
    window = FileWindow(file: file)
    frames = RecordFrames(file: file)
  }

  /// The next record, or nil at the end. Throws `inputOutput` where the file cannot be read.
  mutating func next() throws -> Record? {
    guard !isLost else { return nil }
    let offset = frames.offset
    let location: RecordLocation
    do {
      guard let next = try frames.next() else { return nil }
      location = next
    } catch let error as TesseraError where error.exitCode == .badData {
      isLost = true
      return .lost(offset: offset, message: Self.frameMessage(error))
    }
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
