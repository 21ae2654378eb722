import Foundations

/// Operations that move elements and compute nothing.
package enum Movement: OperationFamily {
  /// The same elements in row-major order under another shape.
  case reshape([Int])
  /// Axis i of the result is axis permutation[i] of the operand.
  case transpose([Int])
  /// Repeats the operand to the shape, by NumPy's rule.
  case broadcast([Int])
  /// The box of extents `shape` that begins at `starts`.
  case slice(starts: [Int], shape: [Int])
  /// Zeros of extents `shape` with the operand placed at `starts`: the adjoint of slice.
  case pad(starts: [Int], shape: [Int])
  /// The operands one after the other along the axis.
  case concatenate(axis: Int)

  /// `tessera.` and the case's name.
  package var mnemonic: String {
    switch self {
    case .reshape: "tessera.reshape"
    case .transpose: "tessera.transpose"
    case .broadcast: "tessera.broadcast"
    case .slice: "tessera.slice"
    case .pad: "tessera.pad"
    case .concatenate: "tessera.concatenate"
    }
  }

  /// What the case holds: `shape`, `permutation`, `starts` with `shape`, or `axis`.
  package var attributes: [Attribute] {
    switch self {
    case .reshape(let shape), .broadcast(let shape):
      [Attribute("shape", .integers(shape.map(Int64.init)))]
    case .transpose(let permutation):
      [Attribute("permutation", .integers(permutation.map(Int64.init)))]
    case .slice(let starts, let shape), .pad(let starts, let shape):
      [
        Attribute("shape", .integers(shape.map(Int64.init))),
        Attribute("starts", .integers(starts.map(Int64.init))),
      ]
    case .concatenate(let axis): [Attribute("axis", .integer(Int64(axis)))]
    }
  }

  /// The operation that `mnemonic` names, or nil where it is none of the six.
  /// - Throws: `OperationError` where an attribute is missing or of another kind.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.reshape": self = .reshape(try attributes.integers("shape"))
    case "tessera.broadcast": self = .broadcast(try attributes.integers("shape"))
    case "tessera.transpose": self = .transpose(try attributes.integers("permutation"))
    case "tessera.slice":
      self = .slice(
        starts: try attributes.integers("starts"), shape: try attributes.integers("shape"))
    case "tessera.pad":
      self = .pad(
        starts: try attributes.integers("starts"), shape: try attributes.integers("shape"))
    case "tessera.concatenate": self = .concatenate(axis: try attributes.integer("axis"))
    default: return nil
    }
  }

  /// One type, of the shape that the case says, in the operands' element type.
  /// - Throws: `OperationError` where the operands do not have the elements, axes or room for it.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    guard let operand = operands.first else { throw OperationError("takes an operand, has none") }
    if case .concatenate(let axis) = self {
      return [try Self.concatenation(operands, axis: axis)]
    }
    try TypeRules.requireCount(operands, 1)
    switch self {
    case .reshape(let shape):
      let count = try TypeRules.count(shape)
      try TypeRules.require(
        count == operand.count, "\(operand) has \(operand.count) elements, \(shape) \(count)")
      return [TensorType(shape, operand.element)]
    case .transpose(let permutation):
      try TypeRules.require(
        permutation.sorted() == Array(0..<operand.rank),
        "\(permutation) is not a permutation of the axes of \(operand)")
      return [TensorType(permutation.map { operand.shape[$0] }, operand.element)]
    case .broadcast(let shape):
      _ = try TypeRules.count(shape)
      try TypeRules.require(
        try TypeRules.broadcast(operand.shape, shape) == shape,
        "\(operand) does not broadcast to \(shape)")
      return [TensorType(shape, operand.element)]
    case .slice(let starts, let shape):
      try TypeRules.requireBox(starts: starts, shape: shape, inside: operand.shape)
      return [TensorType(shape, operand.element)]
    case .pad(let starts, let shape):
      _ = try TypeRules.count(shape)
      try TypeRules.requireBox(starts: starts, shape: operand.shape, inside: shape)
      return [TensorType(shape, operand.element)]
    case .concatenate:
      return []
    }
  }

  private static func concatenation(
    _ operands: [TensorType], axis: Int
  ) throws(OperationError) -> TensorType {
    var result = operands[0]
    try TypeRules.require(
      result.shape.indices.contains(axis), "\(result) has no axis \(axis)")
    for operand in operands.dropFirst() {
      var expected = operand
      try TypeRules.require(operand.rank == result.rank, "ranks differ")
      expected.shape[axis] = result.shape[axis]
      try TypeRules.require(
        expected == result, "\(operand) does not continue \(result) along axis \(axis)")
      result.shape[axis] += operand.shape[axis]
    }
    return result
  }
}
