import Foundations

/// What a code of a diagnostic means, why it matters and what to change, in plain words.
package struct Explanation: Hashable, Sendable {
  /// The part of Tessera that a code belongs to; the raw value is its heading.
  package enum Area: String, Hashable, Sendable, CaseIterable {
    case configurations = "Configurations"
    case files = "Files and JSON"
    case compiler = "The compiler"
    case bundles = "Bundles"
    case data = "Data"
    case checkpoints = "Checkpoints"
    case running = "Running"
  }

  /// How a code is told: as an error that ends the command, as a warning or as a note.
  package enum Occurrence: Hashable, Sendable {
    case error(ExitCode)
    case warning
    case note
  }

  /// A piece of a file that is wrong, and the same mended; nil where there is nothing to show.
  package struct Example: Hashable, Sendable {
    /// What brings the code up.
    package var before: String
    /// What does not.
    package var after: String
  }

  /// The part of Tessera that the code belongs to.
  package var area: Area
  /// How the code is told.
  package var occurrences: [Occurrence]
  /// The code in one line, without a full stop.
  package var title: String
  /// What it means, and why it matters.
  package var meaning: String
  /// What to change.
  package var remedy: String
  /// A small file or a piece of one, wrong and mended.
  package var example: Example?

  init(
    _ area: Area, _ occurrences: [Occurrence], _ title: String, meaning: String, remedy: String,
    example: Example? = nil
  ) {
    self.area = area
    self.occurrences = occurrences
    self.title = title
    self.meaning = meaning
    self.remedy = remedy
    self.example = example
  }

  /// What to do about a mistake of Tessera's own.
  static let reporting = """
    This is a fault of Tessera and not of your files. Please report it with the command, the \
    configuration, all lines of the message and what `tesserac --version` prints.
    """
}

extension Explanation {
  /// The severities that the code is told with, the worst first.
  package var severities: [Diagnostic.Severity] {
    let all: [Diagnostic.Severity] = occurrences.map {
      switch $0 {
      case .error: .error
      case .warning: .warning
      case .note: .note
      }
    }
    return [.error, .warning, .note].filter(all.contains)
  }

  /// The exit codes of commands that end with it, rising; empty where none does.
  package var exitCodes: [Int] {
    occurrences.compactMap {
      if case .error(let code) = $0 { Int(code.rawValue) } else { nil }
    }.sorted()
  }

  /// How the code is told, in words: `error, exit code 65`.
  var occurrencePhrase: String {
    severities.map { severity in
      guard severity == .error else { return severity.rawValue }
      let codes = exitCodes.map(String.init).joined(separator: " or ")
      return "error, exit code \(codes)"
    }.joined(separator: "; ")
  }
}
