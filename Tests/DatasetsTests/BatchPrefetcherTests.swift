import Datasets
import Foundation
import Foundations
import Synchronization
import TestSupport
import Testing

/// Micro-batches that are decoded ahead.
@Suite struct BatchPrefetcherTests {
  /// Random samples; says which micro-batches were made, and fails at some.
  final class Source: SampleSource {
    let samples = GeneratedDataset(
      shape: .pretraining(
        PretrainingShape(sequenceLength: 8, predictionCount: 2, vocabularySize: 100)),
      seed: 4, count: 1000)
    let failing: Set<UInt64>
    private let madeNumbers = Mutex<[UInt64]>([])

    init(failing: Set<UInt64> = []) { self.failing = failing }

    var shape: RecordShape { samples.shape }
    var count: Int { samples.count }
    var summary: String { samples.summary }
    var warnings: [Diagnostic] { [] }
    var made: [UInt64] { madeNumbers.withLock { $0 } }

    func microBatch(_ number: UInt64, size: Int) throws -> Batch {
      madeNumbers.withLock { $0.append(number) }
      if failing.contains(number) {
        throw TesseraError(.badData, code: .tfrecordCorrupt, "micro-batch \(number)")
      }
      return try samples.microBatch(number, size: size)
    }
  }

  /// Waits for what other threads do; a test that waits in vain fails after ten seconds.
  private func wait(until isReached: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
      if isReached() { return true }
      usleep(1000)
    }
    return false
  }

  @Test(arguments: [0, 1, 4])
  func anyNumberOfThreadsGivesTheSame(threadCount: Int) throws {
    let source = Source()
    let prefetcher = BatchPrefetcher(source, microBatchSize: 3, threadCount: threadCount)
    for number in 0..<UInt64(60) {
      prefetcher.expect((number..<number + 8).map { $0 })
      #expect(try prefetcher.take(number) == source.samples.microBatch(number, size: 3))
      #expect(prefetcher.decodedCount <= 8)
    }
    // Each once.
    #expect(Set(source.made).count == source.made.count)
  }

  /// What is expected is made without being taken, and no more than that.
  @Test func itReadsAhead() throws {
    let source = Source()
    let prefetcher = BatchPrefetcher(source, microBatchSize: 1, threadCount: 1)
    prefetcher.expect([5, 7, 6])
    #expect(wait { prefetcher.decodedCount == 3 })
    #expect(source.made == [5, 7, 6])
    _ = try prefetcher.take(6)
    #expect(source.made == [5, 7, 6])
    // What is not expected any more is forgotten.
    prefetcher.expect([7, 8])
    #expect(wait { source.made == [5, 7, 6, 8] && prefetcher.decodedCount == 2 })
    _ = try prefetcher.take(5)
    #expect(source.made == [5, 7, 6, 8, 5])
  }

  /// An error waits for the micro-batch that has it, and is not in the way of the others.
  @Test(arguments: [0, 2])
  func anErrorComesAtItsPlace(threadCount: Int) throws {
    let source = Source(failing: [3])
    let prefetcher = BatchPrefetcher(source, microBatchSize: 1, threadCount: threadCount)
    prefetcher.expect([0, 1, 2, 3, 4])
    if threadCount > 0 { #expect(wait { prefetcher.decodedCount == 5 }) }
    for number in [UInt64(0), 1, 2, 4] { _ = try prefetcher.take(number) }
    let error = tesseraError { _ = try prefetcher.take(3) }
    #expect(error?.diagnostics.first?.message == "micro-batch 3")
  }

  /// The end waits for what runs, and not for what is expected.
  @Test func itEndsWithItsOwner() throws {
    let source = Source()
    var prefetcher: BatchPrefetcher? = BatchPrefetcher(source, microBatchSize: 1, threadCount: 3)
    prefetcher?.expect((0..<100_000).map { $0 })
    _ = try prefetcher?.take(0)
    prefetcher = nil
    let made = source.made.count
    usleep(20_000)
    #expect(source.made.count == made && made < 100_000)
  }
}
