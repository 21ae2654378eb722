import Foundations
import Metrics
import Operations
import Recipe
import Runtime

/// Runs weight updates of a training on a device.
struct WeightUpdater {
  let recipe: TrainingRecipe
  let arithmetic: BatchArithmetic
  let device: any Device
  /// What a weight update changes in place.
  let state: ParameterState

  /// Runs a weight update, counted from 0.
  /// - Parameter infeed: the streams of its micro-batches. The optimizer runs after all of them, so the state
  ///   is that of the weight update before where `infeed` throws.
  /// - Throws: what the device and `infeed` throw.
  func run(_ update: Int, _ infeed: @escaping Infeed) throws -> TrainingMetrics {
    let start = monotonicSeconds()
    let entry = EntryName.trainingStep
    let results = try device.run(
      entry,
      try device.arguments(of: entry, state: state, inputs: inputs(update)),
      infeed: infeed)
    let elements = try device.signature(of: entry).results
    func figures(_ role: PortRole) -> [NamedValue] {
      zip(elements, results).filter { $0.0.port?.role == role }
        .map { NamedValue($0.0.port?.name ?? "", Double($0.1.floats[0])) }
    }
    return TrainingMetrics(
      weightUpdate: update + 1, samples: (update + 1) * arithmetic.globalBatchSize,
      losses: .init(figures(.loss).map(\.value), task: recipe.program.task),
      accuracies: figures(.accuracy), learningRate: learningRate(update),
      lossScale: recipe.run.lossScaleValue,
      samplesPerSecond: Double(arithmetic.globalBatchSize) / (monotonicSeconds() - start))
  }

  private func learningRate(_ update: Int) -> Float {
    recipe.run.learningRate.schedule(totalSteps: arithmetic.weightUpdates).rate(at: update)
  }

  /// The arguments of a weight update beside the state.
  func inputs(_ update: Int) -> [Port: HostTensor] {
    [
      Port(name: "seed", role: .seed): HostTensor(seed: recipe.run.seedBits),
      Port(name: "weight_update", role: .weightUpdate):
        HostTensor([], [Int32(truncatingIfNeeded: update)]),
      Port(name: "learning_rate", role: .learningRate): HostTensor(
        TensorType([], .f32), [learningRate(update)]),
      Port(name: "loss_scale", role: .lossScale):
        HostTensor(TensorType([], .f32), [Float(recipe.run.lossScaleValue)]),
    ]
  }
}

extension HostTensor {
  /// The seed's low and high words.
  convenience init(seed: UInt64) {
    self.init(
      [2], [Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: seed >> 32)])
  }
}

extension TrainingMetrics.Losses {
  /// The losses of a task in the order of the program's results.
  init(_ values: [Double], task: TrainingTask) {
    let first = values.first ?? .nan
    let second = values.dropFirst().first ?? .nan
    self =
      switch task {
      case .pretraining: .pretraining(maskedLM: first, nextSentence: second)
      case .questionAnswering: .questionAnswering(start: first, end: second)
      case .sequenceClassification: .sequenceClassification(first)
      }
  }
}
