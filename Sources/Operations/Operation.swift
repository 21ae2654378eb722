import Foundations

/// What every family of operations says about itself, in its own file.
package protocol OperationFamily: Hashable, Sendable {
  /// The operation's name in the text, such as `tessera.add`.
  var mnemonic: String { get }

  /// The attributes, sorted by name, as the text and the bundle spell them.
  var attributes: [Attribute] { get }

  /// The operation that `mnemonic` names, or nil where it is not of this family.
  /// - Throws: `OperationError` where an attribute is missing, of the wrong kind or out of range.
  init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError)

  /// The types of the results for operands of these types: the operation's type rule.
  /// - Throws: `OperationError` where the operands do not fit.
  func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType]
}

/// An operation without its operands: the one list that every part of Tessera switches over.
///
/// The compiler's IR and the bundle's program both hold it; what a part knows of an operation
/// (meaning, derivative, kernel) sits in that part, one file a family.
package enum Operation: Hashable, Sendable {
  case elementwise(Elementwise)
  case movement(Movement)
  case reduction(Reduction)
  case contraction(Contraction)
  case indexing(Indexing)
  case accumulation(Accumulation)
  case normalization(Normalization)
  case softmax(Softmax)
  case random(Random)
  case stash(Stash)
  case source(Source)
  case remote(Remote)
  case collective(Collective)
  case control(Control)

  private var family: any OperationFamily {
    switch self {
    case .elementwise(let family): family
    case .movement(let family): family
    case .reduction(let family): family
    case .contraction(let family): family
    case .indexing(let family): family
    case .accumulation(let family): family
    case .normalization(let family): family
    case .softmax(let family): family
    case .random(let family): family
    case .stash(let family): family
    case .source(let family): family
    case .remote(let family): family
    case .collective(let family): family
    case .control(let family): family
    }
  }

  /// The operation's name in the text, such as `tessera.add`.
  package var mnemonic: String { family.mnemonic }

  /// The attributes, sorted by name.
  package var attributes: [Attribute] { family.attributes }

  /// The operation with this name and these attributes.
  /// - Throws: `OperationError` where there is none, or an attribute is missing or means nothing.
  package init(mnemonic: String, attributes: [Attribute]) throws(OperationError) {
    var reader = AttributeReader(attributes)
    guard let operation = try Self.match(mnemonic, &reader) else {
      throw OperationError("unknown operation '\(mnemonic)'")
    }
    try reader.finish()
    self = operation
  }

  private static func match(
    _ mnemonic: String, _ reader: inout AttributeReader
  ) throws(OperationError) -> Operation? {
    if let family = try Elementwise(mnemonic: mnemonic, attributes: &reader) {
      return .elementwise(family)
    }
    if let family = try Movement(mnemonic: mnemonic, attributes: &reader) {
      return .movement(family)
    }
    if let family = try Reduction(mnemonic: mnemonic, attributes: &reader) {
      return .reduction(family)
    }
    if let family = try Contraction(mnemonic: mnemonic, attributes: &reader) {
      return .contraction(family)
    }
    if let family = try Indexing(mnemonic: mnemonic, attributes: &reader) {
      return .indexing(family)
    }
    if let family = try Accumulation(mnemonic: mnemonic, attributes: &reader) {
      return .accumulation(family)
    }
    if let family = try Normalization(mnemonic: mnemonic, attributes: &reader) {
      return .normalization(family)
    }
    if let family = try Softmax(mnemonic: mnemonic, attributes: &reader) {
      return .softmax(family)
    }
    if let family = try Random(mnemonic: mnemonic, attributes: &reader) {
      return .random(family)
    }
    if let family = try Stash(mnemonic: mnemonic, attributes: &reader) {
      return .stash(family)
    }
    if let family = try Source(mnemonic: mnemonic, attributes: &reader) {
      return .source(family)
    }
    if let family = try Remote(mnemonic: mnemonic, attributes: &reader) {
      return .remote(family)
    }
    if let family = try Collective(mnemonic: mnemonic, attributes: &reader) {
      return .collective(family)
    }
    return try Control(mnemonic: mnemonic, attributes: &reader).map(Operation.control)
  }

  /// The result types that the operands' types determine, or nil for a call, a repeat, a
  /// chain and the terminators, whose types come from the function or the region they belong to.
  /// - Throws: `OperationError` where the operands do not fit, or lie in streaming memory and the
  ///   operation computes with them.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType]? {
    if !takesBuffers, let index = operands.firstIndex(where: { $0.memory == .streaming }) {
      throw OperationError(
        "operand \(index) must be loaded from streaming memory, is \(operands[index])")
    }
    if case .control = self { return nil }
    return try family.resultTypes(of: operands)
  }

  /// Whether operands may lie in streaming memory: they are loaded, stored to, or handed on.
  private var takesBuffers: Bool {
    switch self {
    case .remote, .control(.call), .control(.return): true
    case .control(.repeat), .control(.fuse), .control(.yield), .elementwise, .movement, .reduction,
      .contraction,
      .indexing, .accumulation, .normalization, .softmax, .random, .stash, .source, .collective:
      false
    }
  }

  /// Whether the operation ends a block.
  package var isTerminator: Bool {
    self == .control(.return) || self == .control(.yield)
  }

  /// Whether the operation does more than make its results, so that it must stay when they are
  /// not used.
  package var hasEffect: Bool {
    switch self {
    case .control(.return), .control(.yield), .source(.infeed): true
    // Functions and repeats only make values; an infeed inside one keeps its place by being read.
    case .control(.call), .control(.repeat), .elementwise, .movement, .reduction, .contraction,
      .indexing, .accumulation, .normalization, .softmax, .random, .stash, .source, .collective,
      .remote, .control(.fuse):
      false
    }
  }
}
