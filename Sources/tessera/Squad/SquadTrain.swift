import ArgumentParser
import CommandLineSupport
import Foundations
import QuestionAnswering
import Recipe
import Training

struct SquadTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Fine-tunes a bundle on SQuAD, and scores it.",
    discussion: """
      Makes features of the training file, once for each file, vocabulary and set of options (--cache-dir), and \
      trains on them as tessera train does. Then answers the questions of the other file as tessera squad predict \
      does, and prints exact match and F1. Either part is left out where do_training or do_validation is false; \
      without training, the newest checkpoint of --resume or --run-dir is scored, or else --pretrained-ckpt-path.
      """)

  @Argument(help: "The bundle.")
  var bundle: String

  @Option(
    help: ArgumentHelp(
      "The questions to train on; default: train-v1.1.json of --dataset-dir.", valueName: "file"))
  var trainFile: String?

  @Option(
    help: ArgumentHelp(
      "The questions to score with; default: dev-v1.1.json of --dataset-dir.", valueName: "file"))
  var devFile: String?

  @OptionGroup var tokenizer: TokenizerArguments
  @OptionGroup var prediction: PredictionArguments

  @Option(
    help: ArgumentHelp(
      "As --doc-stride, for training: a window without the answer learns to point at [CLS].",
      valueName: "tokens"))
  var trainDocStride = 0

  @Flag(help: "Leave out questions whose answer is not where the file says, instead of ending.")
  var skipMisaligned = false

  @Option(
    help: "The folder that keeps features; default: the configuration's, or runs/squad-cache.")
  var cacheDir: String?

  @Option(
    help:
      "The folder for predictions.json and nbest_predictions.json; default: the configuration's, or the run's directory."
  )
  var outputDir: String?

  @Option(help: ArgumentHelp("Override do_training.", valueName: "true|false"))
  var doTraining: Bool?

  @Option(help: ArgumentHelp("Override do_validation.", valueName: "true|false"))
  var doValidation: Bool?

  @Option(help: "Times that each question is trained on; default: the configuration's.")
  var numEpochs: Int?

  @OptionGroup var training: TrainingArguments

  func validate() throws {
    if trainDocStride < 0 { throw ValidationError("--train-doc-stride must be at least 0.") }
    if numEpochs != nil, training.totalNumTrainSamples != nil {
      throw ValidationError("--num-epochs and --total-num-train-samples say the same.")
    }
  }

  func run() throws {
    try reportingErrors {
      try endingOnSignals { try fineTune() }
    }
  }

  private func fineTune() throws {
    let bundle = try LoadedBundle(path: bundle)
    let plan = try Plan(self, bundle)
    var checkpoint = plan.checkpoint
    var runDirectory: String?
    if let source = plan.training {
      let outcome = try train(bundle, on: source, plan)
      try training.report(outcome)
      checkpoint = outcome.checkpointPath
      runDirectory = outcome.directory.path
    }
    if let (questions, maker) = plan.validation {
      do {
        try validate(bundle, on: questions, maker, plan, checkpoint, runDirectory)
      } catch let interruption as Interrupted where runDirectory != nil {
        writeError("interrupted; the training is saved, and no predictions were written\n")
        throw ArgumentParser.ExitCode(interruption.exitCode)
      }
    }
  }

  private func train(
    _ bundle: LoadedBundle, on source: Plan.TrainingSource, _ plan: Plan
  ) throws -> TrainingOutcome {
    var options = plan.options
    if case .file(let path, let maker) = source {
      let cached = try FeatureCache(folder: plan.cacheFolder).features(
        of: path, maker, cased: tokenizer.cased, skipsMisaligned: skipMisaligned,
        progress: plan.progress)
      plan.progress.note("\(path): \(cached.summary)")
      options.datasetDirectory = cached.folder
    }
    return try TrainingRun(bundle, options).run()
  }

  private func validate(
    _ bundle: LoadedBundle, on questions: QuestionSet, _ maker: FeatureMaker, _ plan: Plan,
    _ checkpoint: String?, _ runDirectory: String?
  ) throws {
    let files = try PredictionFiles(
      folder: plan.outputFolder ?? runDirectory ?? ".", overwrites: plan.replacesPredictions)
    let answers = try QuestionPrediction(
      bundle, checkpoint: checkpoint, resizesVocabulary: false, threads: plan.options.threads,
      maker: maker, selection: prediction.selection, progress: plan.progress
    ).answers(to: questions)
    let scores = try AnswerScores(questions, answers.predictions)
    let path = files.predictionsPath
    try files.finish(answers)
    try writeOutput(scores.text + "predictions: \(path)\n")
  }
}

extension SquadTrain {
  /// What the run is told, the configuration's keys that this command alone has among it.
  func options() throws(TesseraError) -> TrainingOptions {
    var options = try training.options()
    let settings: [(flag: String, key: String, value: String?)] = [
      ("--do-training", "do_training", doTraining.map { "\($0)" }),
      ("--do-validation", "do_validation", doValidation.map { "\($0)" }),
      ("--num-epochs", "num_epochs", numEpochs.map { "\($0)" }),
      ("--cache-dir", "cache_dir", cacheDir), ("--output-dir", "output_dir", outputDir),
    ]
    for (flag, key, value) in settings {
      guard let value else { continue }
      options.overrides.append(RunOverride(flag: flag, of: key, value: value))
    }
    return options
  }
}
