import Foundations
import Testing

@Suite struct DiagnosticJSONTests {
  @Test func aDiagnosticHasItsPlaceNotesAndEdits() {
    let diagnostic = Diagnostic(
      code: .unknownKey, "no \"x\"", at: SourceLocation(file: "a.json", line: 3, column: 5),
      notes: ["why"],
      remedies: [
        Remedy("rename", [.rename(path: "b.x", to: "y")]),
        Remedy("both", [.set(path: "b.y", 4), .remove(path: "b.x")]), "by hand",
      ])
    #expect(
      diagnosticsJSON([diagnostic]).text() == #"""
        {"schema":"tessera.diagnostics/1","diagnostics":[{"severity":"error","code":"unknown-key",\#
        "message":"no \"x\"","file":"a.json","line":3,"column":5,"notes":["why"],"remedies":[\#
        {"text":"rename","edits":[{"operation":"rename","path":"b.x","to":"y"}]},\#
        {"text":"both","edits":[{"operation":"set","path":"b.y","value":4},\#
        {"operation":"remove","path":"b.x"}]},{"text":"by hand","edits":[]}]}]}
        """#)
  }

  @Test func withoutAPlaceItsKeysAreLeftOut() {
    let warning = Diagnostic(.warning, code: .noCheckpoint, "m")
    #expect(
      warning.json.text() == #"""
        {"severity":"warning","code":"no-checkpoint","message":"m","notes":[],"remedies":[]}
        """#)
  }
}
