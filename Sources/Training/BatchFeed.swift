import Bundle
import Datasets
import Foundations
import Operations
import Recipe
import Runtime

/// Streams the micro-batches of a weight update to the device.
///
/// Micro-batches are taken from the data set in the order of the accumulation steps, and within one
/// step in the order of the replicas. The streams may be at different ones at a time, as a pipelined
/// program reads them: its first stage reads the tokens of a micro-batch some timesteps before the last
/// stage reads its labels. A class, because it keeps micro-batches of which the device has yet to read
/// some streams.
package final class BatchFeed {
  /// Micro-batches that are kept at most; one that is read later still is decoded again. Streams are
  /// apart by two micro-batches a stage of a pipeline at most.
  package static let largestCount = 64

  private let dataset: ExampleDataset
  private let microBatchSize: Int
  private let replicas: Int
  private let accumulationCount: Int
  private let streams: Set<String>
  private var kept: [UInt64: KeptBatch] = [:]

  /// A micro-batch, and the streams of it that have not been read.
  private struct KeptBatch {
    var batch: Batch
    var unread: Set<String>
  }

  /// - Parameter streams: those that the program reads; see `Program.streams(readBy:)`.
  package init(
    _ dataset: ExampleDataset, microBatchSize: Int, replicas: Int, accumulationCount: Int,
    streams: Set<String>
  ) {
    self.dataset = dataset
    self.microBatchSize = microBatchSize
    self.replicas = replicas
    self.accumulationCount = accumulationCount
    self.streams = streams
  }

  /// Micro-batches that are decoded and not yet read in full.
  package var keptCount: Int { kept.count }

  /// The source of the streams for a weight update, counted from 0.
  /// - Parameter willRead: is told before the first stream of each micro-batch which one it is, from 1, and
  ///   of how many; what it throws ends the weight update.
  package func infeed(
    weightUpdate: Int, willRead: @escaping (_ number: Int, _ count: Int) throws -> Void
  ) -> Infeed {
    let count = accumulationCount * replicas
    let first = UInt64(weightUpdate) * UInt64(count)
    var begun = Array(repeating: 0, count: replicas)
    kept = [:]
    return { stream, replica, microBatch, destination in
      if microBatch >= begun[replica] {
        begun[replica] = microBatch + 1
        try willRead(begun.reduce(0, +), count)
      }
      let number = first + UInt64(microBatch * self.replicas + replica)
      try self.copy(stream, ofBatch: number, to: destination)
    }
  }

  private func copy(
    _ stream: String, ofBatch number: UInt64, to destination: UnsafeMutableRawBufferPointer
  ) throws {
    var batch =
      try kept.removeValue(forKey: number)
      ?? KeptBatch(
        batch: try dataset.microBatch(number, size: microBatchSize), unread: streams)
    try batch.batch.copy(stream: stream, to: destination)
    batch.unread.remove(stream)
    guard !batch.unread.isEmpty else { return }
    if kept.count == Self.largestCount, let oldest = kept.keys.min() { kept[oldest] = nil }
    kept[number] = batch
  }
}

extension Program {
  /// The host streams that the function reads, itself or through calls; none where there is no such
  /// function.
  package func streams(readBy entry: String) -> Set<String> {
    var streams: Set<String> = []
    var seen: Set<String> = [entry]
    var waiting = function(named: entry).map { [$0.body] } ?? []
    while let block = waiting.popLast() {
      for operation in blocks[block].operations.map({ operations[$0] }) {
        if let body = operation.body { waiting.append(body) }
        switch operation.operation {
        case .source(.infeed(let stream, _)): streams.insert(stream)
        case .control(.call(let callee)) where seen.insert(callee).inserted:
          if let function = function(named: callee) { waiting.append(function.body) }
        default: break
        }
      }
    }
    return streams
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
