import Foundations
import Glibc

/// A file that takes the place of another when it is finished, and leaves no trace where it is not.
struct ReplacingFile: ~Copyable {
  private let path: String
  private let folder: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isFinished = false

  /// Begins a file beside `path`, which may not exist, or be a regular file or a link to one.
  /// - Parameter mayReplace: is asked about an existing file, open for reading.
  init(path: String, mayReplace: (Int32) -> Bool) throws(TesseraError) {
    let target = try Self.target(of: path, mayReplace)
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "./"
    var number = -1
    var candidate = ""
    var opened: Int32 = -1
    repeat {
      number += 1
      candidate = "\(folder).tessera-\(getpid())-\(number).tmp"
      opened = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    } while opened < 0 && errno == EEXIST && number < 1000
    guard opened >= 0 else { throw Self.cannotWrite(target) }
    self.path = target
    self.folder = folder
    temporaryPath = candidate
    descriptor = opened
  }

  /// Writes all of `bytes` at `offset`; what is never written is zero.
  func write(_ bytes: [UInt8], at offset: Int) throws(TesseraError) {
    let isWritten = bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let start = buffer.baseAddress {
        let size = pwrite(descriptor, start + done, buffer.count - done, offset + done)
        if size < 0 && errno == EINTR { continue }
        if size <= 0 { return false }
        done += size
      }
      return true
    }
    guard isWritten else { throw Self.cannotWrite(path) }
  }

  /// Gives the file its size, makes it durable, and puts it in its place.
  consuming func finish(size: Int) throws(TesseraError) {
    guard ftruncate(descriptor, size) == 0, fsync(descriptor) == 0,
      rename(temporaryPath, path) == 0
    else { throw Self.cannotWrite(path) }
    isFinished = true
    // The name is durable when the folder is; a file system that cannot sync folders loses only that.
    let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      fsync(folderDescriptor)
      close(folderDescriptor)
    }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporaryPath) }
  }

  /// Where the file is to be: behind links, so that a link stays one.
  private static func target(
    of path: String, _ mayReplace: (Int32) -> Bool
  ) throws(TesseraError) -> String {
    let existing = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard existing >= 0 else {
      if errno == ENOENT { return path }
      throw cannotWrite(path)
    }
    defer { close(existing) }
    var status = stat()
    guard fstat(existing, &status) == 0, let resolved = realpath(path, nil) else {
      throw cannotWrite(path)
    }
    defer { free(resolved) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TesseraError(
        .wouldOverwrite, code: "would-overwrite",
        "'\(path)' exists and is not a regular file", remedies: ["choose another name"])
    }
    guard mayReplace(existing) else {
      throw TesseraError(
        .wouldOverwrite, code: "would-overwrite", "'\(path)' exists and is not a bundle",
        remedies: ["choose another name", "pass --force to replace it"])
    }
    return String(cString: resolved)
  }

  private static func cannotWrite(_ path: String) -> TesseraError {
    TesseraError(
      .inputOutput, code: "cannot-write",
      "cannot write '\(path)': \(String(cString: strerror(errno)))")
  }
}
