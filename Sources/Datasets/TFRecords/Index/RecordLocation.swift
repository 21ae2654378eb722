/// Where in its file a record is.
struct RecordLocation: Hashable, Sendable {
  /// Bytes from the file's beginning to the record's frame.
  var offset: UInt64
  /// Bytes of the record's content.
  var payloadByteCount: Int

  /// Where the record's frame ends.
  var end: UInt64 { offset + UInt64(TFRecordFraming.byteCount(payload: payloadByteCount)) }
}
