import Bundle
import Datasets
import Foundations
import Operations
import Runtime

/// Streams the micro-batches of a weight update to the device.
///
/// Micro-batches are taken from the data in the order of the accumulation steps, and within one step in
/// the order of the replicas. The streams may be at different ones at a time, as a pipelined program
/// reads them: its first stage reads the tokens of a micro-batch some timesteps before the last stage
/// reads its labels. While the device computes, threads decode the micro-batches that it comes to next. A
/// class, because it keeps micro-batches of which the device has yet to read some streams.
package final class BatchFeed {
  /// Micro-batches that are kept at most; one that is read later still is decoded again. Streams are
  /// apart by two micro-batches a stage of a pipeline at most.
  package static let largestCount = 64
  /// Micro-batches that a decoding thread is ahead of the device.
  private static let lookAheadCount = 8

  private let microBatchSize: Int
  private let streams: Set<String>
  private let prefetcher: BatchPrefetcher
  private let aheadCount: Int
  private let didSkip: (SkippedRecord) -> Void
  private var order: MicroBatchOrder
  private var lastBegun: UInt64?
  private var kept: [UInt64: KeptBatch] = [:]
  /// Records of micro-batches that the device has read whose places other records took.
  package private(set) var skipped = SkippedRecords()

  /// A micro-batch, and the streams of it that have not been read.
  private struct KeptBatch {
    var batch: Batch
    var unread: Set<String>
  }

  /// - Parameters:
  ///   - streams: those that the program reads; see `Program.streams(readBy:)`.
  ///   - decodingThreads: how many threads decode ahead; with none the device waits for each
  ///     micro-batch. The numbers are the same.
  ///   - didSkip: is told the first records that others replace, when the device comes to them.
  package init(
    _ source: any SampleSource, microBatchSize: Int, replicas: Int, accumulationCount: Int,
    streams: Set<String>, decodingThreads: Int = 1,
    didSkip: @escaping (SkippedRecord) -> Void = { _ in }
  ) {
    self.microBatchSize = microBatchSize
    self.streams = streams
    self.didSkip = didSkip
    prefetcher = BatchPrefetcher(
      source, microBatchSize: microBatchSize, threadCount: decodingThreads)
    aheadCount = decodingThreads * Self.lookAheadCount
    order = MicroBatchOrder(replicas: replicas, accumulationCount: accumulationCount)
  }

  /// Micro-batches that are decoded and not yet read in full.
  package var keptCount: Int { kept.count }

  /// The source of the streams for a weight update, counted from 0.
  /// - Parameter willRead: is told before the first stream of each micro-batch which one it is, from 1, and
  ///   of how many; what it throws ends the weight update.
  package func infeed(
    weightUpdate: Int, willRead: @escaping (_ number: Int, _ count: Int) throws -> Void
  ) -> Infeed {
    let replicas = order.replicas
    let count = order.accumulationCount * replicas
    let first = UInt64(weightUpdate) * UInt64(count)
    var begun = Array(repeating: 0, count: replicas)
    kept = [:]
    return { stream, replica, microBatch, destination in
      let number = first + UInt64(microBatch * replicas + replica)
      if microBatch >= begun[replica] {
        begun[replica] = microBatch + 1
        try willRead(begun.reduce(0, +), count)
        self.expectMicroBatches(after: number)
      }
      try self.copy(stream, ofBatch: number, to: destination)
    }
  }

  /// Has those decoded that come after `number`, which the device is about to read.
  private func expectMicroBatches(after number: UInt64) {
    if let lastBegun { order.learn(number, after: lastBegun) }
    lastBegun = number
    let place = order.place(of: number)
    prefetcher.expect((0...UInt64(aheadCount)).map { order.number(at: place + $0) })
  }

  private func copy(
    _ stream: String, ofBatch number: UInt64, to destination: UnsafeMutableRawBufferPointer
  ) throws {
    var batch = try kept.removeValue(forKey: number) ?? decoded(number)
    try batch.batch.copy(stream: stream, to: destination)
    batch.unread.remove(stream)
    guard !batch.unread.isEmpty else { return }
    if kept.count == Self.largestCount, let oldest = kept.keys.min() { kept[oldest] = nil }
    kept[number] = batch
  }

  private func decoded(_ number: UInt64) throws -> KeptBatch {
    let batch = try prefetcher.take(number)
    for record in skipped.add(batch.skipped) { didSkip(record) }
    return KeptBatch(batch: batch, unread: streams)
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
