import FoundationEssentials
import Foundations
import Glibc

/// An offline run of Weights & Biases: `offline-run-YYYYMMDD_HHMMSS-ID/run-ID.wandb` with the folders
/// `files` and `logs` beside it, which `wandb sync` uploads.
///
/// It belongs to one thread.
struct WandbLog {
  private let file: AppendedFile
  private var byteCount: Int
  private var recordNumber: Int
  private let startTime: Double
  /// Of the step that was logged last.
  private(set) var lastStep = 0
  private var lastItems: [JSON.Plain.Field] = []

  /// Begins a run below `folder`, a run directory's `wandb`.
  ///
  /// - Parameter time: seconds since 1970.
  /// - Throws: `input-output` (exit 74).
  init(folder: String, _ run: WandbRun, at time: Double) throws(TesseraError) {
    let stamp = NumberText.stamp(secondsSince1970: Int(time), separator: "_")
    let path = "\(folder)/offline-run-\(stamp)-\(run.identifier)"
    try makeFolders(path + "/files")
    try makeFolders(path + "/logs")
    file = try AppendedFile(path: "\(path)/run-\(run.identifier).wandb", .new)
    startTime = time
    byteCount = 0
    recordNumber = 0
    try write(WandbFraming.header)
    try append(.header)
    try append(.run(run, startTime: time))
  }

  /// Goes on with the newest run below `folder`: the steps up to a weight update stay, and what follows
  /// them is cut off. Nil where there is no run to go on with.
  ///
  /// - Throws: `input-output` (exit 74).
  init?(folder: String, resumingAfter weightUpdate: Int) throws(TesseraError) {
    guard let path = Self.newestRun(in: folder) else { return nil }
    let kept = try Self.kept(of: path, upTo: weightUpdate)
    guard let startTime = kept.startTime else { return nil }
    file = try AppendedFile(path: path, .cut(byteCount: kept.byteCount))
    byteCount = kept.byteCount
    recordNumber = kept.recordNumber
    lastStep = kept.step
    self.startTime = startTime
  }

  /// The run file of the newest of the folders, whose names hold their time.
  private static func newestRun(in folder: String) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let newest = names.filter { $0.hasPrefix("offline-run-") }.max()
    return newest.flatMap { name in
      name.lastIndex(of: "-").map { "\(folder)/\(name)/run\(name[$0...]).wandb" }
    }
  }

  /// What stays of a file.
  private struct Kept {
    var byteCount = 0
    /// Of the last record.
    var recordNumber = 0
    /// Of the last history.
    var step = 0
    /// Nil where the run's record is missing.
    var startTime: Double?
  }

  /// What stays of a file, up to the last history that counts.
  private static func kept(
    of path: String, upTo weightUpdate: Int
  ) throws(TesseraError) -> Kept {
    var kept = Kept()
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return kept }
    defer { close(descriptor) }
    try WandbFraming.forEachRecord { (number) throws(TesseraError) in
      try block(number, of: descriptor, path: path)
    } _: { payload, end in
      guard let (number, kind) = WandbRecord.read(payload) else { return false }
      switch kind {
      case .header: break
      case .run(let startTime): kept.startTime = startTime
      case .history(let step) where step <= weightUpdate: kept.step = step
      case .history, .end: return false
      }
      kept.byteCount = end
      kept.recordNumber = number
      return true
    }
    return kept
  }

  private static func block(
    _ number: Int, of descriptor: Int32, path: String
  ) throws(TesseraError) -> [UInt8] {
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: WandbFraming.blockByteCount) { buffer, count in
      (count, failure) = readAll(
        from: descriptor, at: number * WandbFraming.blockByteCount,
        into: UnsafeMutableRawBufferPointer(buffer))
    }
    if let failure { throw systemError("read", path, failure) }
    return bytes
  }

  /// Appends the values of a weight update as the run's step of that number.
  ///
  /// - Parameter time: seconds since 1970.
  /// - Throws: `input-output` (exit 74).
  mutating func append(_ metrics: TrainingMetrics, at time: Double) throws(TesseraError) {
    lastStep = metrics.weightUpdate
    lastItems =
      [.init("samples", .integer(metrics.samples))]
      + metrics.named.map { .init($0.name, .real($0.value)) }
      + [
        .init("_step", .integer(metrics.weightUpdate)), .init("_timestamp", .real(time)),
        .init("_runtime", .real(time - startTime)),
      ]
    try append(.history(step: lastStep, lastItems))
  }

  /// Ends the run: its summary, which is the last step, and how it ended.
  ///
  /// - Throws: `input-output` (exit 74).
  mutating func finish(exitCode: Int32, at time: Double) throws(TesseraError) {
    if !lastItems.isEmpty { try append(.summary(lastItems)) }
    try append(.exit(code: exitCode, runtime: Int32(clamping: Int(time - startTime))))
    try file.synchronize()
  }

  private mutating func append(_ record: WandbRecord) throws(TesseraError) {
    recordNumber += 1
    try write(WandbFraming.record(record.encoded(number: recordNumber), at: byteCount))
  }

  private mutating func write(_ bytes: [UInt8]) throws(TesseraError) {
    try file.append(bytes)
    byteCount += bytes.count
  }
}
