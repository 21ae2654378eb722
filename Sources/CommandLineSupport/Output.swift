import ArgumentParser
import Foundations
import Glibc

/// Runs a command: a `TesseraError` is printed on standard error and ends it with its exit code.
package func reportingErrors(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as TesseraError {
    writeError("\(error)\n")
    throw ArgumentParser.ExitCode(error.exitCode.rawValue)
  }
}

/// Writes to standard error; a failure there has nowhere to be told.
package func writeError(_ text: String) {
  _ = write(text, to: STDERR_FILENO)
}

/// Writes to standard output.
/// - Throws: `TesseraError` (inputOutput) where it cannot be written, as on a full disk.
package func writeOutput(_ text: String) throws {
  guard write(text, to: STDOUT_FILENO) else {
    throw TesseraError(
      .inputOutput, code: "input-output",
      "cannot write to standard output: \(String(cString: strerror(errno)))")
  }
}

private func write(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  return text.withUTF8 { bytes in
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[written...])
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }
}
