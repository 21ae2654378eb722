import Operations

extension Source {
  /// The constant's tensor, or nil where the value comes from the replica that runs.
  func evaluate() -> Tensor? {
    switch self {
    case .constant(let literal): Tensor(literal)
    case .infeed, .replicaIndex: nil
    }
  }
}
