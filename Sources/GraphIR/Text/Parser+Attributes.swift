import Foundations
import Operations

/// Types and attributes.
extension Parser {
  mutating func signature() throws -> (operands: [TensorType], results: [TensorType]) {
    let operands = try list(from: "(", to: ")") { try $0.tensorType() }
    try expect("->")
    guard token == .punctuation("(") else { return (operands, [try tensorType()]) }
    return (operands, try list(from: "(", to: ")") { try $0.tensorType() })
  }

  mutating func tensorType() throws -> TensorType {
    let place = location
    try expect("tensor")
    try expect("<")
    let text: String
    switch token {
    case .word(let word): text = word
    case .number(let number): text = number
    default: throw failure("expected a shape, found \(token.description)")
    }
    try advance()
    let memory = try accept(",") ? try memory() : .tile
    try expect(">")
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let extents = parts.dropLast().map { Int($0) }
    guard let last = parts.last, let element = ElementType(rawValue: String(last)),
      !extents.contains(where: { ($0 ?? 0) <= 0 })
    else {
      throw failure("'\(text)' is not a shape and an element type", at: place)
    }
    let shape = extents.compactMap { $0 }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= 1 << 40 else {
        throw failure("'\(text)' has too many elements", at: place)
      }
      count = product
    }
    return TensorType(shape, element, in: memory)
  }

  private mutating func memory() throws -> TensorType.Memory {
    let place = location
    let name = try string()
    guard name == TensorType.Memory.streaming.rawValue else {
      throw failure("'\(name)' is no memory: a type names 'streaming', or none", at: place)
    }
    return .streaming
  }

  mutating func attributeValue() throws -> AttributeValue {
    switch token {
    case .string(let text):
      try advance()
      return .string(text)
    case .symbol(let name):
      try advance()
      return .symbol(name)
    case .number(let text):
      let place = location
      try advance()
      try expect(":")
      let type = try word()
      if type == "i64", let value = Int64(text) { return .integer(value) }
      if type == "f64", let value = float(text, .f64) { return .real(value) }
      throw failure("'\(text) : \(type)' is not an i64 or an f64", at: place)
    case .word("true"), .word("false"):
      return .boolean(try word() == "true")
    case .word("array"):
      try advance()
      try expect("<")
      try expect("i64")
      var values: [Int64] = []
      if try accept(":") {
        repeat { values.append(try integer()) } while try accept(",")
      }
      try expect(">")
      return .integers(values)
    case .word("dense"):
      return .literal(try literal())
    case .word(let text):
      guard let element = ElementType(rawValue: text) else {
        throw failure("'\(text)' is not an attribute")
      }
      try advance()
      return .element(element)
    default:
      throw failure("expected an attribute, found \(token.description)")
    }
  }

  mutating func literal() throws -> TensorLiteral {
    let place = location
    try expect("dense")
    try expect("<")
    var elements: [String] = []
    try literalElements(into: &elements)
    try expect(">")
    try expect(":")
    let type = try tensorType()
    let values = try elements.map { text in
      guard let value = float(text, type.element) else {
        throw failure("'\(text)' is not of type \(type.element.rawValue)", at: place)
      }
      return value
    }
    do {
      return try TensorLiteral(type, values)
    } catch {
      throw failure("\(error)", at: place)
    }
  }

  mutating func literalElements(into elements: inout [String]) throws {
    switch token {
    case .number(let text):
      elements.append(text)
      try advance()
    case .word(let text) where text == "true" || text == "false":
      elements.append(text)
      try advance()
    default:
      depth += 1
      defer { depth -= 1 }
      guard depth <= Self.deepestNesting else { throw failure("the literal nests too deep") }
      _ = try list(from: "[", to: "]") { try $0.literalElements(into: &elements) }
    }
  }

  /// The number that the text spells in the element type: decimal, or the bits in hexadecimal.
  func float(_ text: String, _ element: ElementType) -> Double? {
    if text.hasPrefix("0x") {
      let digits = text.dropFirst(2)
      switch element {
      case .f16: return UInt16(digits, radix: 16).map { Double(Float16(bitPattern: $0)) }
      case .f32: return UInt32(digits, radix: 16).map { Double(Float(bitPattern: $0)) }
      case .f64: return UInt64(digits, radix: 16).map { Double(bitPattern: $0) }
      case .i32, .i1: return nil
      }
    }
    switch element {
    case .f16: return Float16(text).map(Double.init)
    case .f32: return Float(text).map(Double.init)
    case .f64: return Double(text)
    case .i32: return Int32(text).map(Double.init)
    case .i1: return text == "true" ? 1 : text == "false" ? 0 : nil
    }
  }
}
