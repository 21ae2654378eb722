import Foundations

/// Where a run's weight updates are logged: `metrics.jsonl`, TensorBoard events in `tensorboard`, and, where
/// it is wanted, an offline run of Weights & Biases in `wandb`. Every weight update is in all of them as
/// soon as it was appended.
///
/// It belongs to one thread.
package struct RunLog {
  /// What the weight updates reported, those before the run was resumed included.
  package private(set) var history: MetricsHistory
  private let metricsLog: MetricsLog
  private let eventFile: EventFile
  private var wandbLog: WandbLog?
  private let now: () -> Double

  /// Begins the logs of a run, or goes on with them.
  ///
  /// - Parameters:
  ///   - directory: the run directory.
  ///   - weightUpdate: where the run goes on, the last weight update that counts; nil for a new run.
  ///   - wandb: what Weights & Biases is told of the run; nil where it gets no log.
  ///   - now: the time in seconds since 1970.
  /// - Throws: `input-output` (exit 74); for a run that goes on, `damaged-metrics` (65) and `cannot-open`
  ///   (66) of its `metrics.jsonl`.
  package init(
    directory: String, resumingAfter weightUpdate: Int? = nil, wandb: WandbRun? = nil,
    now: @escaping () -> Double
  ) throws(TesseraError) {
    let metricsPath = directory + "/metrics.jsonl"
    self.now = now
    history = MetricsHistory()
    if let weightUpdate {
      metricsLog = try MetricsLog(path: metricsPath, resumingAfter: weightUpdate)
      history = try MetricsHistory(readingFrom: metricsPath)
    } else {
      metricsLog = try MetricsLog(path: metricsPath)
    }
    eventFile = try EventFile(
      folder: directory + "/tensorboard", firstStep: (weightUpdate ?? 0) + 1, at: now())
    if let wandb {
      wandbLog = try Self.wandbLog(
        directory + "/wandb", wandb, resumingAfter: weightUpdate, metricsPath, at: now())
    }
  }

  /// The log in Weights & Biases' form; what it lacks of the weight updates before, it gets from
  /// `metrics.jsonl`.
  private static func wandbLog(
    _ folder: String, _ run: WandbRun, resumingAfter weightUpdate: Int?, _ metricsPath: String,
    at time: Double
  ) throws(TesseraError) -> WandbLog {
    guard let weightUpdate else { return try WandbLog(folder: folder, run, at: time) }
    var log: WandbLog
    if let resumed = try WandbLog(folder: folder, resumingAfter: weightUpdate) {
      log = resumed
    } else {
      log = try WandbLog(folder: folder, run, at: time)
    }
    let reader = try MetricsReader(path: metricsPath)
    while let metrics = try reader.next() {
      if metrics.weightUpdate > log.lastStep { try log.append(metrics, at: time) }
    }
    return log
  }

  /// Logs a weight update.
  ///
  /// - Throws: `input-output` (exit 74) where the disk is full or fails.
  package mutating func append(_ metrics: TrainingMetrics) throws(TesseraError) {
    history.add(metrics)
    let time = now()
    try metricsLog.append(metrics)
    try eventFile.append(metrics, at: time)
    try wandbLog?.append(metrics, at: time)
  }

  /// Brings what was logged to the disk: before a checkpoint is written, so that no checkpoint is newer
  /// than its metrics.
  ///
  /// - Throws: `input-output` (exit 74).
  package func synchronize() throws(TesseraError) {
    try metricsLog.synchronize()
    try eventFile.synchronize()
  }

  /// Ends the logs: how the run ended, and all on the disk.
  ///
  /// - Parameter exitCode: that of the command.
  /// - Throws: `input-output` (exit 74).
  package mutating func finish(exitCode: Int32) throws(TesseraError) {
    try synchronize()
    try wandbLog?.finish(exitCode: exitCode, at: now())
  }
}
