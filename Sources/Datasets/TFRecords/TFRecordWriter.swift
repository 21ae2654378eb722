import Foundations

/// Writes a TFRecord file, which appears under its name when `finish` is called, and otherwise not.
package struct TFRecordWriter: ~Copyable {
  private let file: AtomicFile
  /// Records are short, so they go to the file many at a time.
  private var pending: [UInt8] = []
  private static let pendingByteLimit = 1 << 20

  /// Starts the file `path`. Throws `wouldOverwrite` where it exists and `overwrites` is false.
  package init(path: String, overwrites: Bool = false) throws {
    file = try AtomicFile(path: path, overwrite: overwrites)
  }

  /// Appends one record.
  package mutating func append(_ payload: [UInt8]) throws {
    pending += TFRecordFraming.record(of: payload)
    if pending.count >= Self.pendingByteLimit {
      try file.write(pending)
      pending.removeAll(keepingCapacity: true)
    }
  }

  /// Completes the file and gives it its name.
  package consuming func finish() throws {
    try file.write(pending)
    try file.commit()
  }
}
