import Foundations
import Glibc

/// A file that grows at its end while a run goes on. Each append goes to the operating system at once, in
/// one call: who reads the file during the run, or after the process was killed, finds whole records.
///
/// A class, because it owns a file descriptor.
final class AppendedFile: Sendable {
  /// The file's path.
  let path: String
  private let descriptor: Int32

  /// How the file is to be at the start.
  enum Start {
    /// Made, or emptied.
    case empty
    /// Made; it is an error (EEXIST) where it is there.
    case new
    /// Cut to a number of bytes, to be continued.
    case cut(byteCount: Int)
  }

  /// Opens the file.
  ///
  /// - Throws: `input-output` (exit 74).
  init(path: String, _ start: Start) throws(TesseraError) {
    let flags: Int32 =
      switch start {
      case .empty: O_CREAT | O_TRUNC
      case .new: O_CREAT | O_EXCL
      case .cut: 0
      }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else { throw systemError("create", path, errno) }
    self.path = path
    self.descriptor = descriptor
    if case .cut(let byteCount) = start, ftruncate(descriptor, byteCount) != 0 {
      throw systemError("write to", path, errno)
    }
  }

  deinit {
    close(descriptor)
  }

  /// Appends the bytes.
  ///
  /// - Throws: `input-output` (exit 74) where the disk is full or fails.
  func append(_ bytes: [UInt8]) throws(TesseraError) {
    try writeAll(bytes, to: descriptor, path: path)
  }

  /// Brings what was written to the disk, so that it outlives the machine.
  ///
  /// - Throws: `input-output` (exit 74).
  func synchronize() throws(TesseraError) {
    // What is no file on a disk, such as a pipe, has nothing to bring there and says EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw systemError("write to", path, errno)
    }
  }
}
