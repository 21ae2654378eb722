import Foundations
import Glibc

/// `metrics.jsonl`: one JSON object a line, one line a weight update, each handed to the operating
/// system at once, so that a log that is read during a run, or after a crash, ends with a whole line.
///
/// A class, because it owns a file descriptor.
package final class MetricsLog: Sendable {
  /// The file's path.
  package let path: String
  private let descriptor: Int32

  /// Creates the file, or empties it.
  ///
  /// - Throws: `input-output` (exit 74).
  package init(path: String) throws(TesseraError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw systemError("create", path, errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Appends the line of one weight update.
  ///
  /// - Throws: `input-output` (exit 74) where the disk is full or fails.
  package func append(_ metrics: TrainingMetrics) throws(TesseraError) {
    try writeAll(Array((metrics.json + "\n").utf8), to: descriptor, path: path)
  }
}
