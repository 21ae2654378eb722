import CProtobufC
import CSchemas
import Foundations

/// A record of a Weights & Biases run file: `schemas/wandb.proto`.
package enum WandbRecord: Hashable, Sendable {
  /// The versions that a reader checks.
  case header
  case run(WandbRun, startTime: Double)
  /// What one step logs.
  case history(step: Int, [JSON.Plain.Field])
  /// The values that stand for the whole run.
  case summary([JSON.Plain.Field])
  /// How the run ended; a run without it counts as crashed.
  case exit(code: Int32, runtime: Int32)

  /// The version of wandb whose records these are, and the oldest that reads them (its own constants of
  /// release 0.31).
  private static let producer = "0.31.0"
  private static let oldestConsumer = "0.0.1"

  /// The protobuf bytes of the record with its number.
  func encoded(number: Int) -> [UInt8] {
    let storage = MessageStorage()
    var record = Tessera__Wandb__Record()
    tessera__wandb__record__init(&record)
    record.num = Int64(number)
    switch self {
    case .header: Self.fillHeader(&record, storage)
    case .run(let run, let time): Self.fill(&record, run, startTime: time, storage)
    case .history(let step, let items):
      let history = storage.allocate(Tessera__Wandb__History.self)
      tessera__wandb__history__init(history)
      (history.pointee.n_item, history.pointee.item) = Self.items(items, storage)
      let number = storage.allocate(Tessera__Wandb__Step.self)
      tessera__wandb__step__init(number)
      number.pointee.num = Int64(step)
      history.pointee.step = number
      record.record_type_case = TESSERA__WANDB__RECORD__RECORD_TYPE_HISTORY
      record.history = history
    case .summary(let items):
      let summary = storage.allocate(Tessera__Wandb__Summary.self)
      tessera__wandb__summary__init(summary)
      (summary.pointee.n_update, summary.pointee.update) = Self.items(items, storage)
      record.record_type_case = TESSERA__WANDB__RECORD__RECORD_TYPE_SUMMARY
      record.summary = summary
    case .exit(let code, let runtime):
      let exit = storage.allocate(Tessera__Wandb__Exit.self)
      tessera__wandb__exit__init(exit)
      (exit.pointee.exit_code, exit.pointee.runtime) = (code, runtime)
      record.record_type_case = TESSERA__WANDB__RECORD__RECORD_TYPE_EXIT
      record.exit = exit
    }
    return withExtendedLifetime(storage) {
      [UInt8](unsafeUninitializedCapacity: tessera__wandb__record__get_packed_size(&record)) {
        buffer, count in
        count = tessera__wandb__record__pack(&record, buffer.baseAddress)
      }
    }
  }

  private static func fillHeader(_ record: inout Tessera__Wandb__Record, _ storage: MessageStorage)
  {
    let version = storage.allocate(Tessera__Wandb__VersionInfo.self)
    tessera__wandb__version_info__init(version)
    version.pointee.producer = storage.copy(producer)
    version.pointee.min_consumer = storage.copy(oldestConsumer)
    let header = storage.allocate(Tessera__Wandb__Header.self)
    tessera__wandb__header__init(header)
    header.pointee.version_info = version
    record.record_type_case = TESSERA__WANDB__RECORD__RECORD_TYPE_HEADER
    record.header = header
  }

  private static func fill(
    _ record: inout Tessera__Wandb__Record, _ run: WandbRun, startTime: Double,
    _ storage: MessageStorage
  ) {
    let config = storage.allocate(Tessera__Wandb__Config.self)
    tessera__wandb__config__init(config)
    (config.pointee.n_update, config.pointee.update) = items(run.configuration, storage)
    let time = storage.allocate(Tessera__Wandb__Timestamp.self)
    tessera__wandb__timestamp__init(time)
    time.pointee.seconds = Int64(startTime)
    time.pointee.nanos = Int32((startTime - startTime.rounded(.down)) * 1e9)

    let message = storage.allocate(Tessera__Wandb__Run.self)
    tessera__wandb__run__init(message)
    message.pointee.run_id = storage.copy(run.identifier)
    message.pointee.project = storage.copy(run.project)
    message.pointee.display_name = storage.copy(run.name)
    if let entity = run.entity { message.pointee.entity = storage.copy(entity) }
    if let notes = run.notes { message.pointee.notes = storage.copy(notes) }
    message.pointee.n_tags = run.tags.count
    message.pointee.tags = storage.copy(run.tags.map { Optional(storage.copy($0)) })
    message.pointee.config = config
    message.pointee.start_time = time
    record.record_type_case = TESSERA__WANDB__RECORD__RECORD_TYPE_RUN
    record.run = message
  }

  private static func items(
    _ fields: [JSON.Plain.Field], _ storage: MessageStorage
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Tessera__Wandb__Item>?>) {
    let items = fields.map { field in
      let item = storage.allocate(Tessera__Wandb__Item.self)
      tessera__wandb__item__init(item)
      item.pointee.key = storage.copy(field.key)
      item.pointee.value_json = storage.copy(field.value.text())
      return Optional(item)
    }
    return (items.count, storage.copy(items))
  }

  /// What a run that resumes must know of a record of its file.
  package enum Kind: Hashable {
    case header
    case run(startTime: Double)
    case history(step: Int)
    case end
  }

  /// The number of a record of a file, and its kind; nil where it is damaged or of a kind that Tessera
  /// does not write.
  package static func read(_ bytes: [UInt8]) -> (number: Int, kind: Kind)? {
    guard let record = tessera__wandb__record__unpack(nil, bytes.count, bytes) else { return nil }
    defer { tessera__wandb__record__free_unpacked(record, nil) }
    let number = Int(record.pointee.num)
    switch record.pointee.record_type_case {
    case TESSERA__WANDB__RECORD__RECORD_TYPE_HEADER: return (number, .header)
    case TESSERA__WANDB__RECORD__RECORD_TYPE_RUN:
      guard let time = record.pointee.run?.pointee.start_time?.pointee else { return nil }
      return (number, .run(startTime: Double(time.seconds) + Double(time.nanos) * 1e-9))
    case TESSERA__WANDB__RECORD__RECORD_TYPE_HISTORY:
      guard let step = record.pointee.history?.pointee.step else { return nil }
      return (number, .history(step: Int(step.pointee.num)))
    case TESSERA__WANDB__RECORD__RECORD_TYPE_SUMMARY, TESSERA__WANDB__RECORD__RECORD_TYPE_EXIT:
      return (number, .end)
    default: return nil
    }
  }
}
