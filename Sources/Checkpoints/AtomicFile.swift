import Foundations
import Glibc

/// A file that appears under its name only when it is complete: it is written under a temporary
/// name in the same folder, brought to the disk, then renamed, and the folder is brought to the disk.
/// A crash or a full disk leaves what was there before.
///
/// It cannot be copied, because it owns the descriptor and the temporary file, which its end removes.
package struct AtomicFile: ~Copyable {
  /// Where the file appears.
  package let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private let overwrite: Bool

  /// - Throws: `would-overwrite` (exit 73) where `path` exists and `overwrite` is false,
  ///   `input-output` (74) where the folder cannot be written.
  package init(path: String, overwrite: Bool) throws(TesseraError) {
    guard overwrite || access(path, F_OK) != 0 else { throw Self.wouldOverwrite(path) }
    var attempt = 0
    var opened: Int32 = -1
    var candidate = ""
    repeat {
      // A name that a crashed process of the same number left behind is stepped over.
      candidate = "\(path).\(getpid())-\(attempt).tmp"
      opened = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      attempt += 1
    } while opened < 0 && errno == EEXIST && attempt < 100
    guard opened >= 0 else { throw systemError("create", candidate, errno) }
    self.path = path
    self.overwrite = overwrite
    temporaryPath = candidate
    descriptor = opened
  }

  deinit {
    // After `commit` there is no such file, and the call does nothing.
    unlink(temporaryPath)
    close(descriptor)
  }

  /// Appends bytes.
  ///
  /// - Throws: `input-output` (exit 74) where the disk is full or fails.
  package func write(_ bytes: [UInt8]) throws(TesseraError) {
    try writeAll(bytes, to: descriptor, path: path)
  }

  /// Makes the file appear under its name.
  ///
  /// - Throws: `would-overwrite` (exit 73) where another process made `path` in the meantime and
  ///   `overwrite` is false, `input-output` (74) where the disk fails.
  package consuming func commit() throws(TesseraError) {
    guard fsync(descriptor) == 0 else { throw systemError("write", path, errno) }
    if overwrite {
      guard rename(temporaryPath, path) == 0 else { throw systemError("rename to", path, errno) }
    } else if link(temporaryPath, path) != 0 {
      // `link` never replaces; some file systems have none, and there a rename must do.
      guard errno != EEXIST else { throw Self.wouldOverwrite(path) }
      guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS,
        rename(temporaryPath, path) == 0
      else { throw systemError("rename to", path, errno) }
    }
    try Self.synchronizeFolder(of: path)
  }

  private static func synchronizeFolder(of path: String) throws(TesseraError) {
    let folder = parentFolder(of: path)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("open", folder, errno) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a folder and say EINVAL; there is nothing more to do.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw systemError("write", folder, errno)
    }
  }

  private static func wouldOverwrite(_ path: String) -> TesseraError {
    TesseraError(
      .wouldOverwrite, code: "would-overwrite", "\(path) exists already",
      remedies: ["choose another path", "replace it with --force"])
  }
}

/// The folder that holds `path`.
func parentFolder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Writes all bytes to a descriptor, through interruptions and short writes.
///
/// - Throws: `input-output` (exit 74), with `path` as the place.
package func writeAll(
  _ bytes: [UInt8], to descriptor: Int32, path: String
) throws(TesseraError) {
  let failure: Int32? = bytes.withUnsafeBytes { buffer in
    var done = 0
    while done < buffer.count {
      let count = write(
        descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
  if let failure { throw systemError("write", path, failure) }
}
