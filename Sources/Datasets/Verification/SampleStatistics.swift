/// What is counted over all samples of a data set.
package struct SampleStatistics: Hashable, Sendable {
  /// Samples whose features are all right.
  package var sampleCount = 0
  /// Tokens without padding.
  package var tokenCount = 0
  /// Places of all samples, padding included.
  package var placeCount = 0
  /// Pre-training: tokens to predict.
  package var maskedCount = 0
  /// Pre-training: as many as the recipe masks in samples of these lengths, where places are for them.
  package var wantedMaskedCount = 0
  /// Those of them that are `[MASK]` in the input.
  package var replacedByMaskCount = 0
  /// Those that are as they were.
  package var keptCount = 0
  /// Samples whose second segment is from another document.
  package var randomNextCount = 0
  /// Question answering: samples without an answer.
  package var unansweredCount = 0

  /// Those masked tokens that another token stands for.
  package var replacedByRandomCount: Int { maskedCount - replacedByMaskCount - keptCount }

  /// BERT's recipe: of the masked tokens 80 % are `[MASK]`, 10 % stay, 10 % are random.
  private static let maskShares = (mask: 0.8, kept: 0.1, random: 0.1)

  /// The shares of pre-training data that the recipe decides.
  ///
  /// The masks of a token are independent draws. How many tokens are masked follows from the lengths, but
  /// for rounding, for which one in a hundred is allowed. The next sentence is random in half of the
  /// draws, and wherever a document has only one sentence left, so that share depends on the text.
  func pretrainingChecks() -> [ShareCheck] {
    let attainable = Double(wantedMaskedCount) / Double(max(tokenCount, 1))
    let shares = Self.maskShares
    // One in a hundred, as the original's own test allows: where samples are in the data several times,
    // their draws are fewer than their tokens.
    let slack = 0.01
    return [
      ShareCheck(
        name: "tokens masked", count: maskedCount, total: tokenCount, expected: attainable,
        tolerance: 0.01),
      .ofDraws(
        "masked tokens that are [MASK]", replacedByMaskCount, of: maskedCount,
        expected: shares.mask, slack: slack),
      .ofDraws(
        "masked tokens that are kept", keptCount, of: maskedCount, expected: shares.kept,
        slack: slack),
      .ofDraws(
        "masked tokens that are random", replacedByRandomCount, of: maskedCount,
        expected: shares.random, slack: slack),
      .ofDraws(
        "next sentences that are random", randomNextCount, of: sampleCount, expected: 0.5,
        slack: 0.2),
    ]
  }

  mutating func addTokens(mask: [Int32]) {
    sampleCount += 1
    tokenCount += mask.count { $0 == 1 }
    placeCount += mask.count
  }

  mutating func addMasking(
    positions: [Int32], labels: [Int32], ids: [Int32], mask: [Int32], maskID: Int32
  ) {
    for (position, label) in zip(positions, labels) where label != 0 {
      let id = ids[Int(position)]
      maskedCount += 1
      replacedByMaskCount += id == maskID ? 1 : 0
      keptCount += id == label ? 1 : 0
    }
    let wanted = (0.15 * Double(mask.count { $0 == 1 })).rounded(.toNearestOrEven)
    wantedMaskedCount += min(labels.count, max(1, Int(wanted)))
  }
}
