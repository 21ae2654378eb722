import Foundations
import Glibc

/// Reads `metrics.jsonl` from front to back, a piece at a time, so that a log of any length takes the same
/// memory. A last line without its line end is torn, and left out.
///
/// A class, because it owns a file descriptor.
package final class MetricsReader {
  /// The file's path.
  package let path: String
  /// The byte after the line that was read last.
  private(set) var endOfLastLine = 0
  private let descriptor: Int32
  private var line = 0
  /// What was read of the file and not yet given out, from byte `consumed` on.
  private var buffer: [UInt8] = []
  private var consumed = 0

  private static let pieceByteCount = 1 << 16
  /// No line of a log comes near; a file of another kind is not to fill the memory.
  private static let lineByteLimit = 1 << 20

  /// Opens the log.
  ///
  /// - Throws: `cannot-open`: exit 66 where it is missing, 74 otherwise.
  package init(path: String) throws(TesseraError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno
      throw TesseraError(
        reason == ENOENT || reason == ENOTDIR ? .inputMissing : .inputOutput, code: .cannotOpen,
        "\(path): \(systemReason(reason))")
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// The metrics of the next line; nil at the end, and, without going on, where the line is of a weight
  /// update after `last`.
  ///
  /// - Throws: `damaged-metrics` (exit 65) and the JSON reader's errors, with file and line; `cannot-read`
  ///   (74).
  package func next(upTo last: Int = .max) throws(TesseraError) -> TrainingMetrics? {
    guard let bytes = try nextLine() else { return nil }
    let metrics = try TrainingMetrics(bytes, at: place)
    guard metrics.weightUpdate <= last else { return nil }
    line += 1
    endOfLastLine += bytes.count + 1
    consumed += bytes.count + 1
    return metrics
  }

  private var place: SourceLocation { SourceLocation(file: path, line: line + 1, column: 1) }

  /// The bytes of the next line without its end; nil where no whole line is left.
  private func nextLine() throws(TesseraError) -> [UInt8]? {
    var searched = consumed
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        return Array(buffer[consumed..<end])
      }
      guard buffer.count - consumed <= Self.lineByteLimit else {
        throw TrainingMetrics.damaged(place, "the line is too long")
      }
      buffer.removeFirst(consumed)
      consumed = 0
      searched = buffer.count
      guard try readPiece() else { return nil }
    }
  }

  /// Reads on; false at the file's end.
  private func readPiece() throws(TesseraError) -> Bool {
    let offset = endOfLastLine + buffer.count
    var failure: Int32?
    let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceByteCount) { bytes, count in
      (count, failure) = readAll(
        from: descriptor, at: offset, into: UnsafeMutableRawBufferPointer(bytes))
    }
    if let failure {
      throw TesseraError(
        .inputOutput, code: .cannotRead, "\(path): \(systemReason(failure))")
    }
    buffer += piece
    return !piece.isEmpty
  }
}
