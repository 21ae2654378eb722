import ArgumentParser
import Checkpoints
import CommandLineSupport
import Foundations
import Training

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Shows and converts checkpoints of Tessera, Hugging Face, PyTorch and TensorFlow.",
    subcommands: [InspectCheckpoint.self, ConvertCheckpoint.self])
}

struct InspectCheckpoint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what a checkpoint holds, or how it meets the model of a bundle.",
    discussion: """
      The path is a file (safetensors, what torch.save writes, or TensorFlow's .h5) or a folder that holds \
      one, as a run's folder does. A run's checkpoint is verified by the digest in it. With --bundle, the \
      command ends with 3 where the checkpoint cannot be loaded.
      """)

  @Argument(help: "The checkpoint: a file or a folder.")
  var path: String

  @Option(help: "Compare it with the model of this bundle.")
  var bundle: String?

  @Flag(help: "Compare it as loading with this flag would.")
  var resizeVocabulary = false

  @Option(help: "How it is printed: text or json.")
  var format: ReportFormat = .text

  func run() throws {
    try reportingErrors(format: format) {
      let checkpoint = try HuggingFaceCheckpoint(path: path)
      let isVerified = try TrainingStateFile.verify(checkpoint.file)
      guard let bundle else {
        let contents = try CheckpointContents(checkpoint, isVerified: isVerified)
        return try print(text: contents.text, json: contents.json)
      }
      let fit = try CheckpointFit(
        checkpoint, try LoadedBundle(path: bundle), resizesVocabulary: resizeVocabulary)
      try print(text: fit.text, json: fit.json(path: checkpoint.file.path))
      guard let failure = fit.failure else { return }
      // As JSON the report has it already.
      if format == .text { throw failure }
      throw ArgumentParser.ExitCode(failure.exitCode.rawValue)
    }
  }

  private func print(text: String, json: JSON.Plain) throws {
    try writeOutput(format == .text ? text : json.text(.indented) + "\n")
  }
}
