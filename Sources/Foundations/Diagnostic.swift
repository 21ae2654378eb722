/// A place in a file that a person can go to; lines and columns count from 1.
package struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file's path, or another name for where the text came from, such as a flag.
  package var file: String
  /// The line, from 1.
  package var line: Int
  /// The column, from 1.
  package var column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var description: String { "\(file):\(line):\(column)" }
}

/// One thing to tell the user: where, what, why it matters, and what to change.
package struct Diagnostic: Hashable, Sendable {
  /// How bad it is; the raw value is the word in front of the message.
  package enum Severity: String, Hashable, Sendable {
    case error
    case warning
    case note
  }

  /// How bad it is.
  package var severity: Severity
  /// The kind of mistake.
  package var code: DiagnosticCode
  /// What is wrong, in a sentence without a full stop.
  package var message: String
  /// Where it is wrong, where a place in a file is to blame.
  package var location: SourceLocation?
  /// Why it matters, and the numbers behind it: a sentence each.
  package var notes: [String]
  /// What to change, the best first.
  package var remedies: [Remedy]

  package init(
    _ severity: Severity = .error, code: DiagnosticCode, _ message: String,
    at location: SourceLocation? = nil, notes: [String] = [], remedies: [Remedy] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.location = location
    self.notes = notes
    self.remedies = remedies
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The text form: a line `place: error: message [code]`, then the notes, then the numbered remedies.
  package var description: String {
    let place = location.map { "\($0): " } ?? ""
    var lines = ["\(place)\(severity.rawValue): \(message) [\(code.rawValue)]"]
    lines += notes.map { "  \($0)" }
    lines += remedies.enumerated().map { "  \($0.offset + 1). \($0.element)" }
    return lines.joined(separator: "\n")
  }
}
