import Foundations
import Glibc
import Metrics

/// The directory of one run: `config.json`, `metrics.jsonl`, `summary.json`, `checkpoints/`.
package struct RunDirectory: Hashable, Sendable {
  /// The directory's path, as it was given.
  package let path: String

  /// The effective config.
  package var configPath: String { path + "/config.json" }
  /// The metrics, for `MetricsLog`.
  package var metricsPath: String { path + "/metrics.jsonl" }
  /// The summary of the run.
  package var summaryPath: String { path + "/summary.json" }
  /// The folder of the run's checkpoints; it exists.
  package var checkpointsPath: String { path + "/checkpoints" }

  /// Makes the directory that the user named, with `checkpoints/` in it.
  ///
  /// With `force`, the metrics, summary and config of an earlier run are removed; its checkpoints
  /// are never touched here.
  ///
  /// - Throws: `run-directory-in-use` (exit 73) where it holds another run's metrics and `force` is
  ///   false, `input-output` (74).
  package init(path: String, force: Bool) throws(TesseraError) {
    self.path = path
    if !force, let found = [metricsPath, summaryPath].first(where: Self.exists) {
      throw Self.inUse(found)
    }
    try makeFolders(checkpointsPath)
    if force {
      for file in [metricsPath, summaryPath, configPath]
      where unlink(file) != 0 && errno != ENOENT {
        throw systemError("remove", file, errno)
      }
    }
    // Of two runs that begin here at once, one makes the file.
    let claim = open(metricsPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard claim >= 0 else {
      guard errno == EEXIST else { throw systemError("create", metricsPath, errno) }
      throw Self.inUse(metricsPath)
    }
    close(claim)
  }

  /// Makes a new directory `NAME-TIME` in `folder`; a number follows where the name is taken.
  ///
  /// - Parameter time: the start of the run, in seconds since 1970; printed in UTC.
  /// - Throws: `input-output` (exit 74).
  package init(
    name: String, startedAt time: Int, in folder: String = "runs"
  ) throws(TesseraError) {
    try makeFolders(folder)
    let base = "\(folder)/\(Self.fileName(from: name))-\(NumberText.stamp(secondsSince1970: time))"
    var candidate = base
    var number = 2
    // `mkdir` takes a free name and no other, even against runs that start in the same second.
    while mkdir(candidate, 0o777) != 0 {
      guard errno == EEXIST, number < 1000 else { throw systemError("create", candidate, errno) }
      candidate = "\(base)-\(number)"
      number += 1
    }
    try self.init(path: candidate, force: false)
  }

  /// Writes `config.json`: the effective config, as JSON text.
  ///
  /// - Throws: `input-output` (exit 74).
  package func write(config: String) throws(TesseraError) {
    try write(config, to: configPath)
  }

  /// Writes `summary.json`, replacing an earlier one of this run.
  ///
  /// - Throws: `input-output` (exit 74).
  package func write(summary: RunSummary) throws(TesseraError) {
    try write(summary.json, to: summaryPath)
  }

  /// The path of the checkpoint after a weight update: `checkpoints/step-N.safetensors`.
  package func checkpointPath(weightUpdate: Int) -> String {
    "\(checkpointsPath)/step-\(weightUpdate).safetensors"
  }

  private func write(_ text: String, to path: String) throws(TesseraError) {
    let file = try AtomicFile(path: path, overwrite: true)
    try file.write(Array(text.utf8))
    try file.commit()
  }

  /// The error that a directory belongs to another run, which `file` shows.
  static func inUse(_ file: String) -> TesseraError {
    TesseraError(
      .wouldOverwrite, code: .runDirectoryInUse,
      "the directory holds another run: \(file) exists",
      notes: ["one run, one directory: the metrics of two runs cannot be told apart"],
      remedies: ["choose another --run-dir", "replace the earlier run's files with --force"])
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// A run's name with what a file name should not have replaced by `-`.
  private static func fileName(from name: String) -> String {
    let kept = name.map { character -> Character in
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      return isPlain || "._-".contains(character) ? character : "-"
    }
    // A leading dot would hide the directory or leave the folder.
    let trimmed = String(kept.prefix(100).drop { $0 == "." })
    return trimmed.isEmpty ? "run" : trimmed
  }
}
