import Foundations
import Glibc

/// One tensor of a checkpoint file: what the file says of it, without its elements.
package struct CheckpointEntry: Hashable, Sendable {
  /// As the file spells it; for TensorFlow's, as PyTorch would.
  package var name: String
  /// The extents, outermost first; empty for a scalar.
  package var shape: [Int]
  /// The type of every element.
  package var element: SafetensorsElement

  /// An entry of that name, shape and type.
  package init(name: String, shape: [Int], element: SafetensorsElement = .f32) {
    self.name = name
    self.shape = shape
    self.element = element
  }
}

/// A checkpoint file that is open for reading: what it holds is known at once, a tensor's elements are
/// read when they are asked for.
package protocol CheckpointFile: Sendable {
  /// The path that was opened.
  var path: String { get }
  /// What kind of file it is.
  var format: CheckpointFormat { get }
  /// Sorted by name, and no two of one name.
  var entries: [CheckpointEntry] { get }
  /// What the file says of itself in words.
  var metadata: [String: String] { get }

  /// Reads a tensor.
  /// - Throws: `checkpoint-tensor-missing` (exit 3) where the file has no such tensor,
  ///   `checkpoint-damaged` (65), `input-output` (74).
  func tensor(named name: String) throws(TesseraError) -> CheckpointTensor
}

extension CheckpointFile {
  /// What the file says of `name`, or nil where it has no such tensor.
  package func entry(named name: String) -> CheckpointEntry? {
    // The entries are sorted by their bytes.
    var range = 0..<entries.count
    while let first = range.first {
      let middle = first + range.count / 2
      if entries[middle].name == name { return entries[middle] }
      range =
        precedes(entries[middle].name, name)
        ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// The error for a name that the file does not have.
  func missing(_ name: String) -> TesseraError {
    TesseraError(
      .incompatible, code: .checkpointTensorMissing, "\(path) holds no tensor \(printable(name))")
  }
}

/// The kinds of checkpoint file.
package enum CheckpointFormat: String, Hashable, Sendable, CaseIterable {
  case safetensors
  /// What `torch.save` writes: a zip archive with a pickle, or, before PyTorch 1.6, a row of pickles.
  case pytorch
  /// What Keras' `save_weights` writes for Hugging Face's TensorFlow models: HDF5.
  case tensorflow

  /// The format that a file name's ending stands for, or nil.
  package init?(ending path: String) {
    let name = path.split(separator: "/").last ?? ""
    switch name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last {
    case "safetensors": self = .safetensors
    case "bin", "pt", "pth": self = .pytorch
    case "h5": self = .tensorflow
    default: return nil
    }
  }

  /// The format whose files begin with these bytes; safetensors where no other does, since it begins
  /// with a number.
  init(firstBytes bytes: [UInt8]) {
    let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    if bytes.starts(with: hdf5) {
      self = .tensorflow
    } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
      || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
      || PyTorchLegacyFile.begins(bytes)
    {
      self = .pytorch
    } else {
      self = .safetensors
    }
  }

  /// The format's name for a person.
  package var phrase: String {
    switch self {
    case .safetensors: "safetensors"
    case .pytorch: "PyTorch"
    case .tensorflow: "TensorFlow (HDF5)"
    }
  }
}

/// Opens a checkpoint file of any kind: the kind is told by its first bytes, not by its name.
/// - Throws: `checkpoint-not-found` (exit 66), `input-output` (74), and (65) `checkpoint-damaged`,
///   `checkpoint-refused` and codes that begin with `safetensors-`.
package func openCheckpoint(path: String) throws(TesseraError) -> any CheckpointFile {
  let file = try PositionedFile(path: path)
  let first = try file.bytes(at: 0, count: min(16, file.byteCount))
  switch CheckpointFormat(firstBytes: first) {
  case .safetensors: return try SafetensorsFile(path: path)
  case .tensorflow: return try TensorFlowFile(path: path, byteCount: file.byteCount)
  case .pytorch:
    return first.starts(with: [0x50, 0x4B])
      ? try PyTorchFile(path: path, byteCount: file.byteCount) : try PyTorchLegacyFile(file)
  }
}

/// A regular file, open for reads at given places.
///
/// A class, because it owns a file descriptor. Reads are positional, so threads may share one.
/// They are `pread` and not a memory map: a file that shrinks under a map kills the process, here
/// it is an error.
final class PositionedFile: Sendable {
  let path: String
  /// The size when it was opened.
  let byteCount: Int
  private let descriptor: Int32

  /// - Throws: `checkpoint-not-found` (exit 66), `input-output` (74), `safetensors-header` (65) where
  ///   it is no regular file.
  init(path: String) throws(TesseraError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let number = errno
      throw number == ENOENT
        ? TesseraError(
          .inputMissing, code: .checkpointNotFound, "there is no file \(path)",
          remedies: ["give the path of a checkpoint's file, or of the folder that holds it"])
        : systemError("open", path, number)
    }
    var status = stat()
    let number = fstat(descriptor, &status) == 0 ? nil : errno
    if number == nil, status.st_mode & S_IFMT == S_IFREG {
      self.path = path
      self.descriptor = descriptor
      byteCount = Int(status.st_size)
      return
    }
    close(descriptor)
    if let number { throw systemError("examine", path, number) }
    throw TesseraError(
      .badData, code: .safetensorsHeader, "\(path) is not a file but a folder or a device")
  }

  deinit {
    close(descriptor)
  }

  /// The `count` bytes from `start` on.
  /// - Throws: `input-output` (exit 74), also where the file has become shorter.
  func bytes(at start: Int, count: Int) throws(TesseraError) -> [UInt8] {
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

/// The error for a PyTorch or TensorFlow file that contradicts itself.
func damaged(_ path: String, _ message: String) -> TesseraError {
  TesseraError(
    .badData, code: .checkpointDamaged, "\(path): \(message)",
    remedies: ["fetch or save the checkpoint again"])
}
