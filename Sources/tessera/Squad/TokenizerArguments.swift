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
