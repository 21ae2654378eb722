import Foundations

/// The value of an attribute: the kinds that the text form and the bundle can spell.
package enum AttributeValue: Hashable, Sendable {
  /// `6 : i64`
  case integer(Int64)
  /// `array<i64: 1, 2>`
  case integers([Int64])
  /// `1.000000e-01 : f64`
  case real(Double)
  /// `true`
  case boolean(Bool)
  /// `"input_ids"`
  case string(String)
  /// `@encoder_layer`
  case symbol(String)
  /// `f16`
  case element(ElementType)
  /// `dense<1.000000e+00> : tensor<2xf32>`
  case literal(TensorLiteral)
}

/// A named constant of an operation.
package struct Attribute: Hashable, Sendable {
  /// The name in the text and the bundle, such as `axes`; unique within an operation.
  package var name: String
  /// The constant, whose case says its kind.
  package var value: AttributeValue

  package init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

/// Takes the attributes of one operation by name, so that what is left over can be reported.
package struct AttributeReader {
  private var remaining: [Attribute]

  /// Begins with all of `attributes` left to take.
  package init(_ attributes: [Attribute]) {
    remaining = attributes
  }

  private mutating func take(_ name: String) throws(OperationError) -> AttributeValue {
    guard let index = remaining.firstIndex(where: { $0.name == name }) else {
      throw OperationError("attribute '\(name)' is missing")
    }
    return remaining.remove(at: index).value
  }

  private func wrongKind(_ name: String, _ expected: String) -> OperationError {
    OperationError("attribute '\(name)' must be \(expected)")
  }

  /// Takes an integer.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func integer(_ name: String) throws(OperationError) -> Int {
    guard case .integer(let value) = try take(name), let value = Int(exactly: value) else {
      throw wrongKind(name, "a 64-bit integer")
    }
    return value
  }

  /// The integer, or nil where the attribute is absent.
  package mutating func optionalInteger(_ name: String) throws(OperationError) -> Int? {
    remaining.contains { $0.name == name } ? try integer(name) : nil
  }

  /// Takes an array of integers.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func integers(_ name: String) throws(OperationError) -> [Int] {
    guard case .integers(let values) = try take(name) else {
      throw wrongKind(name, "an array of 64-bit integers")
    }
    return values.map { Int($0) }
  }

  /// Takes a real number.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func real(_ name: String) throws(OperationError) -> Double {
    guard case .real(let value) = try take(name) else { throw wrongKind(name, "an f64 number") }
    return value
  }

  /// Takes a truth value.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func boolean(_ name: String) throws(OperationError) -> Bool {
    guard case .boolean(let value) = try take(name) else {
      throw wrongKind(name, "true or false")
    }
    return value
  }

  /// Takes a quoted string.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func string(_ name: String) throws(OperationError) -> String {
    guard case .string(let value) = try take(name) else { throw wrongKind(name, "a string") }
    return value
  }

  /// Takes the name of a function, without its `@`.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func symbol(_ name: String) throws(OperationError) -> String {
    guard case .symbol(let value) = try take(name) else { throw wrongKind(name, "a symbol") }
    return value
  }

  /// Takes an element type.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func element(_ name: String) throws(OperationError) -> ElementType {
    guard case .element(let value) = try take(name) else {
      throw wrongKind(name, "an element type")
    }
    return value
  }

  /// Takes the elements of a constant tensor.
  /// - Throws: `OperationError` where the attribute is missing or of another kind.
  package mutating func literal(_ name: String) throws(OperationError) -> TensorLiteral {
    guard case .literal(let value) = try take(name) else {
      throw wrongKind(name, "a dense literal")
    }
    return value
  }

  /// Throws when an attribute was not taken: it means nothing to the operation.
  package func finish() throws(OperationError) {
    if let extra = remaining.first {
      throw OperationError("unknown attribute '\(extra.name)'")
    }
  }
}

/// Why an operation, its attributes or its operands are not valid.
package struct OperationError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}
