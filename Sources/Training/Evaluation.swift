import Bundle
import Checkpoints
import Datasets
import Foundations
import Operations
import Recipe
import Runtime

/// What the user says about an evaluation besides the bundle.
package struct EvaluationOptions: Sendable {
  /// The folder with the data; nil for the configuration's.
  package var datasetDirectory: String?
  /// The parameters; nil for the configuration's, or else the initial ones.
  package var checkpoint: String?
  /// Whether a checkpoint with another number of words is taken.
  package var resizesVocabulary = false
  /// Evaluate at most this many micro-batches.
  package var maximumBatches: Int?
  /// Threads that the device computes with.
  package var threads: Int
  /// Where the outputs of all evaluated micro-batches go, one after the other along the first axis.
  package var outputsPath: String?
  /// Where the mean gradients of the evaluated micro-batches go.
  package var gradientsPath: String?
  /// Whether the files that are written may replace others.
  package var overwrites = false
  /// How progress is shown.
  package var progress: ProgressMode = .auto

  package init(threads: Int) {
    self.threads = threads
  }
}

/// What an evaluation found.
package struct EvaluationReport: Sendable {
  /// Samples that were evaluated.
  package var samples: Int
  /// In nat; the masked-LM loss is the mean over all masked tokens, others are means over the samples.
  package var losses: [(name: String, value: Double)]
  /// Share of labels that the model gives its highest logit, by name: of the masked tokens, or of the
  /// samples.
  package var accuracies: [(name: String, value: Double)]
  /// For pre-training: how many masked tokens there are, and the entropy in nat of their own
  /// distribution, which a model that ignores the context cannot go below.
  package var maskedTokens: (count: Int, unigramEntropy: Double)?
}

/// Runs the forward-only program of a bundle over a data set.
package struct Evaluation {
  private let bundle: LoadedBundle
  private let options: EvaluationOptions
  private let dataset: ExampleDataset
  private let pass: ForwardPass
  private let progress: Progress

  /// Opens the data in file order and loads the parameters.
  /// - Throws: `TesseraError` where data or checkpoint are missing, damaged, or do not fit the bundle.
  package init(_ bundle: LoadedBundle, _ options: EvaluationOptions) throws {
    self.bundle = bundle
    self.options = options
    try Self.checkOutputs(options)
    progress = .onStandardError(mode: options.progress)
    dataset = try ExampleDataset(
      for: bundle.recipe.program,
      directory: try bundle.datasetDirectory(given: options.datasetDirectory), order: .file)
    pass = try ForwardPass(
      bundle, checkpoint: options.checkpoint, resizesVocabulary: options.resizesVocabulary,
      threads: options.threads, progress: progress)
  }

  /// Files that cannot be written are told before the work, not after it.
  private static func checkOutputs(_ options: EvaluationOptions) throws(TesseraError) {
    let paths = [options.outputsPath, options.gradientsPath].compactMap { $0 }
    for path in paths { _ = try AtomicFile(path: path, overwrite: options.overwrites) }
    guard Set(paths).count == paths.count else {
      throw TesseraError(
        .usage, code: .sameOutput, "outputs and gradients would go to one file, \(paths[0])",
        remedies: ["give two paths"])
    }
  }

  /// Evaluates whole micro-batches; a last, smaller one is left out.
  /// - Throws: `TesseraError` where there is not one micro-batch, or files cannot be written; `Interrupted`.
  package func run() throws -> EvaluationReport {
    let size = bundle.recipe.program.microBatchSize
    let count = min(dataset.count / size, options.maximumBatches ?? .max)
    guard count > 0 else {
      throw TesseraError(
        .badData, code: .datasetTooSmall,
        "\(dataset.count) samples do not fill a micro-batch of \(size)")
    }
    var tally = EvaluationTally()
    var outputs = NamedSeries()
    var gradients = NamedSeries()
    progress.begin("evaluating", total: count)
    for number in 0..<count {
      try Interruption.check()
      let batch = try dataset.microBatch(UInt64(number), size: size)
      let results = try pass.run(batch, number: number)
      tally.add(batch, results)
      if options.outputsPath != nil {
        for result in results where result.port.role == .output { outputs.append(result) }
      }
      if options.gradientsPath != nil {
        for result in try pass.run(batch, number: number, entry: EntryName.gradients)
        where result.port.role == .gradient {
          gradients.add(result)
        }
      }
      progress.advance(to: number + 1)
    }
    progress.finish()
    if let path = options.outputsPath {
      try outputs.write(to: path, scale: 1, overwrite: options.overwrites)
    }
    if let path = options.gradientsPath {
      try gradients.write(to: path, scale: 1 / Float(count), overwrite: options.overwrites)
    }
    return tally.report(samples: count * size)
  }
}

/// Results of many micro-batches by name, written under Hugging Face's names, joined along the first axis or added up.
private struct NamedSeries {
  private var results: [NamedResult] = []

  mutating func append(_ result: NamedResult) {
    guard let index = results.firstIndex(where: { $0.port == result.port }) else {
      return results.append(result)
    }
    results[index].shape[0] += result.shape[0]
    results[index].values += result.values
  }

  mutating func add(_ result: NamedResult) {
    guard let index = results.firstIndex(where: { $0.port == result.port }) else {
      return results.append(result)
    }
    for position in result.values.indices {
      results[index].values[position] += result.values[position]
    }
  }

  func write(to path: String, scale: Float, overwrite: Bool) throws {
    var tensors: [String: CheckpointTensor] = [:]
    for result in results {
      let layout = HuggingFaceLayout([
        WantedParameter(name: result.port.name, shape: result.shape)
      ])
      for part in layout.parts {
        let values = result.values[part.elements].map { $0 * scale }
        tensors[part.name] = try CheckpointTensor(shape: part.shape, floats: values)
      }
    }
    try SafetensorsWriter(path: path, overwrite: overwrite).write(tensors)
  }
}
