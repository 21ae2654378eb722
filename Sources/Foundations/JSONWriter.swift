extension JSON {
  /// A value to write. Keys keep their order, so equal values give equal text.
  package enum Plain: Hashable, Sendable {
    case object([Field])
    case array([Plain])
    case string(String)
    case integer(Int)
    case real(Double)
    /// A 32-bit number, written with no more digits than tell it from its neighbours in 32 bits.
    case single(Float)
    case boolean(Bool)
    case null

    /// One key of an object with its value.
    package struct Field: Hashable, Sendable {
      /// The key, unescaped; the writer escapes it.
      package var key: String
      /// What the key stands for.
      package var value: Plain

      package init(_ key: String, _ value: Plain) {
        self.key = key
        self.value = value
      }
    }
  }
}

extension JSON.Plain {
  /// Where line breaks go.
  package enum Layout: Sendable {
    /// Everything on one line without spaces, as JSON Lines needs it.
    case oneLine
    /// Two spaces a level; an array of scalars stays on one line.
    case indented
  }

  /// The value of a text read before, without its places. An integer beyond 64 bits is a real here.
  package init(_ value: JSON.Value) {
    switch value.kind {
    case .object(let members):
      self = .object(members.map { Field($0.key, JSON.Plain($0.value)) })
    case .array(let elements): self = .array(elements.map { JSON.Plain($0) })
    case .string(let string): self = .string(string)
    case .integer(let integer, _): self = .integer(integer)
    case .real(let real, _): self = .real(real)
    case .boolean(let boolean): self = .boolean(boolean)
    case .null: self = .null
    }
  }

  /// The JSON text. Numbers have the fewest digits that read back as the same number; infinities
  /// and not-a-number, which JSON lacks, become `null`.
  package func text(_ layout: Layout = .oneLine) -> String {
    var text = ""
    write(to: &text, layout: layout, indentation: 0)
    return text
  }

  private func write(to text: inout String, layout: Layout, indentation: Int) {
    switch self {
    case .object(let fields):
      let items = fields.map { ($0.key as String?, $0.value) }
      Self.write(
        items, in: ("{", "}"), isBroken: layout == .indented && !fields.isEmpty, to: &text,
        layout: layout, indentation: indentation)
    case .array(let elements):
      let items = elements.map { (nil as String?, $0) }
      let isBroken = layout == .indented && !elements.allSatisfy(\.isScalar)
      Self.write(
        items, in: ("[", "]"), isBroken: isBroken, to: &text, layout: layout,
        indentation: indentation)
    case .string(let string): Self.quote(string, to: &text)
    case .integer(let integer): text += String(integer)
    case .real(let real): text += real.isFinite ? real.description : "null"
    case .single(let single): text += single.isFinite ? single.description : "null"
    case .boolean(let boolean): text += boolean ? "true" : "false"
    case .null: text += "null"
    }
  }

  private var isScalar: Bool {
    switch self {
    case .object, .array: false
    case .string, .integer, .real, .single, .boolean, .null: true
    }
  }

  private static func write(
    _ items: [(key: String?, value: JSON.Plain)], in brackets: (String, String), isBroken: Bool,
    to text: inout String, layout: Layout, indentation: Int
  ) {
    func breakLine(_ indentation: Int) {
      text += "\n" + String(repeating: "  ", count: indentation)
    }
    text += brackets.0
    for (index, item) in items.enumerated() {
      if index > 0 { text += layout == .indented && !isBroken ? ", " : "," }
      if isBroken { breakLine(indentation + 1) }
      if let key = item.key {
        quote(key, to: &text)
        text += layout == .indented ? ": " : ":"
      }
      item.value.write(to: &text, layout: layout, indentation: indentation + 1)
    }
    if isBroken { breakLine(indentation) }
    text += brackets.1
  }

  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ":
        text += "\\u" + hexadecimal(scalar.value, digits: 4)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSON.Plain: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  package init(dictionaryLiteral elements: (String, JSON.Plain)...) {
    self = .object(elements.map { Field($0.0, $0.1) })
  }

  package init(arrayLiteral elements: JSON.Plain...) { self = .array(elements) }

  package init(stringLiteral value: String) { self = .string(value) }

  package init(integerLiteral value: Int) { self = .integer(value) }

  package init(floatLiteral value: Double) { self = .real(value) }

  package init(booleanLiteral value: Bool) { self = .boolean(value) }

  package init(nilLiteral: ()) { self = .null }
}
