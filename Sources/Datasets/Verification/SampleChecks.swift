/// Checks of one sample's structure: what BERT's recipe says beyond lengths and ranges.
struct SampleChecks {
  let special: SpecialTokens

  /// What is wrong with a row of tokens: ids, mask and segments, each [S].
  func faults(ids: [Int32], mask: [Int32], segments: [Int32]) -> [(DataFault.Kind, String)] {
    let count = mask.prefix { $0 == 1 }.count
    var faults: [(DataFault.Kind, String)] = []
    func require(_ condition: Bool, _ kind: DataFault.Kind, _ message: String) {
      if !condition { faults.append((kind, message)) }
    }
    require(
      mask[count...].allSatisfy { $0 == 0 }, .padding,
      "input_mask is not ones and then zeros: place \(count) is 0, a later one 1")
    require(
      ids[count...].allSatisfy { $0 == special.padding }, .padding,
      "behind the \(count) tokens there are ids other than \(special.padding), [PAD]")
    guard count >= 3 else {
      return faults + [(.specialTokens, "\(count) tokens; [CLS] and two [SEP] take 3")]
    }
    require(
      ids[0] == special.classification, .specialTokens,
      "token 0 is \(ids[0]), not \(special.classification), [CLS]")
    require(
      ids[count - 1] == special.separator, .specialTokens,
      "the last token, \(count - 1), is \(ids[count - 1]), not \(special.separator), [SEP]")
    let firstCount = segments.prefix(count).prefix { $0 == 0 }.count
    require(
      segments[firstCount..<count].allSatisfy { $0 == 1 }, .segments,
      "segment_ids are not zeros and then ones: place \(firstCount) is 1, a later one is not")
    require(
      segments[count...].allSatisfy { $0 == 0 }, .segments,
      "segment_ids of the padding are not 0")
    guard firstCount < count, firstCount > 0 else {
      return faults + [(.segments, "there is no second segment")]
    }
    require(
      ids[firstCount - 1] == special.separator, .specialTokens,
      "the first segment ends with token \(firstCount - 1), \(ids[firstCount - 1]), "
        + "not with \(special.separator), [SEP]")
    return faults
  }

  /// What is wrong with the masked tokens: positions and labels [P], weights [P] where there are any.
  func maskingFaults(
    positions: [Int32], labels: [Int32], weights: [Float]?, ids: [Int32], mask: [Int32],
    segments: [Int32]
  ) -> [(DataFault.Kind, String)] {
    let tokenCount = mask.prefix { $0 == 1 }.count
    let firstCount = segments.prefix(tokenCount).prefix { $0 == 0 }.count
    let used = labels.prefix { $0 != 0 }.count
    var faults: [(DataFault.Kind, String)] = []
    func add(_ message: String) { faults.append((.masking, message)) }
    if labels[used...].contains(where: { $0 != 0 }) {
      add("masked_lm_ids has a 0 at place \(used) and a token behind it")
    }
    if positions[used...].contains(where: { $0 != 0 }) {
      add("masked_lm_positions of unused places are not 0")
    }
    if let weights, weights != labels.indices.map({ $0 < used ? 1 : 0 }) {
      add("masked_lm_weights are not 1 for the \(used) masked tokens and 0 behind them")
    }
    if used == 0 { add("no token is masked") }
    let structural = [0, firstCount - 1, tokenCount - 1]
    for position in positions.prefix(used).map({ Int($0) }) {
      if position >= tokenCount {
        add("masked position \(position) is behind the \(tokenCount) tokens")
      } else if structural.contains(position) {
        add("masked position \(position) is [CLS] or [SEP]")
      }
    }
    if Set(positions.prefix(used)).count < used { add("a position is masked twice") }
    return faults
  }

  /// What is wrong with an answer from token `start` to token `end`; both 0 where the text has none.
  func answerFaults(
    start: Int32, end: Int32, mask: [Int32], ids: [Int32]
  ) -> [(DataFault.Kind, String)] {
    if start == 0, end == 0 { return [] }
    let tokenCount = mask.prefix { $0 == 1 }.count
    if start > end { return [(.answer, "the answer begins at token \(start) and ends at \(end)")] }
    if end >= tokenCount {
      return [(.answer, "the answer ends at token \(end), behind the \(tokenCount) tokens")]
    }
    let range = Int(start)...Int(end)
    if range.contains(where: { ids[$0] == special.separator || ids[$0] == special.classification })
    {
      return [(.answer, "the answer, tokens \(start) to \(end), has [CLS] or [SEP] in it")]
    }
    return []
  }
}
