import Glibc

/// The system's words for an error number: `No such file or directory`.
package func systemReason(_ number: Int32) -> String {
  String(cString: strerror(number))
}

/// The error for a failed system call on `path`: `input-output`, exit 74.
package func systemError(_ verb: String, _ path: String, _ number: Int32) -> TesseraError {
  TesseraError(
    .inputOutput, code: .inputOutput, "cannot \(verb) \(path): \(systemReason(number))")
}

/// Writes all bytes to a descriptor, through interruptions and short writes: at its own position, or
/// at `offset` of the file.
///
/// - Throws: `input-output` (exit 74), with `path` as the place.
package func writeAll(
  _ bytes: [UInt8], to descriptor: Int32, at offset: Int? = nil, path: String
) throws(TesseraError) {
  let failure: Int32? = bytes.withUnsafeBytes { buffer in
    var done = 0
    while done < buffer.count {
      let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
      let count =
        if let offset {
          pwrite(descriptor, rest.baseAddress, rest.count, offset + done)
        } else {
          write(descriptor, rest.baseAddress, rest.count)
        }
      if count < 0 && errno == EINTR { continue }
      // A file that takes nothing and names no error would be asked for ever.
      guard count > 0 else { return count == 0 ? EIO : errno }
      done += count
    }
    return nil
  }
  if let failure { throw systemError("write to", path, failure) }
}

/// Fills `buffer` with the bytes of a file from `offset` on, through interruptions and short reads.
///
/// - Returns: how many bytes there were before the file's end, and the error number where reading
///   failed.
package func readAll(
  from descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
) -> (count: Int, failure: Int32?) {
  var done = 0
  while done < buffer.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
    let count = pread(descriptor, rest.baseAddress, rest.count, offset + done)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { return (done, errno) }
    if count == 0 { break }
    done += count
  }
  return (done, nil)
}

/// Makes a folder and those above it, where they are missing.
/// - Throws: `input-output` (exit 74).
package func makeFolders(_ path: String) throws(TesseraError) {
  var made = path.hasPrefix("/") ? "/" : ""
  for component in path.split(separator: "/") {
    made += component
    if mkdir(made, 0o777) != 0 {
      let number = errno
      var status = stat()
      let isFolder = stat(made, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      guard isFolder else { throw systemError("create the folder", made, number) }
    }
    made += "/"
  }
}

/// The bytes of a file, or of standard input for `-`: at most `limit` and one more, which is enough to
/// see that there are too many.
/// - Throws: `cannot-open` and `cannot-read`: `inputMissing` (66) where it is not there, `inputOutput`
///   (74) where it cannot be read.
package func readBytes(path: String, limit: Int) throws(TesseraError) -> [UInt8] {
  let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
  let name = path == "-" ? "standard input" : path.isEmpty ? "''" : path
  guard descriptor >= 0 else {
    let reason = errno
    throw TesseraError(
      reason == ENOENT || reason == ENOTDIR ? .inputMissing : .inputOutput,
      code: .cannotOpen, "\(name): \(systemReason(reason))")
  }
  defer { if path != "-" { close(descriptor) } }
  var bytes: [UInt8] = []
  while bytes.count <= limit {
    var reason: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      let result = read(descriptor, buffer.baseAddress, buffer.count)
      if result < 0 { reason = errno }
      count = max(result, 0)
    }
    if reason == EINTR { continue }
    guard reason == 0 else {
      throw TesseraError(
        .inputOutput, code: .cannotRead, "\(name): \(systemReason(reason))")
    }
    if chunk.isEmpty { break }
    bytes += chunk
  }
  return bytes
}

/// Whether there is a file or folder at the path that may be read.
package func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

/// The time of the system's clock in seconds since 1970.
package func secondsSince1970() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
