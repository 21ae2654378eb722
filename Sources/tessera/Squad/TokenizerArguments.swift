import ArgumentParser
import Datasets
import Foundations
import Training

/// How texts become tokens.
struct TokenizerArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The vocabulary, one token a line; default: vocab.txt beside the checkpoint.",
      valueName: "file"))
  var vocabulary: String?

  @Flag(help: "Keep upper case and accents, as a cased model wants it.")
  var cased = false

  /// Rows that a model's table may have more or less than the vocabulary has tokens: tables are padded, to
  /// 30,528 for BERT's 30,522 tokens, or cut to whole slices, to 30,400.
  private static let usualDifference = 256

  /// The warning that a vocabulary is hardly the one that the model was trained with; nil where it may be.
  static func warning(of vocabulary: Vocabulary, modelSize: Int) -> Diagnostic? {
    let count = vocabulary.tokens.count
    guard abs(count - modelSize) > usualDifference else { return nil }
    return Diagnostic(
      .warning, code: .dataVocabularyMismatch,
      "the vocabulary has \(count) tokens, and the model \(modelSize)",
      notes: ["a token's number is its line, so another vocabulary gives other words to the model"],
      remedies: ["give the model's own vocab.txt with --vocabulary"])
  }

  /// The tokenizer, from the vocabulary that is given, or from the one beside the checkpoint.
  func tokenizer(checkpoint: String?) throws -> WordPieceTokenizer {
    WordPieceTokenizer(
      vocabulary: try Vocabulary(path: path(checkpoint: checkpoint)), lowercases: !cased)
  }

  private func path(checkpoint: String?) throws -> String {
    if let vocabulary { return vocabulary }
    if let checkpoint {
      let path = try PathExpansion.expand(checkpoint)
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      for candidate in [path + "/vocab.txt", folder + "/vocab.txt"]
      where isReadable(candidate) {
        return candidate
      }
    }
    throw TesseraError(
      .usage, code: .missingOption, "the vocabulary is not given",
      notes: ["there is no vocab.txt beside the checkpoint"], remedies: ["give --vocabulary"])
  }
}
