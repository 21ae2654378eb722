import Foundations
import Glibc

/// A regular file that is open for reading by position, which several threads may do at once.
/// A class, because it owns the descriptor and closes it.
final class InputFile: Sendable {
  let path: String
  /// The file's size in bytes when it was opened.
  let byteCount: UInt64
  /// When the file was changed last, as of its opening: nanoseconds since 1970.
  let modificationTime: Int64
  private let descriptor: Int32

  /// Opens `path`. Throws `inputMissing` where there is no such file, `inputOutput` otherwise.
  convenience init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      throw TesseraError(
        code == ENOENT ? .inputMissing : .inputOutput, code: .cannotOpenFile,
        "cannot open \(path): \(systemReason(code))")
    }
    try self.init(path: path, descriptor: descriptor)
  }

  /// Takes over an open descriptor and closes it at the end; `path` is what messages call the file.
  init(path: String, descriptor: Int32) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw TesseraError(.inputOutput, code: .notAFile, "\(path) is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = UInt64(clamping: status.st_size)
    modificationTime = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  deinit {
    close(descriptor)
  }

  /// Fills `buffer` from the bytes at `offset` on; returns how many there were before the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
    let (count, failure) = readAll(from: descriptor, at: Int(clamping: offset), into: buffer)
    if let failure {
      throw TesseraError(
        .inputOutput, code: .cannotReadFile,
        "cannot read \(path) at byte \(offset): \(systemReason(failure))")
    }
    return count
  }
}

/// A part of a file in memory, for reading it from front to back in large pieces.
struct FileWindow {
  let file: InputFile
  private var bytes: [UInt8]
  private var start: UInt64 = 0
  private var filled = 0

  /// A window of `byteCount` bytes at first; it grows only for a request beyond that.
  init(file: InputFile, byteCount: Int = 1 << 20) {
    self.file = file
    bytes = [UInt8](repeating: 0, count: byteCount)
  }

  /// Calls `body` with `count` bytes from `offset` on, or with fewer where the file ends before.
  mutating func withBytes<Result>(
    at offset: UInt64, count: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let isInside = offset >= start && offset - start + UInt64(count) <= UInt64(filled)
    if !isInside {
      if count > bytes.count {
        bytes = [UInt8](repeating: 0, count: count)
      }
      filled = 0
      filled = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
      start = offset
    }
    let position = Int(offset - start)
    let end = min(position + count, filled)
    return try bytes.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[position..<end]))
    }
  }
}
