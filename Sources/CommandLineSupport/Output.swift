import ArgumentParser
import Foundations
import Glibc

/// Runs a command: a `TesseraError` ends it with the error's exit code.
///
/// As text the error is printed on standard error. As JSON (`diagnosticsJSON`) it is printed on
/// standard output, because it is then the result that an editor or a script waits for.
package func reportingErrors(
  format: ReportFormat = .text, _ body: () throws -> Void
) throws {
  do {
    try body()
  } catch let error as TesseraError {
    switch format {
    case .text: writeError("\(error)\n")
    case .json:
      let document = diagnosticsJSON(error.diagnostics).text(.indented) + "\n"
      // Where standard output itself fails, standard error is what is left.
      do { try writeOutput(document) } catch { writeError(document) }
    }
    throw ArgumentParser.ExitCode(error.exitCode.rawValue)
  }
}

/// Writes to standard error; a failure there has nowhere to be told.
package func writeError(_ text: String) {
  try? writeAll(Array(text.utf8), to: STDERR_FILENO, path: "standard error")
}

/// Says on a terminal's standard error what is done now, in a line that the next text replaces; nothing where
/// standard error is no terminal. An empty text leaves no line.
package func writeStatus(_ text: String) {
  guard isatty(STDERR_FILENO) == 1 else { return }
  // Back to the line's beginning, and clear it: ECMA-48's CR and EL.
  writeError("\r\u{1B}[K\(text)")
}

/// Writes to standard output.
/// - Throws: `TesseraError` (inputOutput) where it cannot be written, as on a full disk.
package func writeOutput(_ text: String) throws {
  try writeAll(Array(text.utf8), to: STDOUT_FILENO, path: "standard output")
}
