import Foundations

/// A contradiction between the values of a recipe.
package struct RecipeViolation: Hashable, Sendable {
  /// An error keeps the recipe from being compiled or run; a warning does not.
  package var severity: Diagnostic.Severity
  /// The kind of contradiction, such as `heads-do-not-divide`.
  package var code: DiagnosticCode
  /// The contradiction in a sentence, with the numbers.
  package var message: String
  /// The value that the message is about, as a path of the flat form: `device_mapping[2]`.
  package var path: String
  /// The keys, by their paths in the flat form, whose values contradict each other; the rule says
  /// nothing where one is unreadable.
  package var keys: [String]
  /// Why it matters: a sentence each.
  package var notes: [String]
  /// What to change, the best first; edits have the paths of the recipe's form.
  package var remedies: [Remedy]

  init(
    _ code: DiagnosticCode, _ message: String, severity: Diagnostic.Severity = .error,
    at path: String, keys: [String], notes: [String] = [], remedies: [Remedy] = []
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.path = path
    self.keys = keys
    self.notes = notes
    self.remedies = remedies
  }

  /// The violation as a diagnostic at `location`.
  package func diagnostic(at location: SourceLocation?) -> Diagnostic {
    Diagnostic(severity, code: code, message, at: location, notes: notes, remedies: remedies)
  }
}
