import Foundation
import Foundations
import Reports
import TestSupport
import Testing

@Suite struct ExplanationTests {
  @Test(arguments: DiagnosticCode.allCases)
  func everyCodeIsExplainedInShort(code: DiagnosticCode) {
    let explanation = code.explanation
    #expect(explanation.title.count <= 80 && !explanation.title.hasSuffix("."))
    #expect(!explanation.occurrences.isEmpty)
    let sentences = "\(explanation.meaning) \(explanation.remedy)"
      .split(separator: #/[.:?](?=\s|$)/#).count
    #expect((2...8).contains(sentences), "\(sentences) sentences")
    for text in [explanation.meaning, explanation.remedy] {
      #expect(text.first?.isWhitespace == false && text.last == ".")
      #expect(!text.contains("\n") && !text.contains("  "))
      #expect(text.count { $0 == "`" }.isMultiple(of: 2))
    }
    if let example = explanation.example { #expect(example.before != example.after) }
  }

  @Test func noTwoTitlesAreAlike() {
    #expect(
      Set(DiagnosticCode.allCases.map(\.explanation.title)).count == DiagnosticCode.allCases.count)
  }

  /// The examples of JSON's own mistakes are read: the wrong one gives its code, the other none.
  @Test(arguments: DiagnosticCode.allCases.filter { $0.rawValue.hasPrefix("json-") })
  func examplesOfJSONAreTrue(code: DiagnosticCode) throws {
    guard let example = code.explanation.example else { return }
    let error = #expect(throws: TesseraError.self) {
      try JSON.parse(bytes: Array(example.before.utf8), file: "before.json")
    }
    #expect(error?.diagnostics.map(\.code) == [code])
    _ = try JSON.parse(bytes: Array(example.after.utf8), file: "after.json")
  }

  /// Pieces of configurations are JSON within braces.
  @Test func examplesOfConfigurationsAreJSON() throws {
    let texts = DiagnosticCode.allCases.compactMap(\.explanation.example)
      .flatMap { [$0.before, $0.after] }.filter { $0.hasPrefix("\"") }
    #expect(texts.count > 20)
    for text in texts { _ = try JSON.parse(bytes: Array("{\(text)}".utf8), file: text) }
  }

  /// What the sources raise by name with an exit code or as a warning is what the table says.
  @Test func occurrencesAreThoseOfTheSources() throws {
    let sources = Checkout.root.appending(path: "Sources")
    let files = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
      .filter { $0.hasSuffix(".swift") }
    let names = Dictionary(
      uniqueKeysWithValues: DiagnosticCode.allCases.map { ("\($0)", $0) })
    var found: [(code: DiagnosticCode, occurrence: Explanation.Occurrence)] = []
    for file in files {
      let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
      for match in text.matches(of: #/TesseraError\(\s*\.(\w+),\s*code:\s*\.(\w+)/#) {
        let exit = try #require(Self.exitCodes[String(match.output.1)], "\(file)")
        found.append((try #require(names[String(match.output.2)]), .error(exit)))
      }
      for match in text.matches(of: #/Diagnostic\(\s*\.(warning|note),\s*code:\s*\.(\w+)/#) {
        let code = try #require(names[String(match.output.2)])
        found.append((code, match.output.1 == "warning" ? .warning : .note))
      }
    }
    #expect(found.count > 80)
    for (code, occurrence) in found {
      #expect(
        code.explanation.occurrences.contains(occurrence), "\(code.rawValue): \(occurrence)")
    }
  }

  private static let exitCodes: [String: ExitCode] = [
    "checkFailed": .checkFailed, "doesNotFit": .doesNotFit, "incompatible": .incompatible,
    "usage": .usage, "badData": .badData, "inputMissing": .inputMissing,
    "deviceUnavailable": .deviceUnavailable, "internalError": .internalError,
    "wouldOverwrite": .wouldOverwrite, "inputOutput": .inputOutput,
  ]

  @Test(arguments: ["unknown-key", "[unknown-key]", "Unknown-Key", " [UNKNOWN-KEY] "])
  func codesAreFoundAsUsersWriteThem(name: String) throws {
    #expect(try ExplanationReport.code(named: name) == .unknownKey)
  }

  @Test func anUnknownCodeIsAnsweredWithTheNearest() {
    let error = #expect(throws: TesseraError.self) {
      try ExplanationReport.code(named: "unknwon-key")
    }
    #expect(error?.exitCode == .usage)
    #expect(error?.diagnostics.first?.remedies.first?.text == "did you mean unknown-key?")
  }

  @Test func textAndListFitATerminal() {
    for code in DiagnosticCode.allCases {
      let lines = ExplanationReport.text(of: code).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("    ") || $0 == lines[0] })
    }
    let list = ExplanationReport.listText().split(separator: "\n")
    #expect(list.count == DiagnosticCode.allCases.count + Explanation.Area.allCases.count)
  }
}
