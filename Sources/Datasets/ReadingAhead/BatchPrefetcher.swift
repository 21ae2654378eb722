/// Decodes the micro-batches that are expected next on threads of its own, while the device computes.
///
/// A micro-batch follows from its number alone, so neither the number of threads nor what is expected
/// changes what `take` gives; a wrong expectation costs time, nothing else. An error comes out of the
/// `take` of the micro-batch that has it. A class, because it owns the threads; with it they end.
package final class BatchPrefetcher: Sendable {
  private struct State {
    /// What is expected, and neither begun nor done: the next one first.
    var waiting: [UInt64] = []
    /// What threads are at.
    var running: Set<UInt64> = []
    /// What is done and not taken.
    var done: [UInt64: Result<Batch, any Error>] = [:]
    /// What may be kept when it is done.
    var expected: Set<UInt64> = []
    var isStopped = false
  }

  private let source: any SampleSource
  private let microBatchSize: Int
  private let state: Monitor<State>
  private let threads: WorkerThreads

  /// Begins `threadCount` threads, which wait. With none, `take` decodes.
  package init(_ source: any SampleSource, microBatchSize: Int, threadCount: Int) {
    self.source = source
    self.microBatchSize = microBatchSize
    let state = Monitor(State())
    self.state = state
    threads = WorkerThreads(threadCount) {
      while let number = Self.nextNumber(state) {
        let result = Result { try source.microBatch(number, size: microBatchSize) }
        state.withState {
          $0.running.remove(number)
          if $0.expected.contains(number) { $0.done[number] = result }
        }
      }
    }
  }

  deinit {
    state.withState { $0.isStopped = true }
  }

  /// Says which micro-batches will be taken next, in their order. What was expected before and is not
  /// among them is forgotten.
  package func expect(_ numbers: [UInt64]) {
    state.withState { state in
      state.expected = Set(numbers)
      state.done = state.done.filter { state.expected.contains($0.key) }
      state.waiting = numbers.filter { state.done[$0] == nil && !state.running.contains($0) }
    }
  }

  /// Micro-batches that are decoded and not taken; no more than were expected at a time.
  package var decodedCount: Int { state.withState { $0.done.count } }

  /// Micro-batch `number`: decoded before, being decoded, or decoded now.
  package func take(_ number: UInt64) throws -> Batch {
    let result: Result<Batch, any Error>? = state.waiting { state in
      if let result = state.done.removeValue(forKey: number) {
        state.expected.remove(number)
        return .some(.some(result))
      }
      if state.running.contains(number), state.expected.contains(number) { return nil }
      state.expected.remove(number)
      state.waiting.removeAll { $0 == number }
      return .some(.none)
    }
    return try result?.get() ?? source.microBatch(number, size: microBatchSize)
  }

  /// What a thread does next; nil at the end.
  private static func nextNumber(_ state: Monitor<State>) -> UInt64? {
    state.waiting { state -> UInt64?? in
      if state.isStopped { return .some(nil) }
      guard !state.waiting.isEmpty else { return nil }
      let number = state.waiting.removeFirst()
      state.running.insert(number)
      return .some(number)
    }
  }
}
