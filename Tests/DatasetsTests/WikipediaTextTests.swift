import Datasets
import Foundation
import Foundations
import TestSupport
import Testing

/// Extracted articles on their way to a sentence a line.
@Suite struct WikipediaTextTests {
  /// The lines of the text that is made of `paragraph` as an article's only one.
  static func sentences(_ paragraph: String) throws -> [String] {
    let folder = try TemporaryFolder()
    try folder.write(Array(article("T", paragraph).utf8), "wiki_00")
    return try lines(folder).text.filter { !$0.isEmpty }
  }

  static func article(_ title: String, _ paragraphs: String...) -> String {
    "<doc id=\"1\" url=\"https://example.org/wiki?curid=1\" title=\"\(title)\">\n\(title)\n\n"
      + paragraphs.map { $0 + "\n" }.joined() + "</doc>\n"
  }

  static func lines(
    _ folder: TemporaryFolder, _ division: WikipediaText.Division = .files(1)
  ) throws -> (text: [String], summary: WikipediaText.Summary) {
    let output = try TemporaryFolder()
    let summary = try WikipediaText(division: division)
      .write(inputs: [folder.path], to: output.file("text.txt"))
    let text = try output.names.map {
      String(decoding: try output.contents($0), as: UTF8.self)
    }
    #expect(try summary.paths == output.names.map { output.file($0) })
    #expect(summary.byteCount == text.reduce(0) { $0 + $1.utf8.count })
    return (text.flatMap { $0.components(separatedBy: "\n").dropLast() }, summary)
  }

  @Test(arguments: [
    ["One sentence.", "Another one!", "A third?", "Yes."],
    ["Dr. Smith met Mr. J. R. R. Tolkien in St. Albans.", "They left."],
    ["It is 3.14 m long, approx. 5.2 ft. wide, e.g. in Paris.", "It grew."],
    ["The U.S. Army came at 5 p.m. on Jan. 6 with Gen. Lee.", "It won."],
    ["He lived in the U.S.", "The rest is known."],
    ["Acme Inc. Berlin is a firm.", "It was sold to Acme Inc.", "The firm is gone."],
    ["She said \"Go.\"", "Then she left."],
    ["\"Is it here?\" he asked.", "\"No,\" she said."],
    ["He asked \u{201C}Why?\u{201D}", "\u{201C}Because,\u{201D} she said."],
    ["This is old (see Fig. 3).", "(It is new.)", "Fine."],
    ["It needs vitamin C.", "The body has none.", "Elizabeth I.", "She reigned."],
    ["See No. 5 and vol. II of the work.", "There is more."],
    ["1. FC Köln plays.", "In 1990.", "Twelve came."],
    ["Wait... he came.", "Well...", "Then he went."],
    ["The mass.", "Newton measured it.", "Modern art.", "Picasso made it."],
    ["It was founded c. 1200 by Smith et al. in Rome.", "Étienne came."],
    ["Version 2.0 came.", "12 people used it.", "The end of no. 3"],
    ["これは文です。", "次の文です。", "終わり"],
    ["a word without capital. another one"],
  ])
  func sentencesAreFound(expected: [String]) throws {
    let separator = expected[0].hasPrefix("これ") ? "" : " "
    #expect(try Self.sentences(expected.joined(separator: separator)) == expected)
  }

  @Test func articlesAreKeptApart() throws {
    let folder = try TemporaryFolder()
    let first = Self.article("Ant", "Ants are insects. They work.", "", "There are  many\tof them.")
    let second = Self.article(
      "Bee &amp; \"Wasp\"", "Bees &amp; wasps: 5 &lt; 6 &#8211; &eacute;&amp;lt;.")
    try FileManager.default.createDirectory(
      atPath: folder.file("AA"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: folder.file("AB"), withIntermediateDirectories: true)
    try folder.write(Array((first + Self.article("Empty")).utf8), "AA/wiki_01")
    try folder.write(Array(second.utf8), "AB/wiki_00")
    try folder.write(Array(Self.article("Zoo", "Zoo", "It is.").utf8), "AA/wiki_00")
    try folder.write(Array("no article".utf8), ".hidden")
    let (text, summary) = try Self.lines(folder)
    #expect(
      text == [
        "Zoo", "It is.", "", "Ants are insects.", "They work.", "There are many of them.", "",
        "Bees & wasps: 5 < 6 \u{2013} é&lt;.",
      ])
    #expect(summary.inputCount == 3)
    #expect(summary.articleCount == 3)
    #expect(summary.emptyArticleCount == 1)
    #expect(summary.sentenceCount == 6)
    #expect(summary.wordCount == 1 + 2 + 3 + 2 + 5 + 8)
  }

  /// Articles are never cut, and several files hold what one holds.
  @Test func division() throws {
    let folder = try TemporaryFolder()
    let articles = (0..<40).map { Self.article("A\($0)", "Article \($0) is here. It is short.") }
    try folder.write(Array(articles.joined().utf8), "wiki_00")
    let one = try Self.lines(folder)
    let four = try Self.lines(folder, .files(4))
    #expect(four.summary.paths.first?.hasSuffix("/text-00000-of-00004.txt") == true)
    #expect(four.summary.paths.count == 4)
    #expect(four.text.filter { !$0.isEmpty } == one.text.filter { !$0.isEmpty })
    let twelve = try Self.lines(folder, .articlesPerFile(12))
    #expect(twelve.summary.paths.last?.hasSuffix("/text-00003.txt") == true)
    #expect(twelve.text.filter { !$0.isEmpty } == one.text.filter { !$0.isEmpty })
    // An empty line between two articles, and none at the ends of files.
    #expect(one.text.count { $0.isEmpty } == 39)
    #expect(twelve.text.count { $0.isEmpty } == 36)
  }

  @Test func whatIsNoArticleIsLocated() throws {
    for (text, line) in [
      ("text\n", 1), ("\n\n{\"id\": \"1\"}\n", 3), ("<doc id=\"1\" title=\"a\">\na\n", 2),
      ("<doc id=\"1\" title=\"a\">\n<doc id=\"2\" title=\"b\">\n", 2),
    ] {
      let folder = try TemporaryFolder()
      let path = try folder.write(Array(text.utf8), "wiki_00")
      let error = tesseraError { _ = try Self.lines(folder) }
      #expect(error?.exitCode == .badData)
      #expect(error?.diagnostics.first?.code == .notArticles)
      #expect(error?.diagnostics.first?.location?.line == line)
      #expect(error?.diagnostics.first?.location?.file == path)
    }
    let folder = try TemporaryFolder()
    #expect(tesseraError { _ = try Self.lines(folder) }?.exitCode == .inputMissing)
    try folder.write(Array(Self.article("Only a title").utf8), "wiki_00")
    #expect(tesseraError { _ = try Self.lines(folder) }?.exitCode == .badData)
  }

  @Test func badDivisions() {
    for division in [WikipediaText.Division.files(0), .files(100_000), .articlesPerFile(0)] {
      #expect(tesseraError { _ = try WikipediaText(division: division) }?.exitCode == .usage)
    }
  }
}
