import Foundations
import Glibc

/// A file that appears under its name only when it is complete: the bytes go to a hidden file
/// beside it, which `finish` renames. A class, because it owns the descriptor and removes the
/// hidden file when it is given up.
final class AtomicFile {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  private var pending: [UInt8] = []
  private static let bufferByteCount = 1 << 20

  /// Starts writing `path`. Throws `wouldOverwrite` where the file exists and `overwrites` is
  /// false, `inputOutput` where the folder takes no file.
  init(path: String, overwrites: Bool) throws {
    if !overwrites, access(path, F_OK) == 0 {
      throw TesseraError(
        .wouldOverwrite, code: "would-overwrite", "\(path) exists already",
        remedies: ["choose another name", "say that it may be overwritten: --force"])
    }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let nameStart = slash.map { path.utf8.index(after: $0) } ?? path.startIndex
    temporaryPath = path[..<nameStart] + "." + path[nameStart...] + ".\(getpid()).partial"
    self.path = path
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw TesseraError(
        .inputOutput, code: "cannot-write-file", "cannot create \(path): \(reason(errno))")
    }
    pending.reserveCapacity(Self.bufferByteCount)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporaryPath)
  }

  func append(_ bytes: some Collection<UInt8>) throws {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.bufferByteCount {
      try flush()
    }
  }

  /// Writes what is left, brings it to the disk and gives the file its name.
  func finish() throws {
    try flush()
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw writeError() }
    close(descriptor)
    descriptor = -1
  }

  private func flush() throws {
    var written = 0
    while written < pending.count {
      let count = pending.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw writeError()
      }
      written += count
    }
    pending.removeAll(keepingCapacity: true)
  }

  private func writeError() -> TesseraError {
    TesseraError(.inputOutput, code: "cannot-write-file", "cannot write \(path): \(reason(errno))")
  }
}
