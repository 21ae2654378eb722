import Foundations

/// Operations that make values from nothing.
package enum Source: OperationFamily {
  case constant(TensorLiteral)
  /// The next tensor of a host stream, for the replica that runs: each replica reads each stream from
  /// its first micro-batch on, at each run of an entry anew, one micro-batch each time that it runs an
  /// infeed of the stream. Streams may be at different micro-batches at a time.
  case infeed(stream: String, TensorType)
  /// The number of the replica that runs, an i32 scalar.
  case replicaIndex
  /// Memory that nothing was written to: nothing that is read of it may reach a result of an entry.
  case undefined(TensorType)

  /// `tessera.constant`, `tessera.infeed`, `tessera.replica_index` or `tessera.undefined`.
  package var mnemonic: String {
    switch self {
    case .constant: "tessera.constant"
    case .infeed: "tessera.infeed"
    case .replicaIndex: "tessera.replica_index"
    case .undefined: "tessera.undefined"
    }
  }

  /// The constant's `value`, or `element` and `shape`, for an infeed also `stream`.
  package var attributes: [Attribute] {
    switch self {
    case .constant(let literal): [Attribute("value", .literal(literal))]
    case .infeed(let stream, let type):
      [
        Attribute("element", .element(type.element)),
        Attribute("shape", .integers(type.shape.map(Int64.init))),
        Attribute("stream", .string(stream)),
      ]
    case .replicaIndex: []
    case .undefined(let type):
      [
        Attribute("element", .element(type.element)),
        Attribute("shape", .integers(type.shape.map(Int64.init))),
      ]
    }
  }

  /// The operation that `mnemonic` names, or nil where it is none of the four.
  /// - Throws: `OperationError` where an attribute is missing or of another kind, or a shape has an
  ///   extent below 1 or too many elements.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.constant": self = .constant(try attributes.literal("value"))
    case "tessera.infeed":
      let type = try Self.type(&attributes)
      self = .infeed(stream: try attributes.string("stream"), type)
    case "tessera.replica_index": self = .replicaIndex
    case "tessera.undefined": self = .undefined(try Self.type(&attributes))
    default: return nil
    }
  }

  private static func type(_ attributes: inout AttributeReader) throws(OperationError) -> TensorType
  {
    let shape = try attributes.integers("shape")
    _ = try TypeRules.count(shape)
    return TensorType(shape, try attributes.element("element"))
  }

  /// The type that the case says; that of `replicaIndex` is an i32 scalar.
  /// - Throws: `OperationError` where there are operands.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.requireCount(operands, 0)
    switch self {
    case .constant(let literal): return [literal.type]
    case .infeed(_, let type), .undefined(let type): return [type]
    case .replicaIndex: return [TensorType([], .i32)]
    }
  }
}
