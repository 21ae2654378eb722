import Glibc

/// A file that appears under its name only when it is complete: it is written under a temporary
/// name in the same folder, brought to the disk, then renamed, and the folder is brought to the disk.
/// A crash, a full disk or a file that is given up leaves what was there before.
///
/// It cannot be copied, because it owns the descriptor and the temporary file, which its end removes.
package struct AtomicFile: ~Copyable {
  /// Files that may always be replaced, because it is the program's business to make them.
  package struct Replaceable {
    /// What they are, for the message that one is not: `a bundle`.
    package var kind: String
    /// Whether the file that is open for reading is one.
    package var recognizes: (_ descriptor: Int32) -> Bool

    /// Files of a kind.
    package init(_ kind: String, recognizes: @escaping (_ descriptor: Int32) -> Bool) {
      self.kind = kind
      self.recognizes = recognizes
    }
  }

  /// Where the file appears: behind links, so that a link stays one.
  package let path: String
  /// The name that the file has until it is complete, for libraries that write to a path.
  package let temporaryPath: String
  private let descriptor: Int32
  private let mayReplace: Bool

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - overwrite: whether any regular file at `path` may be replaced.
  ///   - replaceable: what may be replaced although `overwrite` is false.
  /// - Throws: `would-overwrite` (exit 73) where `path` exists and may not be replaced, or is not a
  ///   regular file, `input-output` (74) where the folder cannot be written.
  package init(
    path: String, overwrite: Bool, replaceable: Replaceable? = nil
  ) throws(TesseraError) {
    let target = try Self.target(of: path, overwrite: overwrite, replaceable)
    let folder = Self.folder(of: target)
    var attempt = 0
    var opened: Int32 = -1
    var candidate = ""
    repeat {
      // A name that a crashed process of the same number left behind is stepped over.
      candidate = "\(folder)/.tessera-\(getpid())-\(attempt).tmp"
      opened = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      attempt += 1
    } while opened < 0 && errno == EEXIST && attempt < 1000
    guard opened >= 0 else { throw systemError("create", path, errno) }
    self.path = target
    mayReplace = overwrite || replaceable != nil
    temporaryPath = candidate
    descriptor = opened
  }

  deinit {
    // After `commit` there is no such file, and the call does nothing.
    unlink(temporaryPath)
    close(descriptor)
  }

  /// Writes bytes behind those written before, or at `offset`; what is never written is zero.
  ///
  /// - Throws: `input-output` (exit 74) where the disk is full or fails.
  package func write(_ bytes: [UInt8], at offset: Int? = nil) throws(TesseraError) {
    try writeAll(bytes, to: descriptor, at: offset, path: path)
  }

  /// Makes the file appear under its name.
  ///
  /// - Parameter byteCount: the size that the file gets, where it is not the end of what was written.
  /// - Throws: `would-overwrite` (exit 73) where another process made `path` in the meantime and it
  ///   may not be replaced, `input-output` (74) where the disk fails.
  package consuming func commit(byteCount: Int? = nil) throws(TesseraError) {
    if let byteCount, ftruncate(descriptor, byteCount) != 0 {
      throw systemError("write to", path, errno)
    }
    guard fsync(descriptor) == 0 else { throw systemError("write to", path, errno) }
    if mayReplace {
      guard rename(temporaryPath, path) == 0 else { throw systemError("rename to", path, errno) }
    } else if link(temporaryPath, path) != 0 {
      // `link` never replaces; some file systems have none, and there a rename must do.
      guard errno != EEXIST else { throw Self.wouldOverwrite(path, nil) }
      guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS,
        rename(temporaryPath, path) == 0
      else { throw systemError("rename to", path, errno) }
    }
    try Self.synchronizeFolder(of: path)
  }

  /// Where the file is to be, when what is there may be replaced.
  private static func target(
    of path: String, overwrite: Bool, _ replaceable: Replaceable?
  ) throws(TesseraError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return path }
      throw systemError("write to", path, errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TesseraError(
        .wouldOverwrite, code: .wouldOverwrite, "\(path) exists and is not a regular file",
        remedies: ["choose another path"])
    }
    if !overwrite {
      guard try isReplaceable(path, replaceable) else { throw wouldOverwrite(path, replaceable) }
    }
    guard let resolved = realpath(path, nil) else { throw systemError("write to", path, errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isReplaceable(
    _ path: String, _ replaceable: Replaceable?
  ) throws(TesseraError) -> Bool {
    guard let replaceable else { return false }
    let existing = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard existing >= 0 else { throw systemError("open", path, errno) }
    defer { close(existing) }
    return replaceable.recognizes(existing)
  }

  private static func synchronizeFolder(of path: String) throws(TesseraError) {
    let folder = folder(of: path)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("open", folder, errno) }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a folder and say EINVAL; there is nothing more to do.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw systemError("write to", folder, errno)
    }
  }

  /// The folder that holds `path`.
  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func wouldOverwrite(_ path: String, _ wanted: Replaceable?) -> TesseraError {
    TesseraError(
      .wouldOverwrite, code: .wouldOverwrite,
      wanted.map { "\(path) exists and is not \($0.kind)" } ?? "\(path) exists already",
      remedies: ["choose another path", "replace it with --force"])
  }
}
