import Operations

extension Source {
  /// The constant's tensor, numbers that spoil what reads them for undefined memory, or nil where the
  /// value comes from the replica that runs.
  func evaluate() -> Tensor? {
    switch self {
    case .constant(let literal): Tensor(literal)
    case .undefined(let type):
      Tensor(type, splat: type.element.isFloat ? .nan : type.element == .i1 ? 1 : -0x1p31)
    case .infeed, .replicaIndex: nil
    }
  }
}
