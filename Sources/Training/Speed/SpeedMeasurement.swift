import Datasets
import Foundations
import Metrics

/// How fast a program trains on a device of this machine, measured on a state that is thrown away.
package struct SpeedMeasurement: Hashable, Sendable {
  /// Micro-batches that were trained on, over all replicas.
  package var microBatches = 0
  /// How long that took.
  package var seconds = 0.0
  /// Weight updates that came to their end. Where there is none, the optimizer's time is not in the figures.
  package var weightUpdates = 0
  /// What the last of them reported.
  package var last: TrainingMetrics?

  /// Trains for about `limit` seconds: whole weight updates, or a part of one where it takes longer.
  ///
  /// - Parameters:
  ///   - feed: the micro-batches.
  ///   - updateLimit: weight updates after which it is enough.
  /// - Throws: what the device and the feed throw; `Interrupted`.
  init(
    _ updater: WeightUpdater, _ feed: BatchFeed, seconds limit: Double, updateLimit: Int = .max
  ) throws {
    let start = monotonicSeconds()
    var count = 0
    do {
      while monotonicSeconds() - start < limit, weightUpdates < updateLimit {
        last = try updater.run(
          weightUpdates,
          feed.infeed(weightUpdate: weightUpdates) { _, _ in
            try Interruption.check()
            guard monotonicSeconds() - start < limit || count == 0 else { throw TimeIsUp() }
            count += 1
          })
        weightUpdates += 1
      }
    } catch is TimeIsUp {
    }
    microBatches = count
    seconds = monotonicSeconds() - start
  }

  /// Samples a second.
  /// - Parameter microBatchSize: samples of a micro-batch.
  package func samplesPerSecond(microBatchSize: Int) -> Double {
    Double(microBatches * microBatchSize) / seconds
  }
}

/// A measurement has taken long enough.
private struct TimeIsUp: Error {}
