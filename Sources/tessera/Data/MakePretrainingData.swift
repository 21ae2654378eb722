import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations

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

  @Option(help: "Divide the samples into this many files, NAME-00000-of-0000N.tfrecord.")
  var files = 1

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
      options.fileCount = files
      options.seed = seed
      options.overwrites = force
      let tokenizer = WordPieceTokenizer(
        vocabulary: try Vocabulary(path: vocabulary), lowercases: !cased)
      let builder = try PretrainingDataBuilder(tokenizer: tokenizer, options: options)
      let summary = try showingStatus("making samples") { progress in
        try builder.write(inputs: texts, to: output) { progress(UInt64($0), UInt64($1)) }
      }
      try writeOutput(
        """
        \(summary.paths.joined(separator: ", ")): \(countText(summary.sampleCount, "sample")) \
        from \(countText(summary.documentCount, "document")), \
        \(countText(summary.sentenceCount, "sentence")), \(countText(summary.textTokenCount, "token")) (unknown: \(percentText(summary.unknownShare)))
        masked: \(percentText(summary.maskedShare)) of the tokens; [MASK] \
        \(percentText(summary.replacedByMaskShare)), kept \(percentText(summary.keptShare)), random \
        \(percentText(summary.replacedByRandomShare)); next sentence random: \
        \(percentText(summary.randomNextShare))

        """)
    }
  }
}
