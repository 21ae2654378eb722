import Foundations

/// The samples of a folder of TFRecord files, readable in any order and by several threads at once.
/// Its memory grows with the number of files alone: records and the places where they are stay on the
/// disk.
package struct ExampleDataset: SampleSource {
  /// In which order the samples come.
  package enum Order: Hashable, Sendable {
    /// File by file, sorted by name; every epoch the same.
    case file
    /// Each epoch a permutation of its own, which `seed` decides.
    case shuffled(seed: UInt64)
  }

  /// The features that each record has to have, and their extents.
  package let shape: RecordShape
  /// In which order the samples come.
  package let order: Order
  /// What happens at a record that is damaged or is no sample.
  package let damagedRecords: DamagedRecords
  /// Parts of files that cannot be read and are left out.
  package let warnings: [Diagnostic]
  private let directory: String
  private let files: [RecordFile]
  /// The number of each file's first record, and the number of all.
  private let starts: [Int]

  /// Opens every `*.tfrecord` and `*.tfrecords` file of `directory` and checks one sample of each.
  ///
  /// Index files are made where they are missing, which takes as long as reading the data once;
  /// `progress` is then told the bytes that are done, of how many, and may end the work with what it
  /// throws. Otherwise the time does not depend on the number of records.
  ///
  /// Throws `inputMissing` where there are no such files, `badData` for damaged frames (unless they are
  /// skipped) or no sample at all, and `incompatible` where the data do not fit `shape`.
  package init(
    directory: String, shape: RecordShape, order: Order,
    damagedRecords: DamagedRecords = .endTheRun,
    progress: (_ done: UInt64, _ total: UInt64) throws -> Void = { _, _ in }
  ) throws {
    self.shape = shape
    self.order = order
    self.damagedRecords = damagedRecords
    self.directory = directory
    let folder = DataFolder(directory, shape: shape)
    files = try folder.opened(progress: progress)
    starts = files.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    warnings = try Self.warnings(of: files, damagedRecords)
    guard count > 0 else { throw TesseraError.emptyDataset(paths) }
    try checkOneSampleOfEachFile()
  }

  /// The number of samples: an epoch's length.
  package var count: Int { starts.last ?? 0 }

  /// The files, sorted by name.
  package var paths: [String] { files.map(\.path) }

  /// How many samples there are, in how many files of which folder.
  package var summary: String {
    "\(countText(count, "sample")) in \(countText(files.count, "file")) of \(directory)"
  }

  /// The sample at `position`, counted from the begin of training: place `position mod count` of
  /// epoch `position div count`.
  package func sample(at position: UInt64) throws -> TokenExample {
    var skipped: [SkippedRecord] = []
    return try soundExample(from: number(at: position), skipped: &skipped)
  }

  /// The samples at `positions`, side by side.
  package func batch(at positions: Range<UInt64>) throws -> Batch {
    var skipped: [SkippedRecord] = []
    let examples = try positions.map {
      try soundExample(from: number(at: $0), skipped: &skipped)
    }
    return Batch(examples, shape: shape, skipped: skipped)
  }

  /// Micro-batch `number`, counted from the begin of training, where each has `size` samples.
  package func microBatch(_ number: UInt64, size: Int) throws -> Batch {
    let start = number * UInt64(size)
    return try batch(at: start..<start + UInt64(size))
  }

  /// Which record comes at `position`.
  private func number(at position: UInt64) -> Int {
    let count = UInt64(count)
    let (epoch, place) = position.quotientAndRemainder(dividingBy: count)
    switch order {
    case .file:
      return Int(place)
    case .shuffled(let seed):
      return Int(SamplePermutation(count: count, seed: seed, epoch: epoch).value(at: place))
    }
  }

  /// Record `number`, or where that is damaged and damage is skipped, the next sound one.
  private func soundExample(
    from number: Int, skipped: inout [SkippedRecord]
  ) throws -> TokenExample {
    var number = number
    var failures = 0
    while true {
      do {
        return try example(number)
      } catch let error as TesseraError where isSkipped(error) {
        failures += 1
        // The last sound record may have become damaged since the files were opened.
        guard failures < count else { throw error }
        skipped.append(SkippedRecord(number: number, reason: error.message))
        number = (number + 1) % count
      }
    }
  }

  /// The sample that is number `number` in the files. Its payload is checked at each reading.
  private func example(_ number: Int) throws -> TokenExample {
    let place = self.place(of: number)
    return try files[place.file].withPayload(ofRecord: place.record) { payload, source in
      try TokenExample(Example(decoding: payload, source: source), shape: shape, source: source)
    }
  }

  /// The file of record `number`, and the record's number in it.
  private func place(of number: Int) -> (file: Int, record: Int) {
    // The last start that is not above: of empty files, which share theirs, that is the one behind.
    var (low, high) = (0, files.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= number { low = middle } else { high = middle }
    }
    return (low, number - starts[low])
  }

  /// A record that does not fit the model is no damage: it is of the wrong data.
  private func isSkipped(_ error: TesseraError) -> Bool {
    damagedRecords == .skip && error.exitCode == .badData
      && error.diagnostics.first?.code != .dataIndexDamaged
  }

  private static func warnings(
    of files: [RecordFile], _ damagedRecords: DamagedRecords
  ) throws -> [Diagnostic] {
    try files.flatMap { file -> [Diagnostic] in
      guard let damage = try file.damage else { return [] }
      guard damagedRecords == .skip else { throw damage.error }
      return damage.warnings
    }
  }

  /// A file of another data set is found before the first step, wherever among the files it is.
  private func checkOneSampleOfEachFile() throws {
    var checked = 0
    for file in files.indices {
      for number in starts[file]..<starts[file + 1] {
        do {
          _ = try example(number)
          checked += 1
          break
        } catch let error as TesseraError where isSkipped(error) {
          continue
        }
      }
    }
    guard checked > 0 else {
      throw TesseraError(
        .badData, code: .emptyDataset,
        "no record of \(directory) is sound, of \(countText(count, "record"))",
        remedies: ["see what is wrong: tessera data verify \(directory)"])
    }
  }
}

extension TesseraError {
  /// What went wrong, in one line.
  fileprivate var message: String { diagnostics.first?.message ?? "" }
}
