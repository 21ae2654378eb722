import ArgumentParser
import CommandLineSupport
import Foundations
import QuestionAnswering
import Training

struct SquadPredict: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Answers the questions of a SQuAD file.",
    discussion: """
      Writes predictions.json, an answer for each question, and nbest_predictions.json, the best candidates with \
      their logits and probabilities. Runs the bundle's forward-only program.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Option(help: ArgumentHelp("The questions, as dev-v1.1.json.", valueName: "file"))
  var devFile: String

  @Option(
    help: "The parameters: a file, or a folder; default: the configuration's, or the initial ones.")
  var pretrainedCkptPath: String?

  @OptionGroup var tokenizer: TokenizerArguments
  @OptionGroup var prediction: PredictionArguments

  @Option(
    help: "The folder for both files; default: the configuration's output_dir, or this folder.")
  var outputDir: String?

  @Flag(
    help:
      "Take a checkpoint with another number of words: its last rows are cut, or rows are added."
  )
  var resizeVocabulary = false

  @Option(help: "Threads to compute with; default: one for each processor.")
  var threads: Int?

  @Flag(help: "Replace the files that are written.")
  var force = false

  @Option(help: "How progress is shown on standard error: auto, bar, plain or none.")
  var progress: ProgressMode = .auto

  func validate() throws {
    if (threads ?? 1) < 1 { throw ValidationError("--threads must be at least 1.") }
  }

  func run() throws {
    try reportingErrors {
      try endingOnSignals {
        let bundle = try LoadedBundle(path: bundle)
        let checkpoint = pretrainedCkptPath ?? bundle.recipe.run.pretrainedCheckpointPath
        let folder = try PathExpansion.expand(
          outputDir ?? bundle.recipe.run.outputDirectory ?? ".")
        let files = try PredictionFiles(folder: folder, overwrites: force)
        let options = try FeatureOptions(
          sequenceLength: bundle.recipe.program.sequenceLength,
          documentStride: prediction.docStride)
        let tokenizer = try tokenizer.tokenizer(checkpoint: checkpoint)
        if let warning = TokenizerArguments.warning(
          of: tokenizer.vocabulary, modelSize: bundle.recipe.program.model.vocabularySize)
        {
          writeError("\(warning)\n")
        }
        let answers = try QuestionPrediction(
          bundle, checkpoint: checkpoint, resizesVocabulary: resizeVocabulary,
          threads: threads ?? processorCount(),
          maker: FeatureMaker(tokenizer, options),
          selection: prediction.selection, progress: .onStandardError(mode: progress)
        ).answers(to: QuestionSet(path: devFile))
        let summary =
          "\(files.predictionsPath): \(answers.count) answers\n\(files.candidatesPath): their candidates\n"
        try files.finish(answers)
        try writeOutput(summary)
      }
    }
  }
}
