import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Makes training data from text.",
    subcommands: [MakeVocabulary.self, MakePretrainingData.self])
}

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
        \(output): \(result.vocabulary.count) tokens, of which \(result.alphabetTokenCount) characters, \
        \(result.mergedTokenCount) merged, \(result.unusedTokenCount) unused; learned from \
        \(result.wordCount) words, \(result.distinctWordCount) of them distinct

        """)
    }
  }
}

struct MakePretrainingData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretraining",
    abstract: "Makes masked-LM and next-sentence samples as TFRecord files.",
    discussion: """
      The texts have one sentence a line and an empty line between documents. A tenth of the sequences is \
      short; half of the second segments come from another document; 15 % of the tokens are predicted: \
      80 % of them masked, 10 % replaced, 10 % kept.
      """)

  @Argument(help: "Text files.")
  var texts: [String]

  @Option(name: .shortAndLong, help: "Where the TFRecord file goes.")
  var output: String

  @Option(help: "The vocabulary, one token a line.")
  var vocabulary: String

  @Option(help: "Tokens of a sample.")
  var sequenceLength = 128

  @Option(help: "Masked tokens of a sample at the most.")
  var maskTokens = 20

  @Option(help: "Times that each document is used, with other masks.")
  var duplication = 10

  @Option(help: "What all random choices depend on.")
  var seed: UInt64 = 0

  @Flag(help: "Keep upper case and accents.")
  var cased = false

  @Flag(help: "Replace the output.")
  var force = false

  func validate() throws { try refuseStandardOutput(output) }

  func run() throws {
    try reportingErrors {
      var options = PretrainingDataBuilder.Options(
        sequenceLength: sequenceLength, maskTokenCount: maskTokens)
      options.duplicationFactor = duplication
      options.seed = seed
      options.overwrites = force
      let tokenizer = WordPieceTokenizer(
        vocabulary: try Vocabulary(path: vocabulary), lowercases: !cased)
      let builder = try PretrainingDataBuilder(tokenizer: tokenizer, options: options)
      let summary = try builder.write(inputs: texts, to: output)
      try writeOutput(
        """
        \(summary.paths.joined(separator: ", ")): \(summary.sampleCount) samples from \
        \(summary.documentCount) documents, \(summary.sentenceCount) sentences, \
        \(summary.textTokenCount) tokens (unknown: \(percent(summary.unknownShare)))
        masked: \(percent(summary.maskedShare)) of the tokens; [MASK] \
        \(percent(summary.replacedByMaskShare)), kept \(percent(summary.keptShare)), random \
        \(percent(summary.replacedByRandomShare)); next sentence random: \
        \(percent(summary.randomNextShare))

        """)
    }
  }

  private func percent(_ share: Double) -> String {
    let hundredths = Int((share * 10_000).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) %"
  }
}

private func refuseStandardOutput(_ path: String) throws {
  if path == "-" {
    throw ValidationError("The file is written at once and cannot go to standard output.")
  }
}
