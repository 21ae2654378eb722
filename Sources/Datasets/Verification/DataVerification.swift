import Foundations

/// Goes through all records of TFRecord files and checks them: frames, features, structure, and the
/// shares that BERT's recipe decides.
package struct DataVerification {
  /// What was found.
  package struct Report: Sendable {
    /// The files, in the order in which they were read.
    package var paths: [String] = []
    /// Bytes of all files.
    package var byteCount: UInt64 = 0
    /// Bytes of damaged stretches, among which no record could be found.
    package var lostByteCount: UInt64 = 0
    /// Records, with damaged ones; a damaged stretch counts as one.
    package var recordCount = 0
    /// What a record was expected to hold; nil where no record is sound.
    package var shape: RecordShape?
    /// What is wrong with records.
    package var faults = DataFaults()
    /// What was counted.
    package var statistics = SampleStatistics()
    /// The shares against those of the recipe.
    package var shares: [ShareCheck] = []

    /// Whether nothing is wrong.
    package var isSound: Bool { faults.count == 0 && shares.allSatisfy(\.holds) }

    /// How the command ends: damaged files are bad data, other faults a failed check; nil where nothing is
    /// wrong.
    package var exitCode: ExitCode? {
      if faults.haveDamage { return .badData }
      return isSound ? nil : .checkFailed
    }
  }

  /// What records have to hold; what is nil, the first sound record decides.
  package struct Wanted: Hashable, Sendable {
    /// All of it, as a program reads it.
    package var shape: RecordShape?
    /// S: tokens of a sample.
    package var sequenceLength: Int?
    /// P: places for masked tokens in a sample.
    package var maskTokens: Int?

    package init(shape: RecordShape) { self.shape = shape }

    package init(sequenceLength: Int? = nil, maskTokens: Int? = nil) {
      self.sequenceLength = sequenceLength
      self.maskTokens = maskTokens
    }
  }

  private var report = Report()
  private let wanted: Wanted
  private let checks: SampleChecks
  private let vocabularySize: Int

  /// - Parameters:
  ///   - wanted: what records have to hold.
  ///   - vocabulary: gives the special tokens' ids and bounds the others; without it the ids of BERT's
  ///     published vocabularies count.
  package init(_ wanted: Wanted = Wanted(), vocabulary: Vocabulary?) {
    self.wanted = wanted
    report.shape = wanted.shape
    checks = SampleChecks(special: vocabulary.map { SpecialTokens($0) } ?? .published)
    vocabularySize = vocabulary?.count ?? Int(Int32.max)
  }

  /// Reads and checks the files; `progress` is told the bytes that are done, of how many. Throws
  /// `inputMissing` and `inputOutput` where a file cannot be read, `badData` where there is no record.
  package consuming func report(
    on paths: [String], progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws -> Report {
    report.paths = paths
    report.byteCount = try InputFiles.byteCount(of: paths)
    var done: UInt64 = 0
    for path in paths {
      let file = try InputFile(path: path)
      try check(file) { progress(done + $0, report.byteCount) }
      done += file.byteCount
    }
    guard report.recordCount > 0 else { throw TesseraError.emptyDataset(paths) }
    if case .pretraining = report.shape { report.shares = report.statistics.pretrainingChecks() }
    return report
  }

  private mutating func check(_ file: InputFile, progress: (UInt64) -> Void) throws {
    var records = RecordScan(file: file)
    while let record = try records.next(progress: progress) {
      switch record {
      case .sound(let offset, let payload):
        report.recordCount += 1
        check(payload, path: file.path, offset: offset)
        if report.recordCount % 4096 == 0 { progress(offset) }
      case .damaged(let offset, let message):
        report.recordCount += 1
        add(.content, message, file.path, offset)
      case .lost(let offset, let byteCount, let message):
        report.recordCount += 1
        report.lostByteCount += byteCount
        add(.frame, "\(message); \(byteCount) bytes are lost", file.path, offset)
      }
    }
    progress(file.byteCount)
  }

  private mutating func check(_ payload: [UInt8], path: String, offset: UInt64) {
    do {
      let example = try Example(decoding: payload, source: Self.source)
      report.shape =
        report.shape ?? RecordShape(of: example, wanted, vocabularySize: vocabularySize)
      guard let shape = report.shape else {
        add(.features, "it has the features of neither task", path, offset)
        return
      }
      let sample = try TokenExample(example, shape: shape, source: Self.source)
      for (kind, message) in check(sample.values, shape, example) {
        add(kind, message, path, offset)
      }
    } catch let error as TesseraError {
      let diagnostic = error.diagnostics.first
      add(
        diagnostic?.code == .malformedExample ? .content : .features,
        Self.withoutSource(diagnostic?.message ?? ""), path, offset)
    } catch {
      add(.content, "\(error)", path, offset)
    }
  }

  /// Counts a sample and checks its structure. `values` are in the order of the shape's features.
  private mutating func check(
    _ values: [[Int32]], _ shape: RecordShape, _ example: Example
  ) -> [(DataFault.Kind, String)] {
    let (ids, mask, segments) = (values[0], values[1], values[2])
    var faults = checks.faults(ids: ids, mask: mask, segments: segments)
    report.statistics.addTokens(mask: mask)
    switch shape {
    case .pretraining:
      let (positions, labels) = (values[3], values[4])
      var weights: [Float]?
      if case .floats(let stored) = example.features["masked_lm_weights"] { weights = stored }
      faults += checks.maskingFaults(
        positions: positions, labels: labels, weights: weights, ids: ids, mask: mask,
        segments: segments)
      report.statistics.addMasking(
        positions: positions, labels: labels, ids: ids, mask: mask, maskID: checks.special.mask)
      report.statistics.randomNextCount += Int(values[5][0])
    case .questionAnswering:
      let (start, end) = (values[3][0], values[4][0])
      faults += checks.answerFaults(start: start, end: end, mask: mask, ids: ids)
      report.statistics.unansweredCount += start == 0 && end == 0 ? 1 : 0
    }
    return faults
  }

  /// What messages call a record whose place is said before.
  private static let source = "it"

  private static func withoutSource(_ message: String) -> String {
    let prefix = "\(source): "
    return message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
  }

  private mutating func add(
    _ kind: DataFault.Kind, _ message: String, _ path: String, _ offset: UInt64
  ) {
    report.faults.add(DataFault(kind: kind, path: path, offset: offset, message: message))
  }
}

extension RecordShape {
  /// The shape that is wanted, or where nothing is said of it, that the record has; nil where the record
  /// has the features of neither task.
  fileprivate init?(
    of example: Example, _ wanted: DataVerification.Wanted, vocabularySize: Int
  ) {
    func count(_ name: String) -> Int? {
      guard case .integers(let values) = example.features[name] else { return nil }
      return values.count
    }
    guard let length = wanted.sequenceLength ?? count("input_ids"), length > 0 else { return nil }
    if let found = count("masked_lm_positions") {
      let places = wanted.maskTokens ?? found
      self = .pretraining(
        PretrainingShape(
          sequenceLength: length, predictionCount: places, vocabularySize: vocabularySize))
    } else if count("start_positions") != nil {
      self = .questionAnswering(
        sequenceLength: length, vocabularySize: vocabularySize, segmentCount: 2)
    } else {
      return nil
    }
  }
}
