import Foundations

/// Makes the samples of one pass through one document. Its random draws depend on seed, pass and
/// document alone.
struct SampleMaker {
  private let corpus: TokenCorpus
  private let vocabulary: Vocabulary
  private let ordinaryIDs: [Int32]
  private let options: PretrainingDataBuilder.Options
  private let document: Int
  private var random: RandomSequence
  private static let sampleStream: UInt32 = 0x736D_706C  // "smpl"

  init(
    corpus: TokenCorpus, vocabulary: Vocabulary, ordinaryIDs: [Int32],
    options: PretrainingDataBuilder.Options, duplicate: Int, document: Int
  ) {
    self.corpus = corpus
    self.vocabulary = vocabulary
    self.ordinaryIDs = ordinaryIDs
    self.options = options
    self.document = document
    random = RandomSequence(
      RandomStream(
        seed: options.seed, stream: Self.sampleStream,
        replica: UInt32(truncatingIfNeeded: duplicate),
        microBatch: UInt32(truncatingIfNeeded: document)))
  }

  /// The tokens that fit beside `[CLS]` and two `[SEP]`.
  private var room: Int { options.sequenceLength - 3 }

  /// Goes through the document: sentences are gathered to the aimed length, cut into a first and a
  /// second segment, and in half of the cases the second one is taken from another document; the
  /// sentences that this leaves over begin the next sample.
  mutating func makeSamples(
    _ summary: inout PretrainingDataBuilder.Summary, _ body: (PretrainingExample) throws -> Void
  ) rethrows {
    let sentences = corpus.sentences(ofDocument: document)
    let target =
      random.chance(options.shortSequenceProbability)
      ? 2 + random.number(below: room - 1) : room
    var chunkStart = sentences.lowerBound
    var chunkEnd = chunkStart
    while chunkEnd < sentences.upperBound {
      chunkEnd += 1
      let chunk = chunkStart..<chunkEnd
      let isFull = corpus.tokenCount(ofSentences: chunk) >= target
      guard isFull || chunkEnd == sentences.upperBound else { continue }
      let cut = chunkStart + (chunk.count >= 2 ? 1 + random.number(below: chunk.count - 1) : 1)
      let isRandomNext = chunk.count == 1 || random.chance(0.5)
      var first = corpus.tokens(ofSentences: chunkStart..<cut)
      var second: ArraySlice<Int32>
      if isRandomNext {
        second = segmentOfOtherDocument(length: target - first.count)
        chunkEnd = cut
      } else {
        second = corpus.tokens(ofSentences: cut..<chunkEnd)
      }
      truncate(&first, &second)
      if let example = masked(first, second, isRandomNext: isRandomNext, summary: &summary) {
        try body(example)
      }
      chunkStart = chunkEnd
    }
  }

  /// Sentences from a random place of a random other document on, until `length` is reached or the
  /// document ends.
  private mutating func segmentOfOtherDocument(length: Int) -> ArraySlice<Int32> {
    var other = random.number(below: corpus.documentCount - 1)
    if other >= document { other += 1 }
    let sentences = corpus.sentences(ofDocument: other)
    let start = sentences.lowerBound + random.number(below: sentences.count)
    var end = start + 1
    while end < sentences.upperBound, corpus.tokenCount(ofSentences: start..<end) < length {
      end += 1
    }
    return corpus.tokens(ofSentences: start..<end)
  }

  /// Drops tokens of the longer segment, at random from its front or its end, until both fit.
  private mutating func truncate(
    _ first: inout ArraySlice<Int32>, _ second: inout ArraySlice<Int32>
  ) {
    func drop(_ segment: inout ArraySlice<Int32>, atFront: Bool) {
      if atFront { segment.removeFirst() } else { segment.removeLast() }
    }
    while first.count + second.count > room {
      let atFront = random.chance(0.5)
      if first.count > second.count {
        drop(&first, atFront: atFront)
      } else {
        drop(&second, atFront: atFront)
      }
    }
  }

  /// The sample of two segments, with tokens masked; nil where there is nothing to mask, because
  /// the text consists of special tokens.
  private mutating func masked(
    _ first: ArraySlice<Int32>, _ second: ArraySlice<Int32>, isRandomNext: Bool,
    summary: inout PretrainingDataBuilder.Summary
  ) -> PretrainingExample? {
    var ids =
      [vocabulary.classificationID] + first + [vocabulary.separatorID] + second
      + [vocabulary.separatorID]
    let tokenCount = ids.count
    var candidates = ids.indices.filter { !isStructural(ids[$0]) }
    random.shuffle(&candidates)
    let wanted = Int((Double(tokenCount) * options.maskedShare).rounded(.toNearestOrEven))
    let positions = candidates.prefix(min(options.maskTokenCount, max(1, wanted))).sorted()
    guard !positions.isEmpty else { return nil }
    let maskedIDs = positions.map { ids[$0] }
    for position in positions {
      // 80 % become [MASK], 10 % stay, 10 % become a random token.
      if random.chance(0.8) {
        ids[position] = vocabulary.maskID
        summary.replacedByMaskCount += 1
      } else if random.chance(0.5) {
        summary.keptCount += 1
      } else {
        ids[position] = ordinaryIDs[random.number(below: ordinaryIDs.count)]
        summary.replacedByRandomCount += 1
      }
    }
    summary.sampleCount += 1
    summary.sampleTokenCount += tokenCount
    summary.maskedCount += positions.count
    summary.randomNextCount += isRandomNext ? 1 : 0

    let length = options.sequenceLength
    let places = options.maskTokenCount
    let firstEnd = first.count + 2
    return PretrainingExample(
      inputIDs: padded(ids, to: length),
      inputMask: padded([Int32](repeating: 1, count: tokenCount), to: length),
      segmentIDs: (0..<length).map { $0 >= firstEnd && $0 < tokenCount ? 1 : 0 },
      maskedLMPositions: padded(positions.map { Int32($0) }, to: places),
      maskedLMIDs: padded(maskedIDs, to: places),
      maskedLMWeights: (0..<places).map { $0 < positions.count ? 1 : 0 },
      nextSentenceLabels: [isRandomNext ? 1 : 0])
  }

  private func isStructural(_ id: Int32) -> Bool {
    id == vocabulary.paddingID || id == vocabulary.classificationID
      || id == vocabulary.separatorID || id == vocabulary.maskID
  }

  private func padded(_ values: [Int32], to count: Int) -> [Int32] {
    values + [Int32](repeating: 0, count: count - values.count)
  }
}
