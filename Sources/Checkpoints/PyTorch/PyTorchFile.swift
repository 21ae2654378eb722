import Foundations

/// What `torch.save` has written since PyTorch 1.6: a zip archive with a pickle, `NAME/data.pkl`, which
/// describes tensors, and a record with the elements of each storage, `NAME/data/KEY`.
struct PyTorchFile: CheckpointFile {
  let entries: [CheckpointEntry]
  private let archive: ZipArchive
  private let tensors: [String: PyTorchTensor]
  /// What the names of the records begin with: `NAME/`.
  private let prefix: String

  /// No checkpoint's description comes near: that of a BERT has 100 KiB.
  private static let maximumPickleByteCount = 64 << 20

  /// - Parameter byteCount: the file's size.
  /// - Throws: `checkpoint-damaged` (exit 65), `checkpoint-refused` (65) where it holds objects of
  ///   other kinds.
  init(path: String, byteCount: Int) throws(TesseraError) {
    archive = try ZipArchive(path: path, fileByteCount: byteCount)
    let pickles = archive.records.keys.filter { $0.hasSuffix("/data.pkl") || $0 == "data.pkl" }
    guard let name = pickles.min(by: precedes), pickles.count == 1,
      let record = archive.records[name]
    else {
      throw damaged(path, "the zip archive holds no data.pkl, so it is no checkpoint of PyTorch's")
    }
    prefix = String(name.dropLast("data.pkl".count))
    guard record.byteCount <= Self.maximumPickleByteCount else {
      throw damaged(path, "the pickle has \(record.byteCount) bytes, too many for a checkpoint")
    }
    var machine = PickleMachine(
      try archive.bytes(0..<record.byteCount, of: record), path: path)
    let root = try machine.run()
    tensors = try machine.stateDictionary(root, path: path)
    var entries: [CheckpointEntry] = []
    for (name, tensor) in tensors {
      entries.append(try tensor.entry(named: name, path: path))
      guard let record = archive.records[Self.recordName(prefix, tensor)],
        record.byteCount / tensor.storage.element.byteCount >= tensor.storage.count
      else {
        throw damaged(path, "the elements of \(printable(name)) are not in the archive, or too few")
      }
    }
    self.entries = entries.sorted { precedes($0.name, $1.name) }
    try checkByteOrder()
  }

  var path: String { archive.path }
  var format: CheckpointFormat { .pytorch }
  var metadata: [String: String] { [:] }

  func tensor(named name: String) throws(TesseraError) -> CheckpointTensor {
    guard let tensor = tensors[name], let record = archive.records[Self.recordName(prefix, tensor)]
    else { throw missing(name) }
    let width = tensor.storage.element.byteCount
    let elements = tensor.elements
    let bytes = try archive.bytes(
      elements.lowerBound * width..<elements.upperBound * width, of: record)
    return try tensor.contents(bytes)
  }

  private static func recordName(_ prefix: String, _ tensor: PyTorchTensor) -> String {
    "\(prefix)data/\(tensor.storage.key)"
  }

  private func checkByteOrder() throws(TesseraError) {
    guard let record = archive.records[prefix + "byteorder"], record.byteCount < 16 else { return }
    guard try archive.bytes(0..<record.byteCount, of: record) != Array("big".utf8) else {
      throw damaged(path, "the tensors were saved by a big-endian machine")
    }
  }
}
