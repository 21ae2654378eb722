/// How a command ends; the numbers follow BSD's `sysexits.h` where it has one.
package enum ExitCode: Int32, Sendable {
  case checkFailed = 1
  case doesNotFit = 2
  case incompatible = 3
  case usage = 64
  case badData = 65
  case inputMissing = 66
  case deviceUnavailable = 69
  case internalError = 70
  case wouldOverwrite = 73
  case inputOutput = 74
}

/// The error that every module throws: what went wrong, for a person, and how the command is to end.
package struct TesseraError: Error, Sendable {
  package var exitCode: ExitCode
  package var diagnostics: [Diagnostic]

  package init(_ exitCode: ExitCode, _ diagnostics: [Diagnostic]) {
    self.exitCode = exitCode
    self.diagnostics = diagnostics
  }

  package init(
    _ exitCode: ExitCode, code: String, _ message: String, at location: SourceLocation? = nil,
    notes: [String] = [], remedies: [String] = []
  ) {
    self.init(
      exitCode,
      [Diagnostic(code: code, message, at: location, notes: notes, remedies: remedies)])
  }
}

extension TesseraError: CustomStringConvertible {
  package var description: String {
    diagnostics.map(\.description).joined(separator: "\n")
  }
}
