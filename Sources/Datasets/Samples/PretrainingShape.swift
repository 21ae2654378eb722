/// What a model expects of a pre-training sample.
package struct PretrainingShape: Hashable, Sendable {
  /// S: tokens in a sample, padding included.
  package var sequenceLength: Int
  /// P: places for masked tokens in a sample.
  package var predictionCount: Int
  /// Token ids lie below this.
  package var vocabularySize: Int
  /// Segment ids lie below this; BERT has two.
  package var segmentCount: Int

  package init(
    sequenceLength: Int, predictionCount: Int, vocabularySize: Int, segmentCount: Int = 2
  ) {
    self.sequenceLength = sequenceLength
    self.predictionCount = predictionCount
    self.vocabularySize = vocabularySize
    self.segmentCount = segmentCount
  }
}
