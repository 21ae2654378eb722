import Foundations
import Glibc
import Recipe
import Runtime

/// Whether a run can write what it will: its directory, its checkpoints, the weights at its end.
struct DiskCheck {
  private let run: PlannedRun

  init(_ run: PlannedRun) {
    self.run = run
  }

  /// Writes a checkpoint where the run will, reads it back, and removes it.
  /// - Returns: what was found, in words.
  /// - Throws: `input-output`, `would-overwrite`, and `disk-too-small` where there is no room for the
  ///   checkpoints that are kept and one more.
  func write(_ state: ParameterState, _ progress: TrainingProgress) throws -> String {
    let options = run.options
    _ = try CheckpointDestination(
      run.recipe.run.saveCheckpointPath, overwrites: options.overwrites,
      madeBefore: run.continued?.lastExport, makesFolder: false)
    let folder = Self.nearestFolder(
      to: run.continued?.path ?? options.runDirectory ?? RunDirectory.defaultFolder)
    let probe = "\(folder)/.tessera-check-\(getpid()).safetensors"
    defer { unlink(probe) }
    let start = monotonicSeconds()
    try TrainingStateFile.write(state, progress, to: probe, overwrite: true)
    let written = monotonicSeconds()
    _ = try TrainingStateFile.read(probe, into: state) { _ in }
    var status = stat()
    stat(probe, &status)
    let byteCount = Int(status.st_size)
    let free = Self.freeByteCount(of: folder).map { $0 + byteCount }
    // While one is written all that are kept are there.
    let needed = Self.product(byteCount, options.keptCheckpoints, plus: 1)
    if let free, free < needed {
      throw TesseraError(
        .inputOutput, code: .diskTooSmall,
        "\(folder) has \(byteCountText(free)) free, and the run's checkpoints take "
          + byteCountText(needed),
        notes: [
          "\(byteCountText(byteCount)) each, of which \(options.keptCheckpoints) are kept while one more is written"
        ],
        remedies: ["make room", "choose a --run-dir on another disk", "lower --keep"])
    }
    return "a checkpoint of \(byteCountText(byteCount)) was written in "
      + "\(NumberText.fixed(written - start, decimals: 2)) s and read back in "
      + "\(NumberText.fixed(monotonicSeconds() - written, decimals: 2)) s"
      + (free.map { "; \(byteCountText($0)) free for \(byteCountText(needed))" } ?? "")
  }

  /// `size` times (`count` + `more`), or the largest number where that is larger.
  private static func product(_ size: Int, _ count: Int, plus more: Int) -> Int {
    let (sum, isLarger) = count.addingReportingOverflow(more)
    let (product, overflows) = size.multipliedReportingOverflow(by: sum)
    return isLarger || overflows ? .max : product
  }

  /// The folder itself, or the nearest above it that is there.
  static func nearestFolder(to path: String) -> String {
    var path = path
    while access(path, F_OK) != 0 {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      if slash == path.startIndex { return "/" }
      path = String(path[..<slash])
    }
    return path
  }

  private static func freeByteCount(of folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }
}
