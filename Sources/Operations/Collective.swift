import Foundations

/// Operations over all replicas; they stand only in an entry function's own block. Each takes any number
/// of tensors, so that one exchange carries them all, and gives one result for each.
///
/// A replica's *part* of a tensor of n elements are ⌈n/R⌉ of them in row-major order, R being the number
/// of replicas: the tensor is padded with zeros to a multiple of R, and replica r has the r-th part.
package enum Collective: OperationFamily {
  /// The sum over the replicas, in the order of their numbers; every replica gets it.
  case allReduceSum
  /// The same sum, of which each replica gets its part.
  case reduceScatterSum(replicas: Int)
  /// The tensors of these shapes from the parts that the replicas have; every replica gets them.
  case allGather(shapes: [[Int]], replicas: Int)
  /// The part that each replica has of its own operand: nothing is exchanged.
  case replicaSlice(replicas: Int)

  /// `tessera.` and the case's name.
  package var mnemonic: String {
    switch self {
    case .allReduceSum: "tessera.all_reduce_sum"
    case .reduceScatterSum: "tessera.reduce_scatter_sum"
    case .allGather: "tessera.all_gather"
    case .replicaSlice: "tessera.replica_slice"
    }
  }

  /// The number of replicas that the operation is for; nil where it is for any.
  package var replicas: Int? {
    switch self {
    case .allReduceSum: nil
    case .reduceScatterSum(let replicas), .allGather(_, let replicas),
      .replicaSlice(let replicas):
      replicas
    }
  }

  /// Whether each replica gets a result of its own.
  package var givesParts: Bool {
    switch self {
    case .allReduceSum, .allGather: false
    case .reduceScatterSum, .replicaSlice: true
    }
  }

  /// `replicas`; of `all_gather` also the shapes: their `extents` one after the other, and their `ranks`.
  package var attributes: [Attribute] {
    let replicas = replicas.map { [Attribute("replicas", .integer(Int64($0)))] } ?? []
    guard case .allGather(let shapes, _) = self else { return replicas }
    return [
      Attribute("extents", .integers(shapes.flatMap { $0 }.map(Int64.init))),
      Attribute("ranks", .integers(shapes.map { Int64($0.count) })),
    ] + replicas
  }

  /// The collective that `mnemonic` names, or nil.
  /// - Throws: `OperationError` where an attribute is missing, of another kind or out of range.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    switch mnemonic {
    case "tessera.all_reduce_sum": self = .allReduceSum
    case "tessera.reduce_scatter_sum":
      self = .reduceScatterSum(replicas: try Self.replicas(&attributes))
    case "tessera.all_gather":
      self = .allGather(
        shapes: try Self.shapes(&attributes), replicas: try Self.replicas(&attributes))
    case "tessera.replica_slice":
      self = .replicaSlice(replicas: try Self.replicas(&attributes))
    default: return nil
    }
  }

  private static func replicas(_ attributes: inout AttributeReader) throws(OperationError) -> Int {
    let replicas = try attributes.integer("replicas")
    try TypeRules.require(replicas > 0, "the number of replicas is \(replicas), must be positive")
    return replicas
  }

  private static func shapes(
    _ attributes: inout AttributeReader
  ) throws(OperationError) -> [[Int]] {
    var extents = try attributes.integers("extents")[...]
    var shapes: [[Int]] = []
    for rank in try attributes.integers("ranks") {
      try TypeRules.require(
        rank >= 0 && rank <= extents.count, "the ranks are not those of the extents")
      shapes.append(Array(extents.prefix(rank)))
      extents = extents.dropFirst(rank)
    }
    try TypeRules.require(extents.isEmpty, "the ranks are not those of the extents")
    return shapes
  }

  /// The elements of a replica's part of `count` elements: ⌈count / replicas⌉.
  package static func partCount(of count: Int, replicas: Int) -> Int {
    count / replicas + (count % replicas == 0 ? 0 : 1)
  }

  /// The elements of the part of a replica that are not padding, of `count` elements; empty where the
  /// whole part is.
  package static func elements(of replica: Int, of count: Int, replicas: Int) -> Range<Int> {
    let part = partCount(of: count, replicas: replicas)
    return min(count, replica * part)..<min(count, (replica + 1) * part)
  }

  /// One type for each operand: its own, that of its parts, or that of the whole.
  /// - Throws: `OperationError` for no operand, a sum of what is not of floating point, or parts that are
  ///   not those of the shapes.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    try TypeRules.require(!operands.isEmpty, "takes an operand, has none")
    switch self {
    case .allReduceSum, .reduceScatterSum:
      for (index, operand) in operands.enumerated() {
        try TypeRules.requireFloat(operand, "operand \(index)")
      }
    case .replicaSlice: break
    case .allGather(let shapes, let replicas):
      try TypeRules.requireCount(operands, shapes.count)
      var results: [TensorType] = []
      for (index, (shape, operand)) in zip(shapes, operands).enumerated() {
        let part = Self.partCount(of: try TypeRules.count(shape), replicas: replicas)
        try TypeRules.requireEqual(
          operand, TensorType([part], operand.element), "operand \(index)")
        results.append(TensorType(shape, operand.element))
      }
      return results
    }
    guard let replicas else { return operands }
    return operands.map {
      TensorType([Self.partCount(of: $0.count, replicas: replicas)], $0.element)
    }
  }
}
