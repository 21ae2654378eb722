import Foundations

/// Where in a SQuAD file something stands: by line and column, and, since published files are one line of
/// many megabytes, by article, paragraph and question.
package struct Place: Sendable {
  /// The file, line and column.
  package var location: SourceLocation
  /// `article 3 ("Normans"), paragraph 2, question "56ddde6b9a695914005b9628"`.
  package var words: String

  /// A place within this one, one level down.
  func inner(_ words: String, at location: SourceLocation) -> Place {
    Place(
      location: location, words: self.words.isEmpty ? words : "\(self.words), \(words)")
  }

  /// The error that something is wrong there.
  func error(
    _ code: DiagnosticCode, _ message: String, notes: [String] = [], remedies: [Remedy] = []
  ) -> TesseraError {
    TesseraError(
      .badData, code: code, words.isEmpty ? message : "\(words): \(message)", at: location,
      notes: notes, remedies: remedies)
  }
}
