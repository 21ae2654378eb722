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
      /// The questions of a file.
      case file(String)
      /// Random samples of the right shape.
      case generated
    }

    /// What is trained on; nil where there is no training.
    let training: TrainingSource?
    /// The questions to score with; nil where there is no validation.
    let validation: QuestionSet?
    /// What the run is told.
    let options: TrainingOptions
    /// The parameters to start from; nil for the initial ones.
    let checkpoint: String?
    let tokenizer: WordPieceTokenizer
    /// The folder that keeps features.
    let cacheFolder: String
    /// Where predictions go; nil for the run's directory.
    let outputFolder: String?
    let progress: Progress
    private let sequenceLength: Int

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
      sequenceLength = recipe.program.sequenceLength
      checkpoint = run.pretrainedCheckpointPath
      tokenizer = try command.tokenizer.tokenizer(checkpoint: checkpoint)
      cacheFolder = try PathExpansion.expand(
        run.cacheDirectory ?? Self.runsFolder(options.runDirectory) + "/squad-cache")
      outputFolder = try run.outputDirectory.map(PathExpansion.expand)

      let data = try Self.dataFolder(run)
      if !run.doesTraining {
        training = nil
      } else if run.generatesDataset {
        training = .generated
      } else {
        training = .file(
          try Self.file(
            "train-v1.1.json", of: data, given: command.trainFile, remedy: "give --train-file"))
      }
      if run.doesValidation {
        validation = try Self.questions(
          Self.file(
            "dev-v1.1.json", of: data, given: command.devFile,
            remedy: "give --dev-file, or --do-validation false"))
      } else {
        validation = nil
      }
      if validation != nil, let outputFolder {
        // Begun and given up at once: it leaves nothing behind.
        _ = try PredictionFiles(folder: outputFolder, overwrites: options.overwrites)
      }
    }

    /// How features of the bundle's model are made.
    func featureOptions(documentStride: Int) throws(TesseraError) -> FeatureOptions {
      try FeatureOptions(sequenceLength: sequenceLength, documentStride: documentStride)
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
