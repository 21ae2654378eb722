import Foundations

/// What TFRecord files hold, without a judgement of it.
package struct DataInspection: Sendable {
  /// One file.
  package struct File: Hashable, Sendable {
    /// The file's path.
    package var path: String
    /// Its size.
    package var byteCount: UInt64
    /// Records; a damaged stretch counts as one.
    package var recordCount: Int
    /// Bytes of damaged stretches.
    package var lostByteCount: UInt64
    /// Whether there is an index file of it.
    package var index: IndexState
    /// The features of its first sound record, sorted by name.
    package var features: [Feature]
  }

  /// Whether there is an index file.
  package enum IndexState: String, Hashable, Sendable {
    /// It is of the file as it is now.
    case current
    /// It is of an earlier state, or damaged; opening the data makes it anew.
    case stale
    /// There is none; opening the data makes it.
    case none
  }

  /// A feature of a record.
  package struct Feature: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// The list's kind: `int64`, `float` or `bytes`.
    package var kind: String
    /// How many values it has.
    package var count: Int
  }

  /// The files, in the order in which training reads them.
  package let files: [File]

  /// The number of records in all files.
  package var recordCount: Int { files.reduce(0) { $0 + $1.recordCount } }

  /// Reads the frames of the files, or their index files. Nothing is written. Throws `inputMissing` where
  /// a file is not there.
  package init(
    of paths: [String], progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws {
    let total = try InputFiles.byteCount(of: paths)
    var done: UInt64 = 0
    files = try paths.map { path in
      let file = try InputFile(path: path)
      defer { done += file.byteCount }
      return try File(file) { progress(done + $0, total) }
    }
  }

  /// Record `number` of all files together, with words for where it is. Throws `badData` where the record
  /// is damaged, `usage` where there are not so many.
  package func example(_ number: Int) throws -> (example: Example, source: String) {
    var number = number
    for file in files {
      guard number >= file.recordCount else {
        return try Self.example(number, of: try InputFile(path: file.path))
      }
      number -= file.recordCount
    }
    throw TesseraError(
      .usage, code: .indexOutOfRange, "there are \(recordCount) records, the first is number 0")
  }

  private static func example(
    _ number: Int, of file: InputFile
  ) throws -> (example: Example, source: String) {
    var frames = RecordFrames(file: file)
    for _ in 0..<number { _ = try frames.next() }
    let location: RecordLocation
    switch try frames.next() {
    case .record(let sound)?: location = sound
    case .damage(let stretch)?: throw stretch.error
    case nil:
      throw TesseraError(.badData, code: .emptyDataset, "\(file.path) has become shorter")
    }
    var window = FileWindow(file: file)
    let byteCount = TFRecordFraming.byteCount(payload: location.payloadByteCount)
    let source = "\(file.path), record at byte \(location.offset)"
    let example = try window.withBytes(at: location.offset, count: byteCount) {
      try Example(
        decoding: TFRecordFraming.payload(
          record: $0, payloadByteCount: location.payloadByteCount, path: file.path,
          offset: location.offset),
        source: source)
    }
    return (example, source)
  }
}

extension DataInspection.File {
  fileprivate init(_ file: InputFile, progress: (UInt64) -> Void) throws {
    path = file.path
    byteCount = file.byteCount
    if let kept = try RecordIndex.kept(of: file) {
      index = .current
      recordCount = kept.count
      lostByteCount = kept.header.damagedByteCount
    } else {
      index = RecordIndex.hasStale(of: file) ? .stale : .none
      var frames = RecordFrames(file: file)
      recordCount = 0
      lostByteCount = 0
      while let frame = try frames.next(progress: progress) {
        if case .damage(let stretch) = frame { lostByteCount += stretch.byteCount }
        recordCount += 1
        if recordCount % 4096 == 0 { progress(frames.offset) }
      }
    }
    features = try Self.features(of: file)
  }

  private static func features(of file: InputFile) throws -> [DataInspection.Feature] {
    var records = RecordScan(file: file)
    while let record = try records.next() {
      guard case .sound(_, let payload) = record, let example = try? Example(decoding: payload)
      else { continue }
      return example.features.map { name, values in
        switch values {
        case .bytes(let list): .init(name: name, kind: "bytes", count: list.count)
        case .floats(let list): .init(name: name, kind: "float", count: list.count)
        case .integers(let list): .init(name: name, kind: "int64", count: list.count)
        }
      }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
    return []
  }
}
