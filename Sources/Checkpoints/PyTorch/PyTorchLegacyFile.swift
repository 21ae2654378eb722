import Foundations

/// What `torch.save` wrote before PyTorch 1.6: pickles one behind the other (a magic number, a version,
/// the machine's sizes, the tensors' description, the storages' keys), then the storages, each with its
/// number of elements before it.
struct PyTorchLegacyFile: CheckpointFile {
  let entries: [CheckpointEntry]
  private let file: PositionedFile
  private let tensors: [String: PyTorchTensor]
  /// The byte of the file at which each storage's elements begin, by key.
  private let starts: [String: Int]

  /// The descriptions stand in the first bytes; that of a BERT has 100 KiB.
  private static let maximumPickleByteCount = 64 << 20
  /// `MAGIC_NUMBER` of torch/serialization.py, 0x1950a86a20f9469cfc6c, as the pickle has it.
  private static let magic: [UInt8] = [
    0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// Whether a file that begins so is one: PROTO 2, LONG1, and the magic number.
  static func begins(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x80, 0x02, 0x8A, 0x0A] + magic)
  }

  /// - Throws: `checkpoint-damaged` (exit 65), `checkpoint-refused` (65) where it holds objects of
  ///   other kinds.
  init(_ file: PositionedFile) throws(TesseraError) {
    self.file = file
    let path = file.path
    let bytes = try file.bytes(at: 0, count: min(file.byteCount, Self.maximumPickleByteCount))
    var position = 0
    func next() throws(TesseraError) -> (PickleMachine, PickleValue) {
      var machine = PickleMachine(bytes, at: position, path: path)
      let value = try machine.run()
      position = machine.position
      return (machine, value)
    }
    guard try next().1 == .longInteger(Self.magic), try next().1 == .integer(1001) else {
      throw damaged(path, "it begins with other numbers than a checkpoint of PyTorch's")
    }
    _ = try next()
    let (machine, root) = try next()
    tensors = try machine.stateDictionary(root, path: path)
    let (keyMachine, keyList) = try next()
    let storages = machine.storagesByKey()
    let keys = keyMachine.items(of: keyList)?.map { key -> String? in
      if case .string(let text) = key { text } else { nil }
    }
    guard let keys else { throw damaged(path, "there is no list of storages") }
    var starts: [String: Int] = [:]
    for key in keys {
      guard let key, let storage = storages[key] else {
        throw damaged(path, "the list of storages names one that is not described")
      }
      guard file.byteCount - position >= 8 else { throw Self.cutShort(path, key) }
      let count: Int64 = try file.bytes(at: position, count: 8).littleEndian(at: 0)
      guard count == Int64(storage.count),
        let size = storage.element.byteCount(shape: [storage.count]),
        size <= file.byteCount - position - 8
      else { throw Self.cutShort(path, key) }
      starts[key] = position + 8
      position += 8 + size
    }
    self.starts = starts
    var entries: [CheckpointEntry] = []
    for (name, tensor) in tensors {
      entries.append(try tensor.entry(named: name, path: path))
      guard starts[tensor.storage.key] != nil, storages[tensor.storage.key] == tensor.storage else {
        throw damaged(path, "the elements of \(printable(name)) are not in the file")
      }
    }
    self.entries = entries.sorted { precedes($0.name, $1.name) }
  }

  var path: String { file.path }
  var format: CheckpointFormat { .pytorch }
  var metadata: [String: String] { [:] }

  func tensor(named name: String) throws(TesseraError) -> CheckpointTensor {
    guard let tensor = tensors[name], let start = starts[tensor.storage.key] else {
      throw missing(name)
    }
    let width = tensor.storage.element.byteCount
    let elements = tensor.elements
    let bytes = try file.bytes(
      at: start + elements.lowerBound * width, count: elements.count * width)
    return try tensor.contents(bytes)
  }

  private static func cutShort(_ path: String, _ key: String) -> TesseraError {
    damaged(path, "storage \(printable(key)) is cut short, or of another size than described")
  }
}
