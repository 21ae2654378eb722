import Foundations

/// Random samples of the right shape, for measuring speed without data: ids, masks, positions and labels
/// are valid, and mean nothing.
///
/// Sample k follows from the seed and k alone: its draws are those of a Philox stream of its own.
package struct GeneratedDataset: SampleSource {
  /// The features of a sample, and their extents.
  package let shape: RecordShape
  /// The number of samples: an epoch's length.
  package let count: Int
  private let seed: UInt64
  private static let generatedStream: UInt32 = 0x6765_6E64  // "gend"

  /// The samples of an epoch, where nothing else says how many: as many as make 16 global batches of the
  /// published phase 1 (65,280 samples each).
  package static let defaultCount = 16 * 65_280

  /// `count` is at least 1.
  package init(shape: RecordShape, seed: UInt64, count: Int = GeneratedDataset.defaultCount) {
    self.shape = shape
    self.seed = seed
    self.count = max(count, 1)
  }

  /// How many samples there are, and what decides them.
  package var summary: String { "\(count) random samples, generated with seed \(seed)" }

  /// Nothing is left out.
  package var warnings: [Diagnostic] { [] }

  /// Micro-batch `number`, counted from the begin of training, where each has `size` samples.
  package func microBatch(_ number: UInt64, size: Int) throws -> Batch {
    let start = number * UInt64(size)
    let examples = (start..<start + UInt64(size)).map { example(Int($0 % UInt64(count))) }
    return Batch(examples, shape: shape)
  }

  private func example(_ number: Int) -> TokenExample {
    var random = RandomSequence(
      RandomStream(
        seed: seed, stream: Self.generatedStream,
        replica: UInt32(truncatingIfNeeded: number >> 32),
        microBatch: UInt32(truncatingIfNeeded: number)))
    switch shape {
    case .pretraining(let shape):
      let tokens = TokenRow(
        length: shape.sequenceLength, vocabularySize: shape.vocabularySize,
        segmentCount: shape.segmentCount, &random)
      let wanted = Int((0.15 * Double(tokens.count)).rounded(.toNearestOrEven))
      let places = min(shape.predictionCount, max(1, wanted), tokens.count)
      let positions = Self.distinctNumbers(places, below: tokens.count, &random)
      let unused = [Int32](repeating: 0, count: shape.predictionCount - places)
      let labels = (0..<places).map { _ in Self.tokenID(shape.vocabularySize, &random) }
      return TokenExample(
        generated: tokens.values + [
          positions + unused, labels + unused, [Int32(random.number(below: 2))],
        ])
    case .questionAnswering(let length, let vocabularySize, let segmentCount):
      let tokens = TokenRow(
        length: length, vocabularySize: vocabularySize, segmentCount: segmentCount, &random)
      let start = random.number(below: tokens.count)
      let end = start + random.number(below: tokens.count - start)
      return TokenExample(generated: tokens.values + [[Int32(start)], [Int32(end)]])
    }
  }

  /// So many numbers in rising order, each set of them equally likely (Floyd's algorithm: Bentley and
  /// Floyd, "A sample of brilliance", 1987).
  private static func distinctNumbers(
    _ count: Int, below limit: Int, _ random: inout RandomSequence
  ) -> [Int32] {
    var chosen: Set<Int> = []
    for last in limit - count..<limit {
      let number = random.number(below: last + 1)
      chosen.insert(chosen.contains(number) ? last : number)
    }
    return chosen.sorted().map { Int32($0) }
  }

  /// Any token but number 0, which is `[PAD]`.
  fileprivate static func tokenID(_ vocabularySize: Int, _ random: inout RandomSequence) -> Int32 {
    vocabularySize < 2 ? 0 : Int32(1 + random.number(below: vocabularySize - 1))
  }
}

/// A row of random tokens: from half the length to all of it, in two segments, then padding.
private struct TokenRow {
  let count: Int
  /// Ids, mask and segments.
  let values: [[Int32]]

  init(
    length: Int, vocabularySize: Int, segmentCount: Int, _ random: inout RandomSequence
  ) {
    let shortest = max(1, length / 2)
    let count = shortest + random.number(below: length - shortest + 1)
    let second = segmentCount > 1 ? random.number(below: count) : count
    let ids = (0..<count).map { _ in GeneratedDataset.tokenID(vocabularySize, &random) }
    let padding = [Int32](repeating: 0, count: length - count)
    self.count = count
    values = [
      ids + padding, [Int32](repeating: 1, count: count) + padding,
      (0..<count).map { $0 > second ? 1 : 0 } + padding,
    ]
  }
}
