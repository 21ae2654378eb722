import Datasets
import Foundation
import Foundations
import TestSupport
import Testing

/// What happens at a record that is damaged: the run ends, or the next sound record takes its place.
@Suite struct DamagedRecordTests {
  static let shape = RecordIndexTests.shape
  static let recordByteCount = sample(0, shape: shape).example.encoded().count + 16

  /// Where record `number` begins, in a file of samples that are all equally long.
  static func offset(_ number: Int) -> Int { number * recordByteCount }

  /// A folder whose file has the given bytes of records 0 to 9 changed.
  static func folder(
    damaging places: [Int], _ name: String = "a.tfrecord"
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let samples = (0..<10).map { number in
      var sample = sample(0, shape: shape)
      sample.nextSentenceLabels = [Int32(number % 2)]
      sample.inputIDs[0] = Int32(number)
      return sample
    }
    try write(samples, to: folder.file(name))
    var bytes = try folder.contents(name)
    for place in places { bytes[place] ^= 1 }
    try folder.write(bytes, name)
    return folder
  }

  static func open(
    _ folder: TemporaryFolder, order: ExampleDataset.Order = .file,
    _ damagedRecords: DamagedRecords = .skip
  ) throws -> ExampleDataset {
    try ExampleDataset(
      directory: folder.path, shape: .pretraining(shape), order: order,
      damagedRecords: damagedRecords)
  }

  static func firstIDs(_ batch: Batch) -> [Int32] {
    let ids = batch.values(ofStream: "input_ids") ?? []
    return stride(from: 0, to: ids.count, by: shape.sequenceLength).map { ids[$0] }
  }

  @Test func theNextSoundRecordTakesThePlace() throws {
    // Payloads of the records 2, 3 and 9.
    let folder = try Self.folder(damaging: [2, 3, 9].map { Self.offset($0) + 40 })
    let dataset = try Self.open(folder)
    #expect(dataset.count == 10)
    #expect(dataset.warnings.isEmpty)
    let batch = try dataset.microBatch(0, size: 10)
    #expect(Self.firstIDs(batch) == [0, 1, 4, 4, 4, 5, 6, 7, 8, 0])
    // Record 3 is met on the way from 2, and on its own.
    #expect(batch.skipped.map(\.number) == [2, 3, 3, 9])
    #expect(batch.skipped[0].reason.contains("a.tfrecord"))
    #expect(batch.skipped[0].reason.contains("byte \(Self.offset(2)) "))

    var tally = SkippedRecords()
    #expect(tally.add(batch.skipped).map(\.number) == [2, 3, 9])
    #expect(tally.add(try dataset.microBatch(1, size: 10).skipped).isEmpty)
    #expect(tally.count == 3)
  }

  /// What a position gives does not depend on what was read before.
  @Test func skippingBeginsAnywhere() throws {
    let folder = try Self.folder(damaging: [2, 3, 9].map { Self.offset($0) + 40 })
    let order = ExampleDataset.Order.shuffled(seed: 3)
    let straight = try Self.open(folder, order: order)
    let epochs = try (0..<30).map { try straight.sample(at: UInt64($0)) }
    let resumed = try Self.open(folder, order: order)
    for position in (0..<30).reversed() {
      #expect(try resumed.sample(at: UInt64(position)) == epochs[position])
    }
  }

  @Test func withoutSkippingTheRunEndsThere() throws {
    let folder = try Self.folder(damaging: [Self.offset(2) + 40])
    let dataset = try Self.open(folder, .endTheRun)
    _ = try dataset.microBatch(0, size: 2)
    let error = tesseraError { _ = try dataset.microBatch(1, size: 2) }
    #expect(error?.exitCode == .badData)
    #expect(error?.diagnostics.first?.code == .tfrecordCorrupt)
    #expect(error?.diagnostics.first?.message.contains("byte \(Self.offset(2)) ") == true)
  }

  /// A damaged length costs the run that record alone, and is found before the first step.
  @Test func behindADamagedLengthTheNextRecordIsFound() throws {
    let folder = try Self.folder(damaging: [Self.offset(6)])
    try write(
      (0..<4).map { sample($0 + 20, shape: Self.shape) }, to: folder.file("b.tfrecord"))
    // With an index that is made now, and with one that is kept.
    for _ in 0..<2 {
      let error = tesseraError { _ = try Self.open(folder, .endTheRun) }
      #expect(error?.exitCode == .badData)
      #expect(error?.diagnostics.first?.code == .tfrecordCorrupt)
      #expect(error?.diagnostics.first?.message.contains("byte \(Self.offset(6)) ") == true)
    }
    for _ in 0..<2 {
      let dataset = try Self.open(folder)
      #expect(dataset.count == 10 + 4)
      let batch = try dataset.microBatch(0, size: 10)
      #expect(Self.firstIDs(batch) == [0, 1, 2, 3, 4, 5, 7, 7, 8, 9])
      #expect(batch.skipped.map(\.number) == [6])
      #expect(batch.skipped.first?.reason.contains("a.tfrecord") == true)
      #expect(batch.skipped.first?.reason.contains("byte \(Self.offset(6)) ") == true)
      #expect(
        try dataset.sample(at: 10).values == sample(20, shape: Self.shape).values)
      let warning = try #require(dataset.warnings.first)
      #expect(dataset.warnings.count == 1 && warning.severity == .warning)
      #expect(warning.message.contains("a.tfrecord"))
      #expect(warning.notes.contains { $0.hasPrefix("\(Self.recordByteCount) bytes of the file ") })
      try FileManager.default.removeItem(atPath: folder.file("a.tfrecord.index"))
    }
  }

  /// Which records are left, and how many bytes are lost: a stretch is one record, however many it was.
  static let stretches: [(damage: [Int], left: [Int32], lost: Int)] = [
    // Lengths that follow each other; a length and the next content; the first and the last record.
    ([offset(6), offset(7)], [0, 1, 2, 3, 4, 5, 8, 9], 2 * recordByteCount),
    ([offset(6) + 9, offset(7) + 40], [0, 1, 2, 3, 4, 5, 8, 9], 2 * recordByteCount),
    ([offset(0) + 5], [1, 2, 3, 4, 5, 6, 7, 8, 9], recordByteCount),
    ([offset(9)], [0, 1, 2, 3, 4, 5, 6, 7, 8], recordByteCount),
    ([offset(2), offset(5), offset(9)], [0, 1, 3, 4, 6, 7, 8], 3 * recordByteCount),
  ]

  @Test(arguments: stretches.indices)
  func aStretchIsOneRecord(number: Int) throws {
    let (damage, left, lost) = Self.stretches[number]
    let folder = try Self.folder(damaging: damage)
    let dataset = try Self.open(folder)
    let batch = try dataset.microBatch(0, size: dataset.count)
    let skipped = Set(batch.skipped.map(\.number))
    #expect(dataset.count == left.count + skipped.count)
    let ids = zip(0..., Self.firstIDs(batch)).filter { !skipped.contains($0.0) }.map(\.1)
    #expect(ids == left)
    let inspection = try DataInspection(of: [folder.file("a.tfrecord")])
    #expect(inspection.files.map(\.index) == [.current])
    #expect(inspection.files.map(\.lostByteCount) == [UInt64(lost)])
    try FileManager.default.removeItem(atPath: folder.file("a.tfrecord.index"))
    let scanned = try DataInspection(of: [folder.file("a.tfrecord")])
    #expect(scanned.files.map(\.lostByteCount) == [UInt64(lost)])
    #expect(scanned.recordCount == dataset.count)
  }

  /// Bytes that no record is among, more than are searched at once, with headers whose content is not
  /// theirs, one of which leads over the next record; and a rest that is shorter than a header.
  @Test func aLongStretchIsSearched() throws {
    let folder = try Self.folder(damaging: [])
    let whole = try folder.contents("a.tfrecord")
    let half = 5 * Self.recordByteCount
    let header = Array(whole[..<12])
    let longer = Array(TFRecordFraming.record(of: [UInt8](repeating: 1, count: 900))[..<12])
    for garbage in [1, 11, 65_524, 65_525, 65_536, 200_000] {
      var noise = (0..<garbage).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
      if garbage > 1000 {
        noise.replaceSubrange(50..<62, with: header)
        noise.replaceSubrange(garbage - 20..<garbage - 8, with: longer)
      }
      try folder.write(whole[..<half] + noise + whole[half...] + [1, 2, 3], "a.tfrecord")
      let dataset = try Self.open(folder)
      #expect(dataset.count == 12)
      let batch = try dataset.microBatch(0, size: 12)
      #expect(batch.skipped.map(\.number) == [5, 11])
      #expect(Self.firstIDs(batch) == [0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 0])
    }
  }

  /// No Example, or one without the features, is skipped; one of another shape is refused, in
  /// whichever file it comes first.
  @Test func malformedAndMisshapenRecords() throws {
    let folder = try Self.folder(damaging: [])
    var writer = try TFRecordWriter(path: folder.file("b.tfrecord"))
    try writer.append(Array("no example".utf8))
    try writer.append(Example(features: ["other": .integers([1])]).encoded())
    try writer.append(sample(50, shape: Self.shape).example.encoded())
    try writer.finish()
    let dataset = try Self.open(folder)
    let batch = try dataset.microBatch(1, size: 10)
    #expect(batch.skipped.map(\.number) == [10, 11, 11])
    #expect(tesseraError { _ = try Self.open(folder, .endTheRun) }?.exitCode == .badData)

    let other = PretrainingShape(sequenceLength: 32, predictionCount: 4, vocabularySize: 100)
    try write([sample(0, shape: other)], to: folder.file("c.tfrecord"))
    let error = tesseraError { _ = try Self.open(folder) }
    #expect(error?.exitCode == .incompatible)
    #expect(error?.diagnostics.first?.message.contains("c.tfrecord") == true)
  }

  @Test func withoutASoundRecordThereAreNoData() throws {
    let folder = try Self.folder(damaging: (0..<10).map { Self.offset($0) + 40 })
    let error = tesseraError { _ = try Self.open(folder) }
    #expect(error?.diagnostics.first?.code == .emptyDataset)
  }
}
