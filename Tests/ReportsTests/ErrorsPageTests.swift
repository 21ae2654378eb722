import Foundation
import Reports
import TestSupport
import Testing

@Suite struct ErrorsPageTests {
  /// `TESSERA_BLESS=1` writes the page anew instead.
  @Test func thePageIsThatOfTheTable() throws {
    let url = Checkout.root.appending(path: "docs/errors.md")
    let page = ExplanationReport.page()
    if ProcessInfo.processInfo.environment["TESSERA_BLESS"] == "1" {
      try Data(page.utf8).write(to: url)
    }
    let isSame = try String(contentsOf: url, encoding: .utf8) == page
    #expect(isSame, "docs/errors.md is not what the table of explanations gives: TESSERA_BLESS=1")
  }
}
