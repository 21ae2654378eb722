import ArgumentParser
import CommandLineSupport
import Datasets
import Foundations
import Training

struct VerifyData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks every record of TFRecord files.",
    discussion: """
      Frames and checksums; features, their lengths and ranges; [CLS], [SEP], padding and segments; masked \
      positions or answers; and the shares that BERT's recipe decides. Ends with 1 where a check failed and \
      with 65 where a file is damaged or there is no record.
      """)

  @Argument(help: "Files, and folders with *.tfrecord files.")
  var paths: [String]

  @Option(
    help:
      "The vocabulary, one token a line; default: [PAD] 0, [CLS] 101, [SEP] 102, [MASK] 103, as BERT's."
  )
  var vocabulary: String?

  @Option(help: "Check against what this bundle reads.")
  var bundle: String?

  @Option(help: "Tokens of a sample; default: those of the first record.")
  var sequenceLength: Int?

  @Option(help: "Masked tokens of a sample at the most; default: those of the first record.")
  var maskTokens: Int?

  @Option(help: "How the report is printed: text or json.")
  var format: ReportFormat = .text

  func validate() throws {
    for (flag, value) in [("--sequence-length", sequenceLength), ("--mask-tokens", maskTokens)] {
      guard let value else { continue }
      if value < 1 { throw ValidationError("\(flag) must be at least 1.") }
      if bundle != nil { throw ValidationError("Give either --bundle or \(flag).") }
    }
  }

  func run() throws {
    try reportingErrors(format: format) {
      let vocabulary = try vocabulary.map { try Vocabulary(path: $0) }
      let files = try DataFiles.named(paths)
      var wanted = DataVerification.Wanted(sequenceLength: sequenceLength, maskTokens: maskTokens)
      if let bundle {
        wanted = .init(shape: try RecordShape(of: LoadedBundle(path: bundle).recipe.program))
      }
      let verification = DataVerification(wanted, vocabulary: vocabulary)
      let report = try showingStatus("checking records") { progress in
        try verification.report(on: files, progress: progress)
      }
      switch format {
      case .text: try writeOutput(report.text(hasVocabulary: vocabulary != nil))
      case .json: try writeOutput(report.json.text(.indented) + "\n")
      }
      if let code = report.exitCode { throw ArgumentParser.ExitCode(code.rawValue) }
    }
  }
}
