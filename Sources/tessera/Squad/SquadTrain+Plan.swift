import CommandLineSupport
import Datasets
import Foundations
import QuestionAnswering
import Recipe
import Training

extension SquadTrain {
  /// What is done, found out and checked before the work, so that hours do not end in a missing file.
  struct Plan {
    /// What is trained on.
    enum TrainingSource {
      /// The questions of a file, made into features.
      case file(String, FeatureMaker)
      /// Random samples of the right shape.
      case generated
    }

    /// What is trained on; nil where there is no training.
    let training: TrainingSource?
    /// The questions to score with, and what makes their features; nil where there is no validation.
    let validation: (questions: QuestionSet, maker: FeatureMaker)?
    /// What the run is told.
    let options: TrainingOptions
    /// The parameters to start from, or to score where there is no training; nil for the initial ones.
    let checkpoint: String?
    /// The folder that keeps features.
    let cacheFolder: String
    /// Where predictions go; nil for the run's directory.
    let outputFolder: String?
    /// Whether predictions that are there may be replaced.
    let replacesPredictions: Bool
    let progress: Progress

    init(_ command: SquadTrain, _ bundle: LoadedBundle) throws {
      options = try command.options()
      let recipe = try options.applied(to: bundle.recipe)
      _ = try recipe.program.questionAnsweringShape()
      let run = recipe.run
      guard run.doesTraining || run.doesValidation else {
        throw TesseraError(
          .usage, code: .nothingToDo, "neither training nor validation is asked for",
          remedies: ["give --do-training true or --do-validation true"])
      }
      progress = .onStandardError(mode: options.progress)
      let earlier = EarlierRun(resumedBy: options, run, digest: bundle.digest)
      let checkpoint =
        run.doesTraining
        ? run.pretrainedCheckpointPath : try Self.scoredCheckpoint(run, options, earlier)
      cacheFolder = try PathExpansion.expand(
        run.cacheDirectory ?? Self.runsFolder(options.runDirectory) + "/squad-cache")
      let outputFolder = try run.outputDirectory.map(PathExpansion.expand)
      // A run that goes on may replace what it wrote itself.
      replacesPredictions =
        options.overwrites
        || earlier.map { run in outputFolder.map(run.predicted) ?? recipe.run.doesTraining }
          ?? false
      self.checkpoint = checkpoint
      self.outputFolder = outputFolder

      func maker(documentStride: Int) throws -> FeatureMaker {
        FeatureMaker(
          try command.tokenizer.tokenizer(checkpoint: run.pretrainedCheckpointPath ?? checkpoint),
          try FeatureOptions(
            sequenceLength: recipe.program.sequenceLength, documentStride: documentStride))
      }
      let data = try Self.dataFolder(run)
      if !run.doesTraining {
        training = nil
      } else if run.generatesDataset {
        training = .generated
      } else {
        training = .file(
          try Self.file(
            "train-v1.1.json", of: data, given: command.trainFile, remedy: "give --train-file"),
          try maker(documentStride: command.trainDocStride))
      }
      // Random samples are for measuring speed: there is nothing to score unless the user says with what.
      if run.doesValidation, !run.generatesDataset || command.devFile != nil {
        let path = try Self.file(
          "dev-v1.1.json", of: data, given: command.devFile,
          remedy: "give --dev-file, or --do-validation false")
        validation = (
          try Self.questions(path), try maker(documentStride: command.prediction.docStride)
        )
        if let outputFolder {
          // Begun and given up at once: it leaves nothing behind.
          _ = try PredictionFiles(folder: outputFolder, overwrites: replacesPredictions)
        }
      } else {
        validation = nil
      }
      if let warning = vocabulary.flatMap({
        TokenizerArguments.warning(of: $0, modelSize: recipe.program.model.vocabularySize)
      }) {
        writeError("\(warning)\n")
      }
    }

    /// The vocabulary of the questions; nil where there are none.
    private var vocabulary: Vocabulary? {
      if let validation { return validation.maker.tokenizer.vocabulary }
      guard case .file(_, let maker) = training else { return nil }
      return maker.tokenizer.vocabulary
    }

    /// The parameters that are scored where nothing is trained: those of the run that the user names, else
    /// those that a training would start from.
    private static func scoredCheckpoint(
      _ run: TrainingRecipe.Run, _ options: TrainingOptions, _ earlier: EarlierRun?
    ) throws -> String? {
      if case .from(let path) = options.resumption {
        return try EarlierRun.newestCheckpoint(of: path)
      }
      if let path = options.runDirectory ?? earlier?.path, EarlierRun.holdsRun(path) {
        return try EarlierRun.newestCheckpoint(of: path)
      }
      if run.pretrainedCheckpointPath == nil {
        writeError(
          Diagnostic(
            .warning, code: .noCheckpoint,
            "neither a run nor a checkpoint is given: the initial parameters are scored",
            remedies: ["give --resume, --run-dir or --pretrained-ckpt-path"]
          ).description + "\n")
      }
      return run.pretrainedCheckpointPath
    }

    /// The folder with the published files. The nested form of configurations has one key, `dataset_dir`, for
    /// it and for the cache.
    private static func dataFolder(_ run: TrainingRecipe.Run) throws -> String? {
      try (run.datasetDirectory ?? run.cacheDirectory).map(PathExpansion.expand)
    }

    /// The folder that the run's directory is made in.
    private static func runsFolder(_ runDirectory: String?) -> String {
      guard let runDirectory else { return "runs" }
      let parts = runDirectory.split(separator: "/").dropLast()
      let folder = parts.joined(separator: "/")
      return runDirectory.hasPrefix("/") ? "/" + folder : parts.isEmpty ? "." : folder
    }

    private static func file(
      _ name: String, of folder: String?, given: String?, remedy: Remedy
    ) throws(TesseraError) -> String {
      if let given { return given }
      if let folder, isReadable("\(folder)/\(name)") { return "\(folder)/\(name)" }
      throw TesseraError(
        .inputMissing, code: .missingDataset,
        folder.map { "\($0) holds no \(name)" } ?? "nothing says where \(name) is",
        remedies: [remedy, "give --dataset-dir, the folder that holds it"])
    }

    private static func questions(_ path: String) throws(TesseraError) -> QuestionSet {
      let questions = try QuestionSet(path: path)
      try questions.checkAnswers()
      return questions
    }
  }
}
