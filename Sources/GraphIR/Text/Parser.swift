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
  var lexer: Lexer
  var token: Token
  var location: SourceLocation
  var names: [String: [ValueID]] = [:]
  /// The names that are defined in each open region: what is around does not know them.
  var scopes: [[String]] = []
  var depth = 0

  /// A program has regions in functions in a module; more is a hostile text.
  static let deepestNesting = 16

  init(_ text: String, file: String) throws {
    lexer = Lexer(text, file: file)
    (token, location) = try lexer.next()
  }

  // MARK: Tokens

  func failure(_ message: String, at place: SourceLocation? = nil) -> TesseraError {
    TesseraError(.badData, code: .syntaxError, message, at: place ?? location)
  }

  mutating func advance() throws {
    (token, location) = try lexer.next()
  }

  mutating func expect(_ text: String) throws {
    guard try accept(text) else { throw failure("expected '\(text)', found \(token.description)") }
  }

  mutating func accept(_ text: String) throws -> Bool {
    guard token == .punctuation(text) || token == .word(text) else { return false }
    try advance()
    return true
  }

  mutating func list<Element>(
    from open: String, to close: String, _ element: (inout Self) throws -> Element
  ) throws -> [Element] {
    try expect(open)
    var elements: [Element] = []
    if try accept(close) { return elements }
    repeat { elements.append(try element(&self)) } while try accept(",")
    try expect(close)
    return elements
  }

  mutating func string() throws -> String {
    guard case .string(let text) = token else {
      throw failure("expected a string, found \(token.description)")
    }
    try advance()
    return text
  }

  mutating func word() throws -> String {
    guard case .word(let text) = token else {
      throw failure("expected a name, found \(token.description)")
    }
    try advance()
    return text
  }

  mutating func integer() throws -> Int64 {
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

  mutating func function() throws -> Function {
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
    var (stage, ipu): (Int?, Int?)
    _ = try list(from: "{", to: "}") { parser in
      let place = parser.location
      let key = try parser.word()
      try parser.expect("=")
      switch key {
      case "sym_name": name = try parser.string()
      case "function_type": types = try parser.signature()
      case "arg_attrs": arguments = try parser.list(from: "[", to: "]") { try $0.port() }
      case "res_attrs": results = try parser.list(from: "[", to: "]") { try $0.port() }
      case "tessera.stage": stage = try parser.placementNumber()
      case "tessera.ipu": ipu = try parser.placementNumber()
      default: throw parser.failure("unknown attribute '\(key)' of a function", at: place)
      }
    }
    for punctuation in [":", "(", ")", "->", "(", ")"] { try expect(punctuation) }
    guard let name, let types else {
      throw failure("the function lacks its sym_name or its function_type", at: place)
    }
    rewriter.rename(to: name)
    if let stage, let ipu {
      rewriter.place(Placement(stage: stage, ipu: ipu))
    } else if stage != nil || ipu != nil {
      throw failure(
        "'@\(name)' has one of tessera.stage and tessera.ipu, and needs both", at: place)
    }
    var function = rewriter.function
    guard types.operands == function.argumentTypes, types.results == function.resultTypes else {
      throw failure("the function_type of '@\(name)' is not that of its body", at: place)
    }
    try setPorts(&function, arguments, results, place)
    return function
  }

  /// The number of a stage or an IPU: an i64 that is not negative.
  mutating func placementNumber() throws -> Int {
    let place = location
    guard case .integer(let value) = try attributeValue(), let number = Int(exactly: value),
      number >= 0
    else { throw failure("expected a number from 0, of type i64", at: place) }
    return number
  }

  func setPorts(
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

  mutating func port() throws -> Port? {
    var name: String?
    var role: PortRole?
    var isSharded = false
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
      case "tessera.sharded":
        guard case .boolean(let value) = try parser.attributeValue() else {
          throw parser.failure("expected true or false", at: place)
        }
        isSharded = value
      default: throw parser.failure("unknown attribute '\(key)' of a port", at: place)
      }
    }
    guard !entries.isEmpty else { return nil }
    guard let name, let role else { throw failure("a port has a tessera.name and a tessera.role") }
    return Port(name: name, role: role, isSharded: isSharded)
  }

  // MARK: Regions and operations

  /// A region of one block; `block` is that of an operation, nil for a function's body.
  mutating func region(_ rewriter: inout Rewriter, _ block: BlockID?) throws {
    depth += 1
    scopes.append([])
    defer {
      depth -= 1
      for name in scopes.popLast() ?? [] { names[name] = nil }
    }
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

  mutating func define(
    _ name: String, _ values: [ValueID], at place: SourceLocation
  ) throws {
    guard names[name] == nil else { throw failure("'\(name)' is defined twice", at: place) }
    names[name] = values
    if !scopes.isEmpty { scopes[scopes.count - 1].append(name) }
  }

  mutating func operation(_ rewriter: inout Rewriter) throws {
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

  mutating func operand() throws -> ValueID {
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
}
