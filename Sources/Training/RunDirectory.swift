import FoundationEssentials
import Foundations
import Glibc
import Metrics

/// The directory of one run: `config.json`, `metrics.jsonl`, `summary.json`, `loss.svg`, `checkpoints/`,
/// `tensorboard/`, `wandb/`.
package struct RunDirectory: Hashable, Sendable {
  /// The directory's path, as it was given.
  package let path: String

  /// The effective config.
  package var configPath: String { path + "/config.json" }
  /// The metrics, for `MetricsLog`.
  package var metricsPath: String { Self.metricsPath(of: path) }
  /// The summary of the run.
  package var summaryPath: String { path + "/summary.json" }
  /// The plot of the losses, at the end of the run.
  package var lossPlotPath: String { path + "/loss.svg" }
  /// The directory's own name.
  package var name: String { Self.name(of: path) }
  /// The folder of the run's checkpoints; it exists.
  package var checkpointsPath: String { path + "/checkpoints" }

  /// The metrics of a run whose directory is not opened.
  package static func metricsPath(of path: String) -> String { path + "/metrics.jsonl" }

  /// The name of a run's directory.
  package static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Makes the directory that the user named, with `checkpoints/` in it.
  ///
  /// With `force`, the metrics, summary and config of an earlier run are removed; its checkpoints
  /// move to `checkpoints.earlier-N`, where no resumption takes them for this run's.
  ///
  /// - Throws: `run-directory-in-use` (exit 73) where it holds another run's metrics and `force` is
  ///   false, `input-output` (74).
  package init(path: String, force: Bool) throws(TesseraError) {
    self.path = path
    if !force, let found = signOfRun { throw Self.inUse(found) }
    if force { try moveCheckpointsAside() }
    try makeFolders(checkpointsPath)
    if force {
      for file in [metricsPath, summaryPath, configPath]
      where unlink(file) != 0 && errno != ENOENT {
        throw systemError("remove", file, errno)
      }
    }
  }

  /// A file in the directory that only a run makes; nil where there is none. A run that could not begin leaves
  /// an empty log at most.
  private var signOfRun: String? {
    var status = stat()
    let hasMetrics = stat(metricsPath, &status) == 0 && status.st_size > 0
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpointsPath)) ?? []
    let checkpoint = names.filter { $0.hasPrefix("step-") }.sorted().first
    return [configPath, summaryPath].first(where: Self.exists)
      ?? (hasMetrics ? metricsPath : nil) ?? checkpoint.map { "\(checkpointsPath)/\($0)" }
  }

  /// The directory of a run that is to go on.
  /// - Throws: `run-directory-in-use` (exit 73) where it is the run of a program with another digest, or
  ///   does not say of which.
  package init(continuing path: String, digest: String) throws(TesseraError) {
    self.path = path
    let found = try configuration()["bundle_digest"]?.string
    guard found == digest else {
      throw TesseraError(
        .wouldOverwrite, code: .runDirectoryInUse,
        "\(path) holds the run of another bundle",
        notes: ["its program's digest is \(found ?? "missing"), this one's is \(digest)"],
        remedies: ["choose another --run-dir", "resume with the bundle of that run"])
    }
    try makeFolders(checkpointsPath)
  }

  /// Whether a run has begun in a folder.
  static func holdsRun(_ path: String) -> Bool { exists(path + "/config.json") }

  /// What `config.json` says.
  /// - Throws: `TesseraError` where there is none, or it is no JSON.
  func configuration() throws(TesseraError) -> JSON.Value {
    try JSON.parse(
      bytes: try readBytes(path: configPath, limit: JSON.byteLimit), file: configPath)
  }

  /// The file that the run said, at the end of an earlier process, that it wrote its weights to.
  var lastExport: String? { lastSummary?["checkpoint"]?.string }

  /// The weight updates after which the run was resumed before.
  var resumedAfter: [Int] {
    (lastSummary?["resumed_after"]?.elements ?? []).compactMap(\.integer)
  }

  private var lastSummary: JSON.Value? {
    guard let bytes = try? readBytes(path: summaryPath, limit: JSON.byteLimit) else { return nil }
    return try? JSON.parse(bytes: bytes, file: summaryPath)
  }

  /// Where runs make directories for themselves.
  static let defaultFolder = "runs"

  /// Makes a new directory `NAME-TIME` in `folder`; a number follows where the name is taken.
  ///
  /// - Parameter time: the start of the run, in seconds since 1970; printed in UTC.
  /// - Throws: `input-output` (exit 74).
  package init(
    name: String, startedAt time: Int, in folder: String = RunDirectory.defaultFolder
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

  /// Writes `loss.svg`, replacing an earlier one of this run.
  ///
  /// - Throws: `input-output` (exit 74).
  package func write(lossPlot: LossPlot) throws(TesseraError) {
    try write(lossPlot.svg, to: lossPlotPath)
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

  private func moveCheckpointsAside() throws(TesseraError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpointsPath)) ?? []
    guard !names.isEmpty else { return }
    let free = (1..<1000).lazy.map { "\(checkpointsPath).earlier-\($0)" }.first { !Self.exists($0) }
    guard let free, rename(checkpointsPath, free) == 0 else {
      throw systemError("move", checkpointsPath, errno)
    }
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// A run's name with what a file name should not have replaced by `-`.
  static func fileName(from name: String) -> String {
    let kept = name.map { character -> Character in
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      return isPlain || "._-".contains(character) ? character : "-"
    }
    // A leading dot would hide the directory or leave the folder.
    let trimmed = String(kept.prefix(100).drop { $0 == "." })
    return trimmed.isEmpty ? "run" : trimmed
  }
}
