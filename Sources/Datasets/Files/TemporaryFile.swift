import Foundations
import Glibc

/// A file without a name, for what does not fit into memory. It is gone with its owner, however the
/// process ends. A class, because it owns the descriptor and closes it.
final class TemporaryFile: Sendable {
  /// The folder whose disk the bytes are on.
  let folder: String
  private let descriptor: Int32

  /// The folder that the system names for temporary files.
  static var systemFolder: String {
    guard let path = getenv("TMPDIR").map({ String(cString: $0) }), !path.isEmpty else {
      return "/tmp"
    }
    return path
  }

  /// Makes an empty file on the disk of `folder`. Throws `inputOutput` where that cannot be written.
  init(in folder: String = TemporaryFile.systemFolder) throws(TesseraError) {
    var template = Array("\(folder)/.tessera-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw systemError("create a temporary file in", folder, errno)
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
    self.folder = folder
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Writes bytes from `offset` on. Throws `inputOutput` where the disk is full or fails.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(TesseraError) {
    try writeAll(bytes, to: descriptor, at: Int(clamping: offset), path: name)
  }

  /// The file as it is now, for reading, also beyond the life of `self`.
  func reading() throws -> InputFile {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw systemError("open", name, errno) }
    return try InputFile(path: name, descriptor: copy)
  }

  /// The first bytes in memory, for as long as the caller keeps them; `munmap` gives them back.
  func mapped(byteCount: Int) throws(TesseraError) -> UnsafeRawBufferPointer {
    guard byteCount > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let base = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { throw systemError("map", name, errno) }
    return UnsafeRawBufferPointer(start: base, count: byteCount)
  }

  private var name: String { "a temporary file in \(folder)" }
}
