import Foundation
import TestSupport
import Testing

/// `tesserac explain`, and errors as JSON.
@Suite(.enabled(if: Executables.areBuilt, "needs tessera and tesserac beside the tests"))
struct ErrorFormatTests {
  private func fields(_ output: Command.Output) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.text.utf8))
    return try #require(value as? [String: Any])
  }

  private func diagnostics(_ output: Command.Output) throws -> [[String: Any]] {
    let fields = try fields(output)
    #expect(fields["schema"] as? String == "tessera.diagnostics/1")
    #expect(output.errors.isEmpty, "\(output.errors)")
    return try #require(fields["diagnostics"] as? [[String: Any]])
  }

  @Test func aCodeIsExplained() throws {
    let folder = try CommandLineTests.Folder()
    let text = try folder.run("tesserac", "explain", "[Unknown-Key]")
    #expect(text.status == 0)
    #expect(text.text.hasPrefix("unknown-key: "))
    #expect(text.text.contains("Configurations (error, exit code 65)"))
    let json = try fields(try folder.run("tesserac", "explain", "unknown-key", "--format", "json"))
    #expect(json["schema"] as? String == "tessera.explanation/1")
    #expect(json["exit_codes"] as? [Int] == [65])
    #expect((json["example"] as? [String: String])?["after"]?.contains("hidden_size") == true)
  }

  @Test func allCodesAreListed() throws {
    let folder = try CommandLineTests.Folder()
    let text = try folder.run("tesserac", "explain")
    #expect(text.status == 0)
    #expect(text.text.contains("Checkpoints\n  checkpoint-ambiguous-name"))
    let json = try fields(try folder.run("tesserac", "explain", "--format", "json"))
    let codes = try #require(json["codes"] as? [[String: Any]])
    #expect(codes.count > 100)
    #expect(
      codes.allSatisfy { text.text.contains("  \($0["code"] as? String ?? "-") ") })
  }

  @Test func anUnknownCodeIsAUsageError() throws {
    let folder = try CommandLineTests.Folder()
    let text = try folder.run("tesserac", "explain", "unknwon-key")
    #expect(text.status == 64)
    #expect(text.errors.contains("did you mean unknown-key?"))
    let json = try folder.run("tesserac", "explain", "unknwon-key", "--format", "json")
    #expect(json.status == 64)
    #expect(try diagnostics(json).first?["code"] as? String == "unknown-code")
  }

  @Test func mistakesOfAConfigurationAreADocument() throws {
    let folder = try CommandLineTests.Folder()
    let path = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("\"hidden_size\"", with: "\"hiden_size\"")
      .replacing("\"replicas\": 1", with: "\"replicas\": \"one\"")
    try folder.write(text, to: "bad.json")
    let output = try folder.run(
      "tesserac", "compile", "bad.json", "-o", "bad.ipub", "--format", "json")
    #expect(output.status == 65)
    let diagnostics = try diagnostics(output)
    #expect(diagnostics.map { $0["code"] as? String } == ["unknown-key", "wrong-type"])
    #expect(diagnostics[0]["file"] as? String == "bad.json")
    #expect(diagnostics[0]["line"] as? Int == 6)
    #expect(diagnostics[0]["column"] as? Int == 5)
    let remedies = try #require(diagnostics[0]["remedies"] as? [[String: Any]])
    #expect((remedies.first?["text"] as? String)?.contains("hidden_size") == true)
    #expect(remedies.first?["edits"] is [[String: Any]])
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/bad.ipub"))
  }

  @Test func errorsWithoutAPlaceAreDocumentsToo() throws {
    let folder = try CommandLineTests.Folder()
    try folder.write("no bundle", to: "text.ipub")
    let foreign = try folder.run("tessera", "inspect", "text.ipub", "--format", "json")
    #expect(foreign.status == 3)
    let diagnostics = try diagnostics(foreign)
    #expect(diagnostics.first?["code"] as? String == "not-a-bundle")
    #expect(diagnostics.first?["line"] == nil)
    let missing = try folder.run("tessera", "evaluate", "absent.ipub", "--format", "json")
    #expect(missing.status == 66)
    #expect(try self.diagnostics(missing).first?["code"] as? String == "cannot-open")
  }

  @Test func warningsAreInTheSummary() throws {
    let folder = try CommandLineTests.Folder()
    let demo = GoldenReference.root.appendingPathComponent("examples/demo.json").path
    let output = try folder.run(
      "tesserac", "compile", demo, "-o", "x.ipub", "--format", "json", "--set",
      "generated_dataset=true")
    #expect(output.status == 0)
    #expect(output.errors.isEmpty)
    let warnings = try #require(try fields(output)["diagnostics"] as? [[String: Any]])
    #expect(warnings.contains { $0["code"] as? String == "not-in-effect" })
    #expect(warnings.allSatisfy { $0["severity"] as? String != "error" })
  }
}
