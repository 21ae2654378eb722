import Bundle
import Datasets
import Foundations
import Operations
import Recipe
import Runtime

/// The functions of a bundle that run a micro-batch without changing the parameters.
package struct ForwardPass {
  /// Samples of a micro-batch.
  package let microBatchSize: Int
  private let bundle: LoadedBundle
  private let engine: Engine
  private let state: ParameterState

  /// Loads the parameters: those of `checkpoint`, or of the configuration's, or else the initial ones.
  /// - Parameters:
  ///   - resizesVocabulary: whether a checkpoint with another number of words is taken.
  ///   - progress: is told which parameters there are.
  /// - Throws: `TesseraError` where the checkpoint is missing, damaged, or does not fit the bundle.
  package init(
    _ bundle: LoadedBundle, checkpoint: String?, resizesVocabulary: Bool = false, threads: Int,
    progress: Progress
  ) throws {
    self.bundle = bundle
    microBatchSize = bundle.recipe.program.microBatchSize
    engine = try Engine(bundle.program, replicas: bundle.recipe.program.replicas, threads: threads)
    state = ParameterState(bundle.program, seed: bundle.recipe.run.seedBits)
    if let checkpoint = checkpoint ?? bundle.recipe.run.pretrainedCheckpointPath {
      progress.tell(
        try state.load(
          checkpoint: try PathExpansion.expand(checkpoint), resizesVocabulary: resizesVocabulary,
          model: bundle.recipe.program.model))
    } else {
      progress.warn("no checkpoint is given: the initial parameters are evaluated")
    }
  }

  /// Runs a function over a micro-batch.
  /// - Parameters:
  ///   - number: the micro-batch's, which random draws are keyed by where the function has dropout.
  ///   - entry: the function's name.
  /// - Returns: the results that have a port: losses, outputs, gradients.
  /// - Throws: `wrong-stream` where the batch is not of the bundle's shape.
  package func run(
    _ batch: Batch, number: Int, entry: String = EntryName.evaluation
  ) throws -> [NamedResult] {
    let scale = Float(bundle.recipe.run.lossScaleValue)
    var inputs = [
      Port(name: "seed", role: .seed): HostTensor(seed: bundle.recipe.run.seedBits),
      Port(name: "micro_batch", role: .microBatch):
        HostTensor([], [Int32(truncatingIfNeeded: number)]),
      Port(name: "loss_scale", role: .lossScale): HostTensor(TensorType([], .f32), [scale]),
    ]
    for (name, type) in bundle.ports(.batch, of: entry) {
      let tensor = HostTensor(type)
      try batch.copy(stream: name, to: tensor.bytes)
      inputs[Port(name: name, role: .batch)] = tensor
    }
    let results = try engine.run(
      entry, try engine.arguments(of: entry, state: state, inputs: inputs))
    return zip(try engine.signature(of: entry).results, results).compactMap { element, tensor in
      element.port.map { NamedResult(port: $0, shape: element.type.shape, values: tensor.floats) }
    }
  }
}

/// A result of a program, on the host.
package struct NamedResult: Sendable {
  /// What it is: a loss, an output, a gradient.
  package var port: Port
  /// Its shape.
  package var shape: [Int]
  /// Its elements, in row-major order.
  package var values: [Float]

  /// The name where it is an output; nil for losses and gradients.
  package var outputName: String? { port.role == .output ? port.name : nil }
}
