import Datasets
import Foundations
import Recipe
import Runtime

/// Streams the micro-batches of a weight update to the device.
///
/// Micro-batches are taken from the data set in the order of the accumulation steps, and within one
/// step in the order of the replicas. A class, because it keeps the micro-batch of which the device has
/// read some streams.
final class BatchFeed {
  private let dataset: ExampleDataset
  private let recipe: TrainingRecipe.Program
  private var current: (number: UInt64, batch: Batch)?

  init(_ dataset: ExampleDataset, _ recipe: TrainingRecipe.Program) {
    self.dataset = dataset
    self.recipe = recipe
  }

  /// The source of the streams for a weight update, counted from 0.
  /// - Parameter willRead: is told before each micro-batch which one it is, from 1, and of how many; what
  ///   it throws ends the weight update.
  func infeed(
    weightUpdate: Int, willRead: @escaping (_ number: Int, _ count: Int) throws -> Void
  ) -> Infeed {
    let count = recipe.accumulationCount * recipe.replicas
    let first = UInt64(weightUpdate) * UInt64(count)
    var read = 0
    return { stream, replica, iteration, destination in
      let number = first + UInt64(iteration * self.recipe.replicas + replica)
      if self.current?.number != number {
        read += 1
        try willRead(read, count)
      }
      try self.batch(number).copy(stream: stream, to: destination)
    }
  }

  private func batch(_ number: UInt64) throws -> Batch {
    if let current, current.number == number { return current.batch }
    let batch = try dataset.microBatch(number, size: recipe.microBatchSize)
    current = (number, batch)
    return batch
  }
}

extension Batch {
  /// Writes a stream's values to memory that has their size.
  func copy(stream: String, to destination: UnsafeMutableRawBufferPointer) throws {
    guard let values = values(ofStream: stream),
      values.count * MemoryLayout<Int32>.size == destination.count
    else {
      throw TesseraError(
        .incompatible, code: .wrongStream,
        "the data have no stream '\(stream)' of \(destination.count / 4) values")
    }
    values.withUnsafeBytes { destination.copyMemory(from: $0) }
  }
}

extension ExampleDataset {
  /// The data that a bundle trains on, checked against its shapes.
  /// - Throws: `TesseraError`: inputMissing, badData, or incompatible where the shapes differ.
  init(for recipe: TrainingRecipe.Program, directory: String, order: Order) throws {
    let shape: RecordShape
    switch recipe.task {
    case .pretraining(let predictions):
      shape = .pretraining(
        PretrainingShape(
          sequenceLength: recipe.sequenceLength, predictionCount: predictions,
          vocabularySize: recipe.model.vocabularySize, segmentCount: recipe.model.tokenTypes))
    case .questionAnswering:
      shape = .questionAnswering(
        sequenceLength: recipe.sequenceLength, vocabularySize: recipe.model.vocabularySize,
        segmentCount: recipe.model.tokenTypes)
    case .sequenceClassification(let glue):
      throw TesseraError(
        .badData, code: .taskNotTrained,
        "the bundle is compiled for GLUE's \(glue.rawValue), whose data cannot be read yet",
        remedies: ["compile a configuration of pre-training or SQuAD"])
    }
    try self.init(directory: directory, shape: shape, order: order)
  }
}
