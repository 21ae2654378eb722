import CProtobufC
import CSchemas
import Datasets
import Foundations
import Glibc

/// A TensorBoard event file: TFRecord frames round `Event` messages (`schemas/tensorboard.proto`).
///
/// Each start of a run has a file of its own. TensorBoard reads the files of a folder in the order of their
/// names; where a run goes on, the session start at the head of the new file makes it drop what earlier
/// files say of later steps, which the run does again.
struct EventFile: Sendable {
  private let file: AppendedFile

  /// Makes a file in a folder, which is made where it is missing.
  ///
  /// - Parameters:
  ///   - firstStep: the first step that will be written.
  ///   - time: seconds since 1970.
  /// - Throws: `input-output` (exit 74).
  init(folder: String, firstStep: Int, at time: Double) throws(TesseraError) {
    try makeFolders(folder)
    file = try Self.newFile(in: folder, second: Int(time))
    try append(at: time, step: 0) { event, storage in
      event.what_case = TESSERA__TENSORBOARD__EVENT__WHAT_FILE_VERSION
      event.file_version = storage.copy("brain.Event:2")
    }
    try append(at: time, step: firstStep) { event, storage in
      let log = storage.allocate(Tessera__Tensorboard__SessionLog.self)
      tessera__tensorboard__session_log__init(log)
      log.pointee.status = TESSERA__TENSORBOARD__STATUS__START
      event.what_case = TESSERA__TENSORBOARD__EVENT__WHAT_SESSION_LOG
      event.session_log = log
    }
  }

  /// TensorBoard takes files with `tfevents` in their name, and what follows it as the time.
  private static func newFile(in folder: String, second: Int) throws(TesseraError) -> AppendedFile {
    let base = "\(folder)/events.out.tfevents.\(second).tessera"
    for number in 2..<1000 {
      let path = number == 2 ? base : "\(base).\(number - 1)"
      if access(path, F_OK) == 0 { continue }
      return try AppendedFile(path: path, .new)
    }
    throw systemError("create", base, EEXIST)
  }

  /// Appends the values of a step, the tags `train/NAME`.
  ///
  /// - Throws: `input-output` (exit 74).
  func append(_ metrics: TrainingMetrics, at time: Double) throws(TesseraError) {
    try append(at: time, step: metrics.weightUpdate) { event, storage in
      let values = metrics.named.map { named in
        let value = storage.allocate(Tessera__Tensorboard__Value.self)
        tessera__tensorboard__value__init(value)
        value.pointee.tag = storage.copy("train/" + named.name)
        value.pointee.value_case = TESSERA__TENSORBOARD__VALUE__VALUE_SIMPLE_VALUE
        value.pointee.simple_value = Float(named.value)
        return Optional(value)
      }
      let summary = storage.allocate(Tessera__Tensorboard__Summary.self)
      tessera__tensorboard__summary__init(summary)
      summary.pointee.n_value = values.count
      summary.pointee.value = storage.copy(values)
      event.what_case = TESSERA__TENSORBOARD__EVENT__WHAT_SUMMARY
      event.summary = summary
    }
  }

  /// Brings the file to the disk.
  ///
  /// - Throws: `input-output` (exit 74).
  func synchronize() throws(TesseraError) {
    try file.synchronize()
  }

  private func append(
    at time: Double, step: Int,
    _ fill: (inout Tessera__Tensorboard__Event, MessageStorage) -> Void
  ) throws(TesseraError) {
    let storage = MessageStorage()
    var event = Tessera__Tensorboard__Event()
    tessera__tensorboard__event__init(&event)
    event.wall_time = time
    event.step = Int64(step)
    fill(&event, storage)
    let payload = withExtendedLifetime(storage) {
      [UInt8](
        unsafeUninitializedCapacity: tessera__tensorboard__event__get_packed_size(&event)
      ) { buffer, count in
        count = tessera__tensorboard__event__pack(&event, buffer.baseAddress)
      }
    }
    try file.append(TFRecordFraming.record(of: payload))
  }
}
