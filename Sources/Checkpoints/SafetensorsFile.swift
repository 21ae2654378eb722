import Foundations
import Glibc

/// A safetensors file, open for reading: the header is read and checked at once, a tensor's bytes
/// when they are asked for.
///
/// The format (https://huggingface.co/docs/safetensors): eight bytes of header length,
/// little-endian; the header, a JSON object; the tensors' bytes.
///
/// A class, because it owns a file descriptor. Reads are positional, so threads may share one.
/// They are `pread` and not a memory map: a file that shrinks under a map kills the process, here
/// it is an error.
package final class SafetensorsFile: Sendable {
  /// The path that was opened.
  package let path: String
  /// Sorted by name.
  package let entries: [SafetensorsEntry]
  /// The strings under `__metadata__`.
  package let metadata: [String: String]

  private let descriptor: Int32
  private let dataStart: Int
  private let positions: [String: Int]

  /// No checkpoint's header comes near; the format's own library has the same bound.
  static let maximumHeaderByteCount = 100 << 20

  /// - Throws: `checkpoint-not-found` (exit 66), `input-output` (74), and codes that begin with
  ///   `safetensors-` (65) where the file is damaged or of another kind.
  package init(path: String) throws(TesseraError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.openingFailed(path, errno) }
    do {
      let fileByteCount = try Self.byteCount(of: descriptor, path: path)
      let text = try Self.headerText(descriptor, fileByteCount: fileByteCount, path: path)
      dataStart = 8 + text.count
      let header = try SafetensorsHeader(
        text: text, dataByteCount: fileByteCount - dataStart, path: path)
      entries = header.entries.sorted { precedes($0.name, $1.name) }
      metadata = header.metadata
      positions = Dictionary(
        entries.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// What the header says of `name`, or nil where the file has no such tensor.
  package func entry(named name: String) -> SafetensorsEntry? {
    positions[name].map { entries[$0] }
  }

  /// Reads a tensor.
  ///
  /// - Throws: `checkpoint-tensor-missing` (exit 3) where the file has no such tensor,
  ///   `input-output` (74) where the disk fails.
  package func tensor(named name: String) throws(TesseraError) -> CheckpointTensor {
    guard let entry = entry(named: name) else {
      throw TesseraError(
        .incompatible, code: .checkpointTensorMissing,
        "\(path) holds no tensor \(printable(name))")
    }
    let bytes = try Self.read(
      descriptor, at: dataStart + entry.byteRange.lowerBound, count: entry.byteRange.count,
      path: path)
    return try CheckpointTensor(shape: entry.shape, element: entry.element, bytes: bytes)
  }

  private static func openingFailed(_ path: String, _ number: Int32) -> TesseraError {
    number == ENOENT
      ? TesseraError(
        .inputMissing, code: .checkpointNotFound, "there is no file \(path)",
        remedies: ["give the path of a .safetensors file, or of the folder that holds it"])
      : systemError("open", path, number)
  }

  private static func byteCount(of descriptor: Int32, path: String) throws(TesseraError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemError("examine", path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TesseraError(
        .badData, code: .safetensorsHeader, "\(path) is not a file but a folder or a device")
    }
    return Int(status.st_size)
  }

  private static func headerText(
    _ descriptor: Int32, fileByteCount: Int, path: String
  ) throws(TesseraError) -> [UInt8] {
    guard fileByteCount >= 8 else {
      throw notSafetensors(path, "the file has \(fileByteCount) bytes, fewer than a header's 8")
    }
    let lengthBytes = try read(descriptor, at: 0, count: 8, path: path)
    let length: UInt64 = lengthBytes.littleEndian(at: 0)
    guard length <= UInt64(maximumHeaderByteCount) else {
      throw notSafetensors(
        path, "the header claims \(length) bytes; at most \(maximumHeaderByteCount) are allowed")
    }
    guard length <= UInt64(fileByteCount - 8) else {
      throw notSafetensors(
        path, "the header claims \(length) bytes, but only \(fileByteCount - 8) follow")
    }
    return try read(descriptor, at: 8, count: Int(length), path: path)
  }

  private static func notSafetensors(_ path: String, _ message: String) -> TesseraError {
    TesseraError(
      .badData, code: .safetensorsHeaderLength, "\(path): \(message)",
      notes: ["the file is cut short, or it is not a safetensors file"],
      remedies: [
        "fetch or save the checkpoint again",
        """
        where it is a PyTorch or TensorFlow checkpoint, load it with Hugging Face transformers \
        and save it with save_pretrained, which writes model.safetensors
        """,
      ])
  }

  private static func read(
    _ descriptor: Int32, at start: Int, count: Int, path: String
  ) throws(TesseraError) -> [UInt8] {
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      (initializedCount, failure) = readAll(
        from: descriptor, at: start, into: UnsafeMutableRawBufferPointer(buffer))
    }
    if let failure { throw systemError("read", path, failure) }
    guard bytes.count == count else {
      throw TesseraError(
        .inputOutput, code: .inputOutput, "\(path) became shorter while it was read")
    }
    return bytes
  }
}

/// Order by UTF-8 bytes: the same on every machine.
func precedes(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}
