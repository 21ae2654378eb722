import Foundations

/// Where the samples of a training come from. What it gives follows from the number of the micro-batch
/// alone, so that training can begin anywhere, and several threads can read ahead.
package protocol SampleSource: Sendable {
  /// The features of a sample, and their extents.
  var shape: RecordShape { get }
  /// The number of samples: an epoch's length.
  var count: Int { get }
  /// What the samples are, for a log.
  var summary: String { get }
  /// What a log says at the begin of the run: data that are left out.
  var warnings: [Diagnostic] { get }
  /// Micro-batch `number`, counted from the begin of training, where each has `size` samples.
  func microBatch(_ number: UInt64, size: Int) throws -> Batch
}
