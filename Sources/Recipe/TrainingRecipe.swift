import Foundations

/// All that a configuration says about a training. The compiler reads `program`, the runtime both;
/// the bundle carries them apart, so that `run` can differ without changing the program's digest.
package struct TrainingRecipe: Hashable, Sendable {
  /// What changes the compiled program.
  package var program: Program
  /// What only the run needs.
  package var run: Run

  package init(program: Program, run: Run) {
    self.program = program
    self.run = run
  }

  /// The batch arithmetic for a data set of `datasetSize` samples; it throws where the numbers do
  /// not make up a training.
  package func batchArithmetic(datasetSize: Int) throws(TesseraError) -> BatchArithmetic {
    var totalSamples = run.totalSamples
    switch program.task {
    case .pretraining: break
    case .questionAnswering, .sequenceClassification:
      guard totalSamples == nil else { break }
      let (samples, overflow) = datasetSize.multipliedReportingOverflow(by: run.epochs ?? 1)
      totalSamples = overflow ? .max : samples
    }
    return try BatchArithmetic(
      microBatchSize: program.microBatchSize, replicas: program.replicas,
      accumulationCount: program.accumulationCount, datasetSize: datasetSize,
      globalBatchesPerLog: run.globalBatchesPerLog, totalSamples: totalSamples,
      phase: PretrainingPhase(sequenceLength: program.sequenceLength))
  }
}

extension TrainingRecipe {
  /// What changes the compiled program.
  package struct Program: Hashable, Sendable {
    /// What the model learns, with the sizes that only this task has.
    package var task: TrainingTask
    /// The format of weights and activations.
    package var precision: Precision
    /// Sequences that go through the model at a time.
    package var microBatchSize: Int
    /// Copies of the model that train together.
    package var replicas: Int
    /// Micro-batches that each replica accumulates for one weight update.
    package var accumulationCount: Int
    /// Tokens of each sequence.
    package var sequenceLength: Int
    /// The model's sizes and dropout probabilities.
    package var model: BertConfiguration
    /// The update rule and its hyper-parameters.
    package var optimizer: Optimizer
    /// The layers and the IPU of each pipeline stage.
    package var pipeline: PipelineMapping
    /// For each IPU of a replica, the part of a tile's memory that a matrix product may use as
    /// temporary space.
    package var availableMemoryProportions: [Double]
    /// The format in which matrix products keep partial sums.
    package var matmulPartials: MatmulPartials
    /// Slices of the vocabulary that the embedding's products are split into.
    package var embeddingSerializationFactor: Int
    /// Whether equal parts of the program share code.
    package var usesOutlining: Bool
    /// Whether the backward pass computes activations again instead of keeping them.
    package var usesRecomputation: Bool
    /// Whether layers are replaced by the forms made for IPUs.
    package var replacesLayers: Bool
    /// Whether the optimizer's state lies in streaming memory.
    package var keepsOptimizerStateOffChip: Bool
    /// Whether replicas share out the optimizer's state, each keeping a part of it.
    package var shardsReplicatedTensors: Bool
    /// Bytes below which a tensor stays on the chip.
    package var minimumRemoteTensorSize: Int
    /// Whether a floating-point exception stops the program.
    package var trapsOnFloatExceptions: Bool
    /// Whether a weight update gives the accuracy of the model's predictions beside the losses.
    package var reportsAccuracy: Bool

    package init(
      task: TrainingTask, precision: Precision, microBatchSize: Int, replicas: Int,
      accumulationCount: Int, sequenceLength: Int, model: BertConfiguration, optimizer: Optimizer,
      pipeline: PipelineMapping, availableMemoryProportions: [Double],
      matmulPartials: MatmulPartials = .half, embeddingSerializationFactor: Int = 1,
      usesOutlining: Bool = true, usesRecomputation: Bool = true, replacesLayers: Bool = true,
      keepsOptimizerStateOffChip: Bool = true, shardsReplicatedTensors: Bool = false,
      minimumRemoteTensorSize: Int = 50_000, trapsOnFloatExceptions: Bool = false,
      reportsAccuracy: Bool = true
    ) {
      self.task = task
      self.precision = precision
      self.microBatchSize = microBatchSize
      self.replicas = replicas
      self.accumulationCount = accumulationCount
      self.sequenceLength = sequenceLength
      self.model = model
      self.optimizer = optimizer
      self.pipeline = pipeline
      self.availableMemoryProportions = availableMemoryProportions
      self.matmulPartials = matmulPartials
      self.embeddingSerializationFactor = embeddingSerializationFactor
      self.usesOutlining = usesOutlining
      self.usesRecomputation = usesRecomputation
      self.replacesLayers = replacesLayers
      self.keepsOptimizerStateOffChip = keepsOptimizerStateOffChip
      self.shardsReplicatedTensors = shardsReplicatedTensors
      self.minimumRemoteTensorSize = minimumRemoteTensorSize
      self.trapsOnFloatExceptions = trapsOnFloatExceptions
      self.reportsAccuracy = reportsAccuracy
    }
  }

  /// What only the run needs. Paths are kept as written: environment variables expand at run time.
  package struct Run: Hashable, Sendable {
    /// The configuration file's name without folder and extension.
    package var configurationName: String
    /// The run's name where one was given.
    package var name: String?
    /// How the learning rate goes.
    package var learningRate: LearningRateSettings
    /// The loss scale; nil means none, which trains like a scale of 1.
    package var lossScale: LossScale?
    /// The number, 0 or more, that initial weights, dropout and sample order are drawn from.
    package var seed: Int
    /// Samples to train on; nil means the published number of the phase.
    package var totalSamples: Int?
    /// Passes over the data set, for question answering and sequence classification.
    package var epochs: Int?
    /// Weight updates between two talks with the host: those of one execution.
    package var globalBatchesPerLog: Int
    /// Executions between two checkpoints.
    package var checkpointInterval: Int
    /// The folder of TFRecord files, where the configuration names one.
    package var datasetDirectory: String?
    /// Where checkpoints go, where the configuration says so.
    package var saveCheckpointPath: String?
    /// The checkpoint to start from, where there is one.
    package var pretrainedCheckpointPath: String?
    /// The published model to start from, for question answering.
    package var modelName: String?
    /// Where the data set is kept, for question answering.
    package var cacheDirectory: String?
    /// Where predictions go, for question answering.
    package var outputDirectory: String?
    /// Whether to train, for question answering and sequence classification.
    package var doesTraining: Bool
    /// Whether to predict and evaluate after that.
    package var doesValidation: Bool
    /// Whether random samples of the right shape take the data set's place, for measuring speed.
    package var generatesDataset: Bool
    /// What the configuration says of Weights & Biases; nil where it says nothing.
    package var wandbOptions: WandbOptions?

    package init(
      configurationName: String, name: String? = nil, learningRate: LearningRateSettings,
      lossScale: LossScale? = nil, seed: Int, totalSamples: Int? = nil, epochs: Int? = nil,
      globalBatchesPerLog: Int = 1, checkpointInterval: Int = 2000,
      datasetDirectory: String? = nil, saveCheckpointPath: String? = nil,
      pretrainedCheckpointPath: String? = nil, modelName: String? = nil,
      cacheDirectory: String? = nil, outputDirectory: String? = nil,
      doesTraining: Bool = true, doesValidation: Bool = true,
      generatesDataset: Bool = false, wandbOptions: WandbOptions? = nil
    ) {
      self.configurationName = configurationName
      self.name = name
      self.learningRate = learningRate
      self.lossScale = lossScale
      self.seed = seed
      self.totalSamples = totalSamples
      self.epochs = epochs
      self.globalBatchesPerLog = globalBatchesPerLog
      self.checkpointInterval = checkpointInterval
      self.datasetDirectory = datasetDirectory
      self.saveCheckpointPath = saveCheckpointPath
      self.pretrainedCheckpointPath = pretrainedCheckpointPath
      self.modelName = modelName
      self.cacheDirectory = cacheDirectory
      self.outputDirectory = outputDirectory
      self.doesTraining = doesTraining
      self.doesValidation = doesValidation
      self.generatesDataset = generatesDataset
      self.wandbOptions = wandbOptions
    }
  }
}
