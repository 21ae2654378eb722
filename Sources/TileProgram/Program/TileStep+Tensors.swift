extension TileStep {
  /// The tensors that the step reads; those of a repeat's steps are not among them. Of a call these are the
  /// arguments, also those that it updates.
  package var read: [Int] {
    switch kind {
    case .exchange(let exchange): [exchange.source]
    case .compute(_, let operands, _): operands
    case .copyBetweenIPUs(let source, _), .store(let source, _): [source]
    case .call(_, _, let arguments, _): arguments.compactMap(\.tensor)
    case .collective(_, let operands, _): operands
    case .fill, .infeed, .load, .repeat, .replicaIndex: []
    }
  }

  /// The tensors that the step writes, wholly or in part.
  package var written: [Int] {
    switch kind {
    case .exchange(let exchange): [exchange.destination] + (exchange.staging.map { [$0] } ?? [])
    case .compute(_, _, let results): results
    case .fill(let tensor, _), .copyBetweenIPUs(_, let tensor), .infeed(_, let tensor),
      .load(_, let tensor), .replicaIndex(let tensor):
      [tensor]
    case .call(_, _, _, let results): results.compactMap(\.tensor)
    case .collective(_, _, let results): results
    case .repeat(_, let iteration, _): iteration
    case .store: []
    }
  }

  /// All of them.
  package var tensors: [Int] { read + written }
}

extension TileStep.Place {
  /// The tensor's number; nil for a buffer.
  package var tensor: Int? {
    if case .tensor(let tensor) = self { return tensor }
    return nil
  }
}
