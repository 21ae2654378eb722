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
  try? writeAll(Array(text.utf8), to: STDERR_FILENO, path: "standard error")
}

/// Writes to standard output.
/// - Throws: `TesseraError` (inputOutput) where it cannot be written, as on a full disk.
package func writeOutput(_ text: String) throws {
  try writeAll(Array(text.utf8), to: STDOUT_FILENO, path: "standard output")
}
