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
  /// The status with which the command ends.
  package var exitCode: ExitCode
  /// What to tell the user, in the order of the source; at least one error.
  package var diagnostics: [Diagnostic]

  package init(_ exitCode: ExitCode, _ diagnostics: [Diagnostic]) {
    self.exitCode = exitCode
    self.diagnostics = diagnostics
  }

  /// An error of one diagnostic.
  package init(
    _ exitCode: ExitCode, code: DiagnosticCode, _ message: String,
    at location: SourceLocation? = nil,
    notes: [String] = [], remedies: [Remedy] = []
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
