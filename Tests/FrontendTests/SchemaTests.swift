import Foundation
import Foundations
import Frontend
import Recipe
import TestSupport
import Testing

/// What is generated from the table of keys and committed. `TESSERA_BLESS=1` writes it anew.
@Suite struct SchemaTests {
  private let blesses = ProcessInfo.processInfo.environment["TESSERA_BLESS"] == "1"

  @Test func theSchemaIsThatOfTheTable() throws {
    let url = Checkout.root.appending(path: "schemas/config.schema.json")
    let schema = ConfigurationSchema.document.text(.indented) + "\n"
    if blesses { try Data(schema.utf8).write(to: url) }
    let isSame = try String(contentsOf: url, encoding: .utf8) == schema
    #expect(isSame, "schemas/config.schema.json is not what the table gives: TESSERA_BLESS=1")
  }

  /// A run tells of the keys that nothing follows without knowing the table.
  @Test func keysWithoutEffectAreThoseOfTheTable() {
    let stored = ConfigurationTables.keys.split(separator: "\n").compactMap { row -> String? in
      let cells = row.split(separator: "|").map { $0.drop { $0 == " " } }
      return cells.last?.hasPrefix("stored") == true
        ? String(cells[0].drop { $0 == "`" }.prefix { $0 != "`" }) : nil
    }
    #expect(stored.sorted() == RunOverride.keysWithoutEffect)
  }

  @Test func thePageHasTheTables() throws {
    let url = Checkout.root.appending(path: "docs/config.md")
    let page = try String(contentsOf: url, encoding: .utf8)
    var expected = page
    for (name, table) in [
      ("translations", ConfigurationTables.translations), ("keys", ConfigurationTables.keys),
    ] {
      let begin = try #require(expected.range(of: "<!-- table: \(name) -->\n"))
      let end = try #require(
        expected.range(of: "<!-- end -->", range: begin.upperBound..<expected.endIndex))
      expected.replaceSubrange(
        begin.upperBound..<end.lowerBound, with: "\n\(table)\n")
    }
    if blesses { try Data(expected.utf8).write(to: url) }
    #expect(
      blesses || page == expected, "docs/config.md has not the tables of the code: TESSERA_BLESS=1")
  }
}
