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

  /// A damaged length hides the rest of its file; other files are whole.
  @Test func aDamagedLengthEndsItsFile() throws {
    let folder = try Self.folder(damaging: [Self.offset(6)])
    try write(
      (0..<4).map { sample($0 + 20, shape: Self.shape) }, to: folder.file("b.tfrecord"))
    for _ in 0..<2 {
      let error = tesseraError { _ = try Self.open(folder, .endTheRun) }
      #expect(error?.exitCode == .badData)
      #expect(error?.diagnostics.first?.message.contains("byte \(Self.offset(6)) ") == true)
    }
    let dataset = try Self.open(folder)
    #expect(dataset.count == 6 + 4)
    #expect(
      try dataset.sample(at: 6).values == sample(20, shape: Self.shape).values)
    let warning = try #require(dataset.warnings.first)
    #expect(dataset.warnings.count == 1 && warning.severity == .warning)
    #expect(warning.message.contains("a.tfrecord"))
    #expect(warning.notes.contains { $0.contains("last \(4 * Self.recordByteCount) bytes") })
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
