import FoundationEssentials
import Foundations

/// The samples of a folder of TFRecord files, readable in any order and by several threads at
/// once. In memory are 16 bytes a sample; the rest stays in the files.
package struct ExampleDataset: Sendable {
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
  private let files: [InputFile]
  private let index: [RecordLocation]

  /// Opens every `*.tfrecord` and `*.tfrecords` file of `directory`, checks the frames of all
  /// records and the content of the first one.
  ///
  /// Throws `inputMissing` where there are no such files, `badData` for damaged frames or no
  /// records at all, and `incompatible` where the data do not fit `shape`.
  package init(directory: String, shape: RecordShape, order: Order) throws {
    self.shape = shape
    self.order = order
    files = try Self.dataFiles(in: directory, for: shape).map { try InputFile(path: $0) }
    var index: [RecordLocation] = []
    for (number, file) in files.enumerated() {
      try RecordLocation.scan(file, number: UInt32(number), into: &index)
    }
    self.index = index
    guard !index.isEmpty else {
      throw TesseraError(
        .badData, code: .emptyDataset,
        "the \(files.count) TFRecord files of \(directory) hold no record",
        remedies: ["generate the data again"])
    }
    _ = try example(number: 0)
  }

  /// The number of samples: an epoch's length.
  package var count: Int { index.count }

  /// The files, sorted by name.
  package var paths: [String] { files.map(\.path) }

  /// The sample at `position`, counted from the begin of training: place `position mod count` of
  /// epoch `position div count`.
  package func sample(at position: UInt64) throws -> TokenExample {
    let count = UInt64(index.count)
    let (epoch, place) = position.quotientAndRemainder(dividingBy: count)
    switch order {
    case .file:
      return try example(number: Int(place))
    case .shuffled(let seed):
      let permutation = SamplePermutation(count: count, seed: seed, epoch: epoch)
      return try example(number: Int(permutation.value(at: place)))
    }
  }

  /// The samples at `positions`, side by side.
  package func batch(at positions: Range<UInt64>) throws -> Batch {
    Batch(try positions.map { try sample(at: $0) }, shape: shape)
  }

  /// Micro-batch `number`, counted from the begin of training, where each has `size` samples.
  package func microBatch(_ number: UInt64, size: Int) throws -> Batch {
    let start = number * UInt64(size)
    return try batch(at: start..<start + UInt64(size))
  }

  /// The sample that is number `number` in the files. Its payload is checked at each reading.
  private func example(number: Int) throws -> TokenExample {
    let location = index[number]
    let file = files[Int(location.file)]
    let payloadByteCount = Int(location.payloadByteCount)
    let byteCount =
      TFRecordFraming.headerByteCount + payloadByteCount + TFRecordFraming.trailerByteCount
    return try withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { buffer in
      let filled = try file.read(into: buffer, at: location.offset)
      let payload = try TFRecordFraming.payload(
        record: UnsafeRawBufferPointer(rebasing: buffer[0..<filled]),
        payloadByteCount: payloadByteCount, path: file.path, offset: location.offset)
      let source = "\(file.path), record at byte \(location.offset)"
      return try TokenExample(
        Example(decoding: payload, source: source), shape: shape, source: source)
    }
  }

  private static func dataFiles(in directory: String, for shape: RecordShape) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw TesseraError(
        .inputMissing, code: .missingDataset, "cannot list the data folder \(directory)",
        remedies: ["name the folder that holds the *.tfrecord files: --dataset-dir"])
    }
    let dataNames = names.filter { $0.hasSuffix(".tfrecord") || $0.hasSuffix(".tfrecords") }
      .filter { !$0.hasPrefix(".") }
    guard !dataNames.isEmpty else {
      throw TesseraError(
        .inputMissing, code: .missingDataset, "\(directory) holds no *.tfrecord file",
        notes: ["The folder has \(names.count) other entries."],
        remedies: [
          "name the folder that holds the *.tfrecord files: --dataset-dir",
          Remedy(Self.remedyForNoData(of: shape)),
        ])
    }
    let separator = directory.hasSuffix("/") ? "" : "/"
    return dataNames.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { directory + separator + $0 }
  }

  private static func remedyForNoData(of shape: RecordShape) -> String {
    switch shape {
    case .pretraining:
      return "make data from text: tessera data pretraining"
    case .questionAnswering:
      let names = shape.features.map(\.name).joined(separator: ", ")
      return "write the questions as Examples with the int64 features \(names)"
    }
  }
}

/// Where a record is: 16 bytes.
private struct RecordLocation: Sendable {
  var file: UInt32
  var payloadByteCount: UInt32
  var offset: UInt64

  /// Appends the place of each record of `file`, and checks the lengths' checksums on the way.
  static func scan(_ file: InputFile, number: UInt32, into index: inout [RecordLocation]) throws {
    var window = FileWindow(file: file)
    var offset: UInt64 = 0
    while offset < file.byteCount {
      let payloadByteCount = try window.withBytes(
        at: offset, count: TFRecordFraming.headerByteCount
      ) {
        try TFRecordFraming.payloadByteCount(header: $0, path: file.path, offset: offset)
      }
      let byteCount = UInt64(
        TFRecordFraming.headerByteCount + payloadByteCount + TFRecordFraming.trailerByteCount)
      guard byteCount <= file.byteCount - offset else {
        throw TFRecordFraming.truncated(
          path: file.path, offset: offset,
          "it takes \(byteCount) bytes and only \(file.byteCount - offset) are there")
      }
      index.append(
        RecordLocation(
          file: number, payloadByteCount: UInt32(payloadByteCount), offset: offset))
      offset += byteCount
    }
  }
}
