import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations

struct MakeVocabulary: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vocabulary", abstract: "Learns a WordPiece vocabulary from text files.")

  @Argument(help: "Text files.")
  var texts: [String]

  @Option(name: .shortAndLong, help: "Where the vocabulary goes, one token a line.")
  var output: String

  @Option(help: "Tokens of the vocabulary; it is filled up with [unusedN].")
  var size: Int

  @Flag(help: "Keep upper case and accents.")
  var cased = false

  @Flag(help: "Replace the output.")
  var force = false

  func validate() throws { try refuseStandardOutput(output) }

  func run() throws {
    try reportingErrors {
      let result = try VocabularyBuilder.build(files: texts, size: size, lowercases: !cased)
      try result.vocabulary.write(to: output, overwrites: force)
      try writeOutput(
        """
        \(output): \(countText(result.vocabulary.count, "token")): \
        \(countText(result.alphabetTokenCount, "character")), \
        \(result.mergedTokenCount) merged, \(result.unusedTokenCount) unused; learned from \
        \(countText(result.wordCount, "word")), \(result.distinctWordCount) distinct

        """)
    }
  }
}
