import Foundations

/// `metrics.jsonl`: one JSON object a line, one line a weight update.
package struct MetricsLog: Sendable {
  private let file: AppendedFile

  /// Creates the file, or empties it.
  ///
  /// - Throws: `input-output` (exit 74).
  package init(path: String) throws(TesseraError) {
    file = try AppendedFile(path: path, .empty)
  }

  /// Goes on with the log of a run that resumes: lines up to a weight update stay; later ones, which the
  /// run does again, and a last line that is torn are cut off.
  ///
  /// - Throws: `damaged-metrics` (exit 65) and the JSON reader's errors where a line that stays is damaged,
  ///   `cannot-open` (66) where the log is missing, `input-output` (74).
  package init(path: String, resumingAfter weightUpdate: Int) throws(TesseraError) {
    let reader = try MetricsReader(path: path)
    while try reader.next(upTo: weightUpdate) != nil {}
    file = try AppendedFile(path: path, .cut(byteCount: reader.endOfLastLine))
  }

  /// Appends the line of one weight update.
  ///
  /// - Throws: `input-output` (exit 74) where the disk is full or fails.
  package func append(_ metrics: TrainingMetrics) throws(TesseraError) {
    try file.append(Array((metrics.json + "\n").utf8))
  }

  /// Brings the log to the disk.
  ///
  /// - Throws: `input-output` (exit 74).
  package func synchronize() throws(TesseraError) {
    try file.synchronize()
  }
}
