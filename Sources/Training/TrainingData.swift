import Datasets
import Foundations
import Recipe

/// Which samples a run reads, and how.
package struct TrainingData: Sendable {
  /// The folder with the TFRecord files; nil where the samples are generated.
  package var directory: String?
  /// Decides the order, and generated samples.
  package var seed: UInt64
  /// Whether each epoch has an order of its own.
  package var shuffles = true
  /// What happens at a record that is damaged or is no sample.
  package var damagedRecords = DamagedRecords.endTheRun

  package init(directory: String?, seed: UInt64) {
    self.directory = directory
    self.seed = seed
  }

  /// The data of a run with these options.
  /// - Throws: `missing-option` (exit 64) where nothing names a folder.
  init(_ recipe: TrainingRecipe, _ options: TrainingOptions) throws(TesseraError) {
    self.init(
      directory: recipe.run.generatesDataset ? nil : try recipe.datasetDirectory(),
      seed: recipe.run.seedBits)
    shuffles = options.shuffles
    damagedRecords = options.skipsDamagedRecords ? .skip : .endTheRun
  }

  /// Opens the data and checks a sample of each file against the shapes that the program was compiled
  /// for. `progress` is told how far the making of index files is; what it throws ends that.
  /// - Throws: `TesseraError`: inputMissing, badData, or incompatible where the shapes differ.
  package func opened(
    for program: TrainingRecipe.Program,
    progress: (_ done: UInt64, _ total: UInt64) throws -> Void = { _, _ in }
  ) throws -> any SampleSource {
    let shape = try RecordShape(of: program)
    guard let directory else { return GeneratedDataset(shape: shape, seed: seed) }
    return try ExampleDataset(
      directory: directory, shape: shape, order: shuffles ? .shuffled(seed: seed) : .file,
      damagedRecords: damagedRecords, progress: progress)
  }
}

extension RecordShape {
  /// What the program reads of a sample.
  /// - Throws: `task-not-trained` (exit 65) for a task whose data cannot be read.
  package init(of program: TrainingRecipe.Program) throws(TesseraError) {
    switch program.task {
    case .pretraining(let predictions):
      self = .pretraining(
        PretrainingShape(
          sequenceLength: program.sequenceLength, predictionCount: predictions,
          vocabularySize: program.model.vocabularySize, segmentCount: program.model.tokenTypes))
    case .questionAnswering:
      self = .questionAnswering(
        sequenceLength: program.sequenceLength, vocabularySize: program.model.vocabularySize,
        segmentCount: program.model.tokenTypes)
    case .sequenceClassification(let glue):
      throw TesseraError(
        .badData, code: .taskNotTrained,
        "the bundle is compiled for GLUE's \(glue.rawValue), whose data cannot be read yet",
        remedies: ["compile a configuration of pre-training or SQuAD"])
    }
  }
}

extension ExampleDataset {
  /// The data of a folder, checked against a program's shapes.
  /// - Throws: `TesseraError`: inputMissing, badData, or incompatible where the shapes differ.
  init(for program: TrainingRecipe.Program, directory: String, order: Order) throws {
    try self.init(directory: directory, shape: RecordShape(of: program), order: order)
  }
}
