import Compiler
import Foundation
import Frontend
import Recipe
import TestSupport
import Testing

/// `docs/passes.md` against the code: every pass has a section, what it shows is what the tests of the
/// passes have as input or output, and its list of phases is the pipeline's. `TESSERA_BLESS=1` writes the
/// list anew.
@Suite struct DocumentationTests {
  private static let path = Checkout.path("docs/passes.md")

  private static func page() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func everyPassHasASection() throws {
    let titles = try Self.page().split(separator: "\n").filter { $0.hasPrefix("## ") }
      .map { String($0.dropFirst(3)) }
    #expect(titles.sorted() == PassRegistry.all.map(\.name).sorted())
  }

  @Test func whatIsShownIsReal() throws {
    let folder = Checkout.path("Tests/TransformsTests/Files")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    var lines: Set<String> = []
    for file in files {
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      lines.formUnion(
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    }
    let shown = try Self.page().split(separator: "\n")
      .filter { $0.hasPrefix("    ") && $0.contains("\"tessera.") || $0.hasPrefix("    %") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(shown.count > 20)
    for line in shown where !lines.contains(line) { Issue.record("no test has: \(line)") }
  }

  @Test func thePhasesAreThoseOfThePipeline() throws {
    let recipe = try Configuration.load(path: Checkout.path("examples/pretrain_tiny.json")).recipe
    let rows = PassPipeline.phases(for: recipe.program).enumerated().map {
      "| \($0.offset) | `\($0.element.name)` | \($0.element.reason) |"
    }
    let table = (["| | phase | why it stands there |", "| --- | --- | --- |"] + rows).joined(
      separator: "\n")
    let page = try Self.page()
    let marks = ("<!-- phases -->\n", "\n<!-- end of phases -->")
    let start = try #require(page.range(of: marks.0)?.upperBound)
    let end = try #require(page.range(of: marks.1)?.lowerBound)
    if ProcessInfo.processInfo.environment["TESSERA_BLESS"] == "1" {
      let blessed = page[..<start] + table + page[end...]
      try String(blessed).write(toFile: Self.path, atomically: true, encoding: .utf8)
    } else {
      #expect(String(page[start..<end]) == table, "TESSERA_BLESS=1 writes it anew")
    }
  }
}
