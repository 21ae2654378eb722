import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations
import Reports

struct MakeWikipediaText: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wikipedia",
    abstract: "Turns extracted Wikipedia articles into text with a sentence a line.",
    discussion: """
      Reads what WikiExtractor writes: articles between <doc …> and </doc>. Titles are left out, references of \
      HTML are decoded, paragraphs are cut into sentences, and an empty line stands between articles, as \
      "tessera data pretraining" wants it. Memory stays the same for any amount of text.
      """)

  @Argument(help: "Files, and folders, which are gone through with all folders in them.")
  var inputs: [String]

  @Option(name: .shortAndLong, help: "Where the text goes.")
  var output: String

  @Option(help: "Divide the text into this many files, NAME-00000-of-0000N.txt, articles whole.")
  var files: Int?

  @Option(help: "Put this many articles into each file, NAME-00000.txt and so on.")
  var articlesPerFile: Int?

  @Flag(help: "Replace the output.")
  var force = false

  func validate() throws {
    try refuseStandardOutput(output)
    if files != nil, articlesPerFile != nil {
      throw ValidationError("Give either --files or --articles-per-file.")
    }
  }

  func run() throws {
    try reportingErrors {
      let division =
        articlesPerFile.map { WikipediaText.Division.articlesPerFile($0) } ?? .files(files ?? 1)
      let text = try WikipediaText(division: division, overwrites: force)
      let summary = try showingStatus("reading articles") { progress in
        try text.write(inputs: inputs, to: output, progress: progress)
      }
      try writeOutput(
        """
        \(summary.paths.joined(separator: ", ")): \(countText(summary.articleCount, "article")) \
        with \(countText(summary.sentenceCount, "sentence")), \(countText(summary.wordCount, "word")), \
        \(byteCountText(summary.byteCount)); left out: \
        \(countText(summary.emptyArticleCount, "article")) without text; read: \(countText(summary.inputCount, "file"))

        """)
    }
  }
}
