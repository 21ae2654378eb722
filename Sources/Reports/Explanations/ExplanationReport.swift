import Foundations

/// What `tesserac explain` and `docs/errors.md` say, from the one table of explanations.
package enum ExplanationReport {
  /// The columns that text is broken to.
  private static let width = 80

  /// The codes of an area, in the order of their names.
  private static func codes(of area: Explanation.Area) -> [DiagnosticCode] {
    DiagnosticCode.allCases.filter { $0.explanation.area == area }
      .sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
  }

  /// The code that a user names: upper case and the brackets of a message do not matter.
  /// - Throws: `unknown-code` (exit 64), with the nearest code where one is near.
  package static func code(named name: String) throws(TesseraError) -> DiagnosticCode {
    let trimmed = String(name.filter { !"[] \t".contains($0) }).lowercased()
    if let code = DiagnosticCode(rawValue: trimmed) { return code }
    var remedies: [Remedy] = ["list all codes with tesserac explain"]
    if let nearest = trimmed.nearest(among: DiagnosticCode.allCases.map(\.rawValue)) {
      remedies.insert("did you mean \(nearest)?", at: 0)
    }
    throw TesseraError(
      .usage, code: .unknownCode, "there is no code \(JSON.Plain.string(name).text())",
      remedies: remedies)
  }

  // MARK: Text

  /// One code for a person, with its example.
  package static func text(of code: DiagnosticCode) -> String {
    let explanation = code.explanation
    var text = """
      \(code.rawValue): \(explanation.title)
      \(explanation.area.rawValue) (\(explanation.occurrencePhrase))

      \(wrapped(explanation.meaning))

      What to change:
      \(wrapped(explanation.remedy))

      """
    if let example = explanation.example {
      text += "\nExample:\n\(indented(example.before))\nbecomes\n\(indented(example.after))\n"
    }
    return text
  }

  /// All codes with their titles, by area.
  package static func listText() -> String {
    let length = DiagnosticCode.allCases.map(\.rawValue.count).max() ?? 0
    let areas = Explanation.Area.allCases.map { area in
      let lines = codes(of: area).map { code in
        let padding = String(repeating: " ", count: length - code.rawValue.count)
        return "  \(code.rawValue)\(padding)  \(code.explanation.title)\n"
      }
      return area.rawValue + "\n" + lines.joined()
    }
    return areas.joined(separator: "\n")
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
      .joined(separator: "\n")
  }

  private static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    var line = ""
    for word in words(of: text) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// What stands between spaces; what is quoted by backticks is one word.
  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var isQuoted = false
    for part in text.split(separator: " ") {
      if isQuoted { words[words.count - 1] += " " + part } else { words.append(String(part)) }
      if !part.count(where: { $0 == "`" }).isMultiple(of: 2) { isQuoted.toggle() }
    }
    return words
  }

  // MARK: JSON

  /// One code for a program, schema `tessera.explanation/1`.
  package static func json(of code: DiagnosticCode) -> JSON.Plain {
    let explanation = code.explanation
    var fields = [JSON.Plain.Field("schema", "tessera.explanation/1")] + head(of: code)
    fields.append(.init("meaning", .string(explanation.meaning)))
    fields.append(.init("remedy", .string(explanation.remedy)))
    if let example = explanation.example {
      fields.append(
        .init("example", ["before": .string(example.before), "after": .string(example.after)]))
    }
    return .object(fields)
  }

  /// All codes with their titles, schema `tessera.explanations/1`.
  package static func listJSON() -> JSON.Plain {
    let codes = Explanation.Area.allCases.flatMap(codes)
    return [
      "schema": "tessera.explanations/1",
      "codes": .array(codes.map { .object(head(of: $0)) }),
    ]
  }

  private static func head(of code: DiagnosticCode) -> [JSON.Plain.Field] {
    let explanation = code.explanation
    return [
      .init("code", .string(code.rawValue)),
      .init("area", .string(explanation.area.rawValue)),
      .init("title", .string(explanation.title)),
      .init("severities", .array(explanation.severities.map { .string($0.rawValue) })),
      .init("exit_codes", .array(explanation.exitCodes.map { .integer($0) })),
    ]
  }

  // MARK: Documentation

  /// The page `docs/errors.md`.
  package static func page() -> String {
    var page = """
      # Errors, warnings and notes

      Each message of Tessera ends its first line with a code in brackets. `tesserac explain CODE` prints what this page says of it, and \
      `tesserac explain` lists all. The page is generated from the table in `Sources/Reports/Explanations`; \
      `TESSERA_BLESS=1 swift test -c release --filter ReportsTests` writes it anew.

      With `--format json` a command that fails prints its diagnostics on standard output as one document, \
      `"schema": "tessera.diagnostics/1"`, and nothing on standard error: each has `severity`, `code`, `message`, `notes`, `remedies`, and \
      `file`, `line` and `column` (from 1) where a place in a file is to blame. A remedy has its `text` and its `edits`, the same as changes of the \
      configuration: an `operation` (`set`, `rename` or `remove`), a `path` of keys joined by dots, and `value` or `to`. \
      Mistakes in the command's own options are told as text in either case.


      """
    for area in Explanation.Area.allCases {
      page += "## \(area.rawValue)\n\n"
      for code in codes(of: area) { page += section(code) }
    }
    while page.hasSuffix("\n\n") { page.removeLast() }
    return page
  }

  private static func section(_ code: DiagnosticCode) -> String {
    let explanation = code.explanation
    var text = """
      ### `\(code.rawValue)`

      **\(explanation.title)** (\(explanation.occurrencePhrase))

      \(explanation.meaning)

      What to change: \(explanation.remedy)


      """
    if let example = explanation.example {
      text +=
        "For example\n\n\(indented(example.before))\n\nbecomes\n\n\(indented(example.after))\n\n"
    }
    return text
  }
}
