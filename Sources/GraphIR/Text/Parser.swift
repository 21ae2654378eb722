import Foundations
import Operations

extension Module {
  /// The module that `text` spells in MLIR's generic form. Structure and names are checked here; what the
  /// operations mean is the verifier's.
  /// - Throws: `TesseraError` with the place in `file` of the first mistake.
  package init(parsing text: String, file: String) throws {
    var parser = try Parser(text, file: file)
    self = try parser.module()
  }
}

/// A recursive-descent parser; nesting is bounded by `deepestNesting`.
struct Parser {
  private var lexer: Lexer
  private var token: Token
  private var location: SourceLocation
  private var names: [String: [ValueID]] = [:]
  private var depth = 0

  /// A program has regions in functions in a module; more is a hostile text.
  private static let deepestNesting = 16

  init(_ text: String, file: String) throws {
    lexer = Lexer(text, file: file)
    (token, location) = try lexer.next()
  }

  // MARK: Tokens

  private func failure(_ message: String, at place: SourceLocation? = nil) -> TesseraError {
    TesseraError(.badData, code: "syntax-error", message, at: place ?? location)
  }

  private mutating func advance() throws {
    (token, location) = try lexer.next()
  }

  private mutating func expect(_ text: String) throws {
    guard try accept(text) else { throw failure("expected '\(text)', found \(token.description)") }
  }

  private mutating func accept(_ text: String) throws -> Bool {
    guard token == .punctuation(text) || token == .word(text) else { return false }
    try advance()
    return true
  }

  private mutating func list<Element>(
    from open: String, to close: String, _ element: (inout Self) throws -> Element
  ) throws -> [Element] {
    try expect(open)
    var elements: [Element] = []
    if try accept(close) { return elements }
    repeat { elements.append(try element(&self)) } while try accept(",")
    try expect(close)
    return elements
  }

  private mutating func string() throws -> String {
    guard case .string(let text) = token else {
      throw failure("expected a string, found \(token.description)")
    }
    try advance()
    return text
  }

  private mutating func word() throws -> String {
    guard case .word(let text) = token else {
      throw failure("expected a name, found \(token.description)")
    }
    try advance()
    return text
  }

  private mutating func integer() throws -> Int64 {
    guard case .number(let text) = token, let value = Int64(text) else {
      throw failure("expected a 64-bit integer, found \(token.description)")
    }
    try advance()
    return value
  }

  // MARK: Module and functions

  mutating func module() throws -> Module {
    guard try string() == "builtin.module" else { throw failure("expected a \"builtin.module\"") }
    try expect("(")
    try expect(")")
    try expect("(")
    try expect("{")
    var functions: [Function] = []
    while token != .punctuation("}") {
      let place = location
      let function = try function()
      guard !functions.contains(where: { $0.name == function.name }) else {
        throw failure("function '@\(function.name)' is defined twice", at: place)
      }
      functions.append(function)
    }
    try expect("}")
    try expect(")")
    for punctuation in [":", "(", ")", "->", "(", ")"] { try expect(punctuation) }
    guard token == .end else { throw failure("text after the module") }
    return Module(functions: functions)
  }

  private mutating func function() throws -> Function {
    let place = location
    guard try string() == "func.func" else { throw failure("expected a \"func.func\"", at: place) }
    names = [:]
    try expect("(")
    try expect(")")
    try expect("(")
    var rewriter = Rewriter(functionNamed: "")
    try region(&rewriter, nil)
    try expect(")")
    var name: String?
    var arguments: [Port?] = []
    var results: [Port?] = []
    var types: (operands: [TensorType], results: [TensorType])?
    _ = try list(from: "{", to: "}") { parser in
      let place = parser.location
      let key = try parser.word()
      try parser.expect("=")
      switch key {
      case "sym_name": name = try parser.string()
      case "function_type": types = try parser.signature()
      case "arg_attrs": arguments = try parser.list(from: "[", to: "]") { try $0.port() }
      case "res_attrs": results = try parser.list(from: "[", to: "]") { try $0.port() }
      default: throw parser.failure("unknown attribute '\(key)' of a function", at: place)
      }
    }
    for punctuation in [":", "(", ")", "->", "(", ")"] { try expect(punctuation) }
    guard let name, let types else {
      throw failure("the function lacks its sym_name or its function_type", at: place)
    }
    rewriter.rename(to: name)
    var function = rewriter.function
    guard types.operands == function.argumentTypes, types.results == function.resultTypes else {
      throw failure("the function_type of '@\(name)' is not that of its body", at: place)
    }
    try setPorts(&function, arguments, results, place)
    return function
  }

  private func setPorts(
    _ function: inout Function, _ arguments: [Port?], _ results: [Port?], _ place: SourceLocation
  ) throws {
    let (argumentCount, resultCount) = (function.arguments.count, function.results.count)
    guard arguments.isEmpty || arguments.count == argumentCount,
      results.isEmpty || results.count == resultCount
    else {
      throw failure("'@\(function.name)' needs a port for each argument and result", at: place)
    }
    function.argumentPorts =
      arguments.isEmpty ? Array(repeating: nil, count: argumentCount) : arguments
    function.resultPorts = results.isEmpty ? Array(repeating: nil, count: resultCount) : results
  }

  private mutating func port() throws -> Port? {
    var name: String?
    var role: PortRole?
    let entries: [Void] = try list(from: "{", to: "}") { parser in
      let place = parser.location
      let key = try parser.word()
      try parser.expect("=")
      switch key {
      case "tessera.name": name = try parser.string()
      case "tessera.role":
        let text = try parser.string()
        guard let known = PortRole(rawValue: text) else {
          throw parser.failure("unknown role \(quoted(text))", at: place)
        }
        role = known
      default: throw parser.failure("unknown attribute '\(key)' of a port", at: place)
      }
    }
    guard !entries.isEmpty else { return nil }
    guard let name, let role else { throw failure("a port has a tessera.name and a tessera.role") }
    return Port(name: name, role: role)
  }

  // MARK: Regions and operations

  /// A region of one block; `owner` is the repeat it belongs to, nil for a function's body.
  private mutating func region(_ rewriter: inout Rewriter, _ block: BlockID?) throws {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepestNesting else { throw failure("regions nest too deep") }
    try expect("{")
    if case .block = token {
      try advance()
      let arguments = try list(from: "(", to: ")") { parser in
        guard case .value(let name) = parser.token else {
          throw parser.failure("expected an argument, found \(parser.token.description)")
        }
        let place = parser.location
        try parser.advance()
        try parser.expect(":")
        return (name, try parser.tensorType(), place)
      }
      try expect(":")
      for (name, type, place) in arguments {
        let value =
          if let block { rewriter.addArgument(type, to: block) } else {
            rewriter.addArgument(type)
          }
        try define(name, [value], at: place)
      }
    }
    while token != .punctuation("}") { try operation(&rewriter) }
    try expect("}")
  }

  private mutating func define(
    _ name: String, _ values: [ValueID], at place: SourceLocation
  ) throws {
    guard names[name] == nil else { throw failure("'\(name)' is defined twice", at: place) }
    names[name] = values
  }

  private mutating func operation(_ rewriter: inout Rewriter) throws {
    let start = location
    var resultName: String?
    var resultCount = 0
    if case .value(let name) = token {
      resultName = name
      resultCount = 1
      try advance()
      if try accept(":") {
        guard let count = Int(exactly: try integer()), count > 0 else {
          throw failure("expected a number of results")
        }
        resultCount = count
      }
      try expect("=")
    }
    let place = location
    let mnemonic = try string()
    let operands = try list(from: "(", to: ")") { try $0.operand() }
    var body: (block: BlockID, results: [ValueID])?
    let hasBody = try accept("(")
    if hasBody {
      // The results' types stand behind the region; they are set once they are read.
      let placeholder = rewriter.insertWithBody(
        .control(.repeat(count: 1)), operands, resultTypes: [], argumentTypes: [])
      body = (placeholder.body, [])
      let outer = rewriter.insertionPoint
      rewriter.insertionPoint = .end(placeholder.body)
      try region(&rewriter, placeholder.body)
      rewriter.insertionPoint = outer
      // The empty second region: see the printer.
      for punctuation in [",", "{", "}", ")"] { try expect(punctuation) }
    }
    var attributes: [Attribute] = []
    if token == .punctuation("{") {
      attributes = try list(from: "{", to: "}") { parser in
        let name = try parser.word()
        try parser.expect("=")
        return Attribute(name, try parser.attributeValue())
      }
    }
    try expect(":")
    let types = try signature()
    let operation: Operation
    do {
      operation = try Operation(mnemonic: mnemonic, attributes: attributes)
    } catch {
      throw failure("\(error)", at: place)
    }
    guard types.operands == operands.map(rewriter.type(of:)) else {
      throw failure("the operands of '\(mnemonic)' are not of the types behind it", at: place)
    }
    guard types.results.count == resultCount else {
      throw failure(
        "'\(mnemonic)' has \(types.results.count) results and \(resultCount) names", at: place)
    }
    let results =
      if let body {
        rewriter.complete(body.block, as: operation, resultTypes: types.results)
      } else {
        rewriter.insert(operation, operands, resultTypes: types.results)
      }
    if let resultName { try define(resultName, results, at: start) }
  }

  private mutating func operand() throws -> ValueID {
    guard case .value(let text) = token else {
      throw failure("expected a value, found \(token.description)")
    }
    let parts = text.split(separator: "#", omittingEmptySubsequences: false)
    let index = parts.count == 2 ? Int(parts[1]) : parts.count == 1 ? 0 : nil
    guard let values = names[String(parts[0])], let index, values.indices.contains(index) else {
      throw failure("'\(text)' is not defined before it is used")
    }
    try advance()
    return values[index]
  }

  // MARK: Types and attributes

  private mutating func signature() throws -> (operands: [TensorType], results: [TensorType]) {
    let operands = try list(from: "(", to: ")") { try $0.tensorType() }
    try expect("->")
    guard token == .punctuation("(") else { return (operands, [try tensorType()]) }
    return (operands, try list(from: "(", to: ")") { try $0.tensorType() })
  }

  private mutating func tensorType() throws -> TensorType {
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
    return TensorType(shape, element)
  }

  private mutating func attributeValue() throws -> AttributeValue {
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

  private mutating func literal() throws -> TensorLiteral {
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

  private mutating func literalElements(into elements: inout [String]) throws {
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
  private func float(_ text: String, _ element: ElementType) -> Double? {
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
