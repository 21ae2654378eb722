/// Samples side by side, under the names of the model's input streams.
package struct Batch: Hashable, Sendable {
  private struct Stream: Hashable, Sendable {
    var name: String
    var values: [Int32]
  }

  /// n: samples in the batch.
  package let sampleCount: Int
  /// Records that had to be samples of the batch, and that others replaced.
  package let skipped: [SkippedRecord]
  private let streams: [Stream]

  /// Puts `examples` side by side; they all are of `shape`.
  package init(_ examples: [TokenExample], shape: RecordShape, skipped: [SkippedRecord] = []) {
    sampleCount = examples.count
    self.skipped = skipped
    streams = shape.features.enumerated().map { place, feature in
      Stream(name: feature.stream, values: examples.flatMap { $0.values[place] })
    }
  }

  /// The values for the stream `name`, sample by sample: [n, S], [n, P] or [n]. Nil where the
  /// batch has no such stream.
  package func values(ofStream name: String) -> [Int32]? {
    streams.first { $0.name == name }?.values
  }
}
