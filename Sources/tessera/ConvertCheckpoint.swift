import ArgumentParser
import Checkpoints
import CommandLineSupport
import Foundations
import Training

struct ConvertCheckpoint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a checkpoint for Hugging Face transformers, PyTorch or TensorFlow.",
    discussion: """
      The output's name decides: .safetensors; .bin, .pt or .pth for torch.load; .h5 for TensorFlow's models; \
      anything else is a folder that from_pretrained takes, with model.safetensors, config.json and, where \
      they are known, the vocabulary's files. The state of a training is not written: resuming needs the \
      run's own checkpoint.
      """)

  /// The element types that a result can have.
  enum ElementChoice: String, ExpressibleByArgument, CaseIterable {
    case f32
    case f16
  }

  @Argument(help: "The checkpoint: a file or a folder.")
  var input: String

  @Argument(help: "Where the result goes.")
  var output: String

  @Option(
    name: .customLong("model"),
    help:
      "The class that it is for: \(CheckpointHeads.allCases.map(\.rawValue).joined(separator: ", ")); encoder has names without `bert.`; default: what the input has heads for."
  )
  var heads: CheckpointHeads?

  @Option(help: "The element type: f32 or f16; default: the input's.")
  var dtype: ElementChoice?

  @Option(
    help:
      "Cut or add rows for words, to have this many: added rows are zero, with a bias that no prediction falls on."
  )
  var vocabularySize: Int?

  @Option(
    help: "The bundle of the model, for config.json; default: the config.json beside the input.")
  var bundle: String?

  @Option(help: "A vocab.txt for the folder; default: the one beside the input.")
  var vocabulary: String?

  @Flag(help: "Replace the files that are written.")
  var force = false

  func validate() throws {
    guard (vocabularySize ?? 1) >= 1 else {
      throw ValidationError("--vocabulary-size must be at least 1.")
    }
  }

  func run() throws {
    try reportingErrors {
      let source = try HuggingFaceCheckpoint(path: input)
      try TrainingStateFile.verify(source.file)
      let conversion = try CheckpointConversion(
        of: source, heads: heads, element: dtype.map { $0 == .f16 ? .f16 : .f32 },
        vocabularySize: vocabularySize)
      if let format = CheckpointFormat(ending: output) {
        try conversion.write(to: output, format: format, overwrite: force)
      } else {
        let folder = HuggingFaceFolder(
          path: output, overwrite: force, vocabulary: vocabulary,
          configuration: try bundle.map {
            HuggingFaceConfiguration(try LoadedBundle(path: $0).recipe.program.model)
          })
        try folder.write(conversion, from: source)
      }
      try writeOutput(text(conversion))
    }
  }

  private func text(_ conversion: CheckpointConversion) -> String {
    let report = conversion.report
    var lines = ["\(output): \(report.written) tensors for \(conversion.heads.architecture)"]
    if let words = report.words, words.before != words.after {
      let change =
        words.after > words.before
        ? "\(words.after - words.before) rows of zeros added"
        : "the last \(words.before - words.after) rows cut"
      lines.append("words: \(words.before) before, \(words.after) now: \(change)")
    }
    if let neutral = report.neutral { lines.append(neutral) }
    if !report.missing.isEmpty {
      lines.append(
        "not in the input, so whoever loads it begins with initial values: "
          + report.missing.joined(separator: ", "))
    }
    if !report.leftOut.isEmpty {
      lines.append("left out: " + report.leftOut.map(\.shownName).joined(separator: ", "))
    }
    if report.trainingState > 0 {
      lines.append("left out: \(report.trainingState) tensors of the training's state")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension CheckpointHeads: ExpressibleByArgument {}
