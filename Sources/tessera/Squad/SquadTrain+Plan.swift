import ArgumentParser
import Datasets
import Foundations
import QuestionAnswering
import Training

extension SquadTrain {
  /// What is done, found out and checked before the work, so that hours do not end in a missing file.
  struct Plan {
    /// The questions to train on; nil where there is no training.
    var trainFile: String?
    /// The questions to score with; nil where there is no validation.
    var validation: QuestionSet?
    /// The parameters to start from; nil for the initial ones.
    var checkpoint: String?
    var tokenizer: WordPieceTokenizer
    var cacheFolder: String
    /// Where predictions go; nil for the run's directory.
    var outputFolder: String?
    var progress: Progress
    private var sequenceLength: Int

    init(_ command: SquadTrain, _ bundle: LoadedBundle) throws {
      let run = bundle.recipe.run
      let trains = command.doTraining ?? run.doesTraining
      // Without a word of the user, validation is what there are questions for.
      let validates = command.doValidation ?? run.doesValidation
      guard trains || validates else {
        throw TesseraError(
          .usage, code: .nothingToDo, "neither training nor validation is asked for",
          remedies: ["give --do-training true or --do-validation true"])
      }
      progress = .onStandardError(mode: command.training.progressMode)
      sequenceLength = bundle.recipe.program.sequenceLength
      checkpoint = command.training.pretrainedCkptPath ?? run.pretrainedCheckpointPath
      tokenizer = try command.tokenizer.tokenizer(checkpoint: checkpoint)
      // The nested form has the one key dataset_dir for both.
      let data = try (command.datasetDir ?? run.datasetDirectory ?? run.cacheDirectory)
        .map(PathExpansion.expand)
      cacheFolder = try PathExpansion.expand(
        command.cacheDir ?? run.cacheDirectory ?? "\(command.training.runsFolder)/squad-cache")
      outputFolder = try (command.outputDir ?? run.outputDirectory).map(PathExpansion.expand)

      func file(_ given: String?, _ flag: String, _ name: String) throws -> String {
        if let given { return given }
        if let data, isReadable("\(data)/\(name)") { return "\(data)/\(name)" }
        throw TesseraError(
          .inputMissing, code: .missingDataset,
          data.map { "\($0) holds no \(name)" } ?? "the folder with \(name) is not given",
          remedies: [Remedy("give \(flag)"), "give --dataset-dir"])
      }
      if trains { trainFile = try file(command.trainFile, "--train-file", "train-v1.1.json") }
      if validates {
        let path = try file(
          command.devFile, "--dev-file, or --do-validation false", "dev-v1.1.json")
        let questions = try QuestionSet(path: path)
        try questions.checkAnswers()
        validation = questions
        if let outputFolder {
          // Begun and given up at once: it leaves nothing behind.
          _ = try PredictionFiles(folder: outputFolder, overwrites: command.training.force)
        }
      }
    }

    /// How features of the bundle's model are made.
    func featureOptions(documentStride: Int) throws(TesseraError) -> FeatureOptions {
      try FeatureOptions(sequenceLength: sequenceLength, documentStride: documentStride)
    }
  }
}
