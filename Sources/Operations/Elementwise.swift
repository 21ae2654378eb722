import Foundations

/// Operations that compute each element from the elements at the same place. Operands of different
/// shapes broadcast as in NumPy: aligned at the last axis, an extent of 1 stretches.
package enum Elementwise: OperationFamily {
  case unary(Unary)
  case binary(Binary)
  /// Two numbers to a truth value.
  case compare(Comparison)
  /// (condition i1, a, b): a where the condition holds, else b.
  case select
  /// The same numbers in another element type, rounded to nearest even; to i32 truncated.
  case convert(ElementType)

  /// Functions of one floating-point number; raw values are names in the text.
  package enum Unary: String, Hashable, Sendable, CaseIterable {
    case negate
    case exponential
    /// exp(x) − 1, exact for small x
    case exponentialMinusOne = "exponential_minus_one"
    case logarithm
    case squareRoot = "square_root"
    case tanh
    /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))): Hendrycks and Gimpel 2016, what IPUs use.
    case geluTanh = "gelu_tanh"
    /// x/2 (1 + erf(x/√2)): the exact form.
    case geluErf = "gelu_erf"
  }

  /// Functions of two numbers of one type; raw values are names in the text.
  package enum Binary: String, Hashable, Sendable, CaseIterable {
    case add
    case subtract
    case multiply
    case divide
    case maximum
    /// (dy, y = tanh x) to dy (1 − y²)
    case tanhGradient = "tanh_gradient"
    /// (dy, x) to dy · gelu′(x), tanh form
    case geluTanhGradient = "gelu_tanh_gradient"
    /// (dy, x) to dy · gelu′(x), erf form
    case geluErfGradient = "gelu_erf_gradient"

    /// Whether integers have the operation.
    var takesIntegers: Bool {
      switch self {
      case .add, .subtract, .multiply, .maximum: true
      case .divide, .tanhGradient, .geluTanhGradient, .geluErfGradient: false
      }
    }
  }

  /// Comparisons of two numbers; raw values are names in the text.
  package enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal
    case notEqual = "not_equal"
    case less
  }

  /// `tessera.` and the function's name.
  package var mnemonic: String {
    switch self {
    case .unary(let function): "tessera.\(function.rawValue)"
    case .binary(let function): "tessera.\(function.rawValue)"
    case .compare(let comparison): "tessera.\(comparison.rawValue)"
    case .select: "tessera.select"
    case .convert: "tessera.convert"
    }
  }

  /// The target `to` of a conversion; the other operations have none.
  package var attributes: [Attribute] {
    if case .convert(let element) = self { return [Attribute("to", .element(element))] }
    return []
  }

  /// The operation that `mnemonic` names, or nil where it is not of this family.
  /// - Throws: `OperationError` where a conversion's `to` is missing or no element type.
  package init?(mnemonic: String, attributes: inout AttributeReader) throws(OperationError) {
    guard mnemonic.hasPrefix("tessera.") else { return nil }
    let name = String(mnemonic.dropFirst("tessera.".count))
    if let function = Unary(rawValue: name) {
      self = .unary(function)
    } else if let function = Binary(rawValue: name) {
      self = .binary(function)
    } else if let comparison = Comparison(rawValue: name) {
      self = .compare(comparison)
    } else if name == "select" {
      self = .select
    } else if name == "convert" {
      self = .convert(try attributes.element("to"))
    } else {
      return nil
    }
  }

  /// One type: the operands' shapes broadcast together, in the element type of the numbers; i1 for
  /// a comparison, the target's for a conversion.
  /// - Throws: `OperationError` where the number of operands, their element types or shapes do not
  ///   fit.
  package func resultTypes(of operands: [TensorType]) throws(OperationError) -> [TensorType] {
    switch self {
    case .unary:
      try TypeRules.requireCount(operands, 1)
      try TypeRules.requireFloat(operands[0], "the operand")
      return operands
    case .binary(let function):
      try TypeRules.requireCount(operands, 2)
      if !function.takesIntegers || operands[0].element != .i32 {
        try TypeRules.requireFloat(operands[0], "the first operand")
      }
      return [try Self.broadcastType(operands[0], operands[1])]
    case .compare:
      try TypeRules.requireCount(operands, 2)
      try TypeRules.require(operands[0].element != .i1, "truth values are not compared")
      return [TensorType(try Self.broadcastType(operands[0], operands[1]).shape, .i1)]
    case .select:
      try TypeRules.requireCount(operands, 3)
      try TypeRules.require(operands[0].element == .i1, "the condition must be of type i1")
      let type = try Self.broadcastType(operands[1], operands[2])
      return [TensorType(try TypeRules.broadcast(operands[0].shape, type.shape), type.element)]
    case .convert(let element):
      try TypeRules.requireCount(operands, 1)
      return [TensorType(operands[0].shape, element)]
    }
  }

  private static func broadcastType(
    _ left: TensorType, _ right: TensorType
  ) throws(OperationError) -> TensorType {
    try TypeRules.require(
      left.element == right.element,
      "element types differ: \(left.element.rawValue) and \(right.element.rawValue)")
    return TensorType(try TypeRules.broadcast(left.shape, right.shape), left.element)
  }
}
