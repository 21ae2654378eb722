import Foundations

/// Operations whose values depend on the random key of the micro-batch.
package enum Random: OperationFamily {
  /// (x, key [4] i32, stream i32) to x/(1 − p) where the element is kept, else 0.
  ///
  /// The key holds the seed's low and high words, the replica, and the number of the micro-batch
  /// since the run began; with the stream they make a `RandomStream`. Element i is kept where its
  /// word is at least ⌊p·2³²⌋. The operation is linear in x and is its own adjoint.
  case dropout(probability: Double)

  /// `tessera.dropout`.
  package var mnemonic: String { "tessera.dropout" }

  /// The `probability` with which an element is dropped.
  package var attributes: [Attribute] {
    switch self {
    case .dropout(let probability): [Attribute("probability", .real(probability))]
    }
  }

  /// The dropout, or nil where `mnemonic` is another.
  /// - Throws: `OperationError` where `probability` is missing, no real number, or not in 0..<1.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    guard mnemonic == "tessera.dropout" else { return nil }
    let probability = try attributes.real("probability")
    guard probability >= 0 && probability < 1 else {
      throw OperationError("the probability must be at least 0 and below 1, is \(probability)")
    }
    self = .dropout(probability: probability)
  }

  /// The type of x, which must be of floating point.
  /// - Throws: `OperationError` where x, key or stream is of another type than `dropout` says.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, 3)
    try TypeRules.requireFloat(operands[0], "the operand")
    try TypeRules.requireEqual(operands[1], TensorType([4], .i32), "the random key")
    try TypeRules.requireEqual(operands[2], TensorType([], .i32), "the stream")
    return [operands[0]]
  }
}
