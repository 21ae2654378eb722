import Datasets
import Foundation
import Foundations
import TestSupport
import Testing

/// Index files: made, used again, made anew, and where they lie.
@Suite struct RecordIndexTests {
  static let shape = PretrainingShape(sequenceLength: 16, predictionCount: 4, vocabularySize: 100)

  /// Opens the data of the folder; gives them with the reports of progress, of which there are none
  /// where a kept index was used.
  static func open(
    _ folder: TemporaryFolder, _ damagedRecords: DamagedRecords = .endTheRun
  ) throws -> (dataset: ExampleDataset, reports: [[UInt64]]) {
    var reports: [[UInt64]] = []
    let dataset = try ExampleDataset(
      directory: folder.path, shape: .pretraining(shape), order: .file,
      damagedRecords: damagedRecords
    ) { reports.append([$0, $1]) }
    return (dataset, reports)
  }

  static func makeData(_ count: Int, in folder: TemporaryFolder, _ name: String = "a.tfrecord")
    throws
  {
    try write((0..<count).map { sample($0, shape: shape) }, to: folder.file(name))
  }

  @Test func anIndexIsMadeOnceAndUsedAgain() throws {
    let folder = try TemporaryFolder()
    try Self.makeData(50, in: folder)
    try Self.makeData(7, in: folder, "b.tfrecords")
    let first = try Self.open(folder)
    #expect(
      try folder.names == ["a.tfrecord", "a.tfrecord.index", "b.tfrecords", "b.tfrecords.index"])
    let byteCount = try folder.contents("a.tfrecord").count + folder.contents("b.tfrecords").count
    #expect(first.reports.last == [UInt64(byteCount), UInt64(byteCount)])
    let second = try Self.open(folder)
    #expect(second.reports.isEmpty)
    #expect(second.dataset.count == 57)
    for position in 0..<57 {
      let expected = sample(position < 50 ? position : position - 50, shape: Self.shape)
      #expect(try second.dataset.sample(at: UInt64(position)).values == expected.values)
    }
  }

  /// The bytes that docs/data.md describes.
  @Test func theFormat() throws {
    let folder = try TemporaryFolder()
    try Self.makeData(3, in: folder)
    _ = try Self.open(folder)
    let index = try folder.contents("a.tfrecord.index")
    let data = try folder.contents("a.tfrecord")
    #expect(index.count == 64 + 3 * 16)
    #expect(Array(index[..<8]) == Array("tessidx\n".utf8))
    #expect(index.littleEndian(at: 8) as UInt32 == 2)
    #expect(index.littleEndian(at: 16) as UInt64 == UInt64(data.count))
    #expect(index.littleEndian(at: 32) as UInt64 == 3)
    #expect(index.littleEndian(at: 40) as UInt64 == UInt64(data.count))
    #expect(index.littleEndian(at: 48) as UInt64 == UInt64(data.count))
    #expect(index.littleEndian(at: 60) as UInt32 == CRC32C.checksum(Array(index[..<60])))
    var offset: UInt64 = 0
    for record in 0..<3 {
      let entry = 64 + 16 * record
      let length: UInt32 = index.littleEndian(at: entry + 8)
      #expect(index.littleEndian(at: entry) as UInt64 == offset)
      #expect(data.littleEndian(at: Int(offset)) as UInt64 == UInt64(length))
      var checked: [UInt8] = []
      checked.append(littleEndian: UInt64(record))
      checked += index[entry..<entry + 12]
      #expect(index.littleEndian(at: entry + 12) as UInt32 == CRC32C.checksum(checked))
      offset += UInt64(length) + 16
    }
  }

  /// A damaged stretch in the same bytes: here the second of three records.
  @Test func theFormatOfDamage() throws {
    let folder = try TemporaryFolder()
    try Self.makeData(3, in: folder)
    var data = try folder.contents("a.tfrecord")
    let recordByteCount = data.count / 3
    data[recordByteCount] ^= 1
    try folder.write(data, "a.tfrecord")
    _ = try Self.open(folder, .skip)
    let index = try folder.contents("a.tfrecord.index")
    #expect(index.count == 64 + 3 * 16)
    #expect(index.littleEndian(at: 40) as UInt64 == UInt64(2 * recordByteCount))
    #expect(index.littleEndian(at: 48) as UInt64 == UInt64(recordByteCount))
    for record in 0..<3 {
      let length: UInt32 = index.littleEndian(at: 64 + 16 * record + 8)
      #expect(
        index.littleEndian(at: 64 + 16 * record) as UInt64 == UInt64(record * recordByteCount))
      #expect(length == (record == 1 ? .max : UInt32(recordByteCount - 16)))
    }
  }

  @Test func aStaleIndexIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    try Self.makeData(5, in: folder)
    _ = try Self.open(folder)
    // Longer, and then of the same length at another time.
    try FileManager.default.removeItem(atPath: folder.file("a.tfrecord"))
    try Self.makeData(6, in: folder)
    #expect(try Self.open(folder).dataset.count == 6)
    let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000_000)]
    try FileManager.default.setAttributes(old, ofItemAtPath: folder.file("a.tfrecord"))
    #expect(try !Self.open(folder).reports.isEmpty)
    #expect(try Self.open(folder).reports.isEmpty)
  }

  /// Each byte of the header counts, and so does the index file's length.
  @Test func aDamagedHeaderIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    try Self.makeData(5, in: folder)
    _ = try Self.open(folder)
    let whole = try folder.contents("a.tfrecord.index")
    var versions = (8..<64).map { byte in
      var damaged = whole
      damaged[byte] ^= 0x10
      return damaged
    }
    versions += [Array(whole.dropLast()), whole + [0], Array(whole[..<30])]
    for damaged in versions {
      try folder.write(damaged, "a.tfrecord.index")
      let opened = try Self.open(folder)
      #expect(opened.dataset.count == 5 && !opened.reports.isEmpty)
      #expect(try folder.contents("a.tfrecord.index") == whole)
    }
  }

  /// An entry is read when its record is, and the index is made anew then.
  @Test func aDamagedEntryIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    try Self.makeData(5, in: folder)
    _ = try Self.open(folder)
    let whole = try folder.contents("a.tfrecord.index")
    var damaged = whole
    damaged[64 + 16 * 3] ^= 1
    for damagedRecords in [DamagedRecords.endTheRun, .skip] {
      try folder.write(damaged, "a.tfrecord.index")
      let dataset = try Self.open(folder, damagedRecords).dataset
      _ = try dataset.sample(at: 2)
      #expect(try folder.contents("a.tfrecord.index") == damaged)
      let batch = try dataset.batch(at: 3..<5)
      #expect(batch.skipped.isEmpty)
      #expect(try dataset.sample(at: 3).values == sample(3, shape: Self.shape).values)
      #expect(try folder.contents("a.tfrecord.index") == whole)
    }
  }

  /// Where the data were written to since they were opened, a new index is of other records.
  @Test func aDamagedEntryOfChangedDataIsNamed() throws {
    for damagedRecords in [DamagedRecords.endTheRun, .skip] {
      let folder = try TemporaryFolder()
      try Self.makeData(5, in: folder)
      _ = try Self.open(folder)
      var damaged = try folder.contents("a.tfrecord.index")
      damaged[64 + 16 * 3] ^= 1
      try folder.write(damaged, "a.tfrecord.index")
      let dataset = try Self.open(folder, damagedRecords).dataset
      _ = try dataset.sample(at: 2)
      let handle = try #require(FileHandle(forWritingAtPath: folder.file("a.tfrecord")))
      // More than one of the five records.
      let byteCount = try folder.contents("a.tfrecord").count * 3 / 10
      try handle.write(contentsOf: [UInt8](repeating: 7, count: byteCount))
      try handle.close()
      let error = tesseraError { _ = try dataset.sample(at: 3) }
      #expect(error?.diagnostics.first?.code == .dataIndexDamaged)
      #expect(error?.diagnostics.first?.message.contains("a.tfrecord.index") == true)
    }
  }

  @Test func aLargeFileHasTheSameRecords() throws {
    // More entries than are written at once.
    let folder = try TemporaryFolder()
    let path = folder.file("a.tfrecord")
    var writer = try TFRecordWriter(path: path)
    let payload = sample(0, shape: Self.shape).example.encoded()
    for _ in 0..<40_000 { try writer.append(payload) }
    try writer.append(sample(1, shape: Self.shape).example.encoded())
    try writer.finish()
    let opened = try Self.open(folder)
    #expect(opened.reports.count > 2)
    #expect(opened.dataset.count == 40_001)
    #expect(
      try opened.dataset.sample(at: 40_000).values == sample(1, shape: Self.shape).values)
  }

  /// An end that is asked for while the index is made leaves none.
  @Test func makingAnIndexCanBeEnded() throws {
    struct End: Error {}
    let folder = try TemporaryFolder()
    try Self.makeData(50, in: folder)
    #expect(throws: End.self) {
      _ = try ExampleDataset(
        directory: folder.path, shape: .pretraining(Self.shape), order: .file
      ) { _, _ in throw End() }
    }
    #expect(try folder.names == ["a.tfrecord"])
  }
}
