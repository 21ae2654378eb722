import Foundations

/// What the header of a safetensors file may hold: objects, arrays, strings and whole numbers. An
/// object keeps its members in order, so that a name given twice can be seen.
enum HeaderJSON: Equatable {
  case object([Member])
  case array([HeaderJSON])
  case string(String)
  case integer(Int)

  struct Member: Equatable {
    var name: String
    /// The byte of the header where the member's name begins.
    var offset: Int
    var value: HeaderJSON
  }

  /// A mistake in the text, at a byte offset.
  struct Mistake: Error, Equatable {
    var offset: Int
    var message: String
  }

  /// Parses RFC 8259 text, without the values that no header holds: fractions, `true`, `false`,
  /// `null`. Spaces may follow the value, since writers pad the header with them.
  static func parse(_ bytes: [UInt8]) throws(Mistake) -> HeaderJSON {
    var parser = HeaderJSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.offset == bytes.count else { throw parser.mistake("text after the end") }
    return value
  }
}

private struct HeaderJSONParser {
  let bytes: [UInt8]
  var offset = 0

  /// A header nests three deep; a bound keeps hostile text from exhausting the stack.
  static let maximumDepth = 8

  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func mistake(_ message: String) -> HeaderJSON.Mistake {
    HeaderJSON.Mistake(offset: offset, message: message)
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      offset += 1
    }
  }

  /// Consumes `character` after white space, if it is there.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard let byte = next, UInt32(byte) == character.value else { return false }
    offset += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(HeaderJSON.Mistake) {
    guard take(character) else { throw mistake("expected `\(character)`") }
  }

  mutating func value(depth: Int) throws(HeaderJSON.Mistake) -> HeaderJSON {
    guard depth < Self.maximumDepth else { throw mistake("nested too deep") }
    skipSpace()
    switch next.map({ Unicode.Scalar($0) }) {
    case "{": return .object(try members(depth: depth))
    case "[": return .array(try items(depth: depth))
    case "\"": return .string(try string())
    case let scalar? where scalar == "-" || ("0"..."9").contains(scalar):
      return .integer(try integer())
    default: throw mistake("expected an object, an array, a string or a whole number")
    }
  }

  mutating func members(depth: Int) throws(HeaderJSON.Mistake) -> [HeaderJSON.Member] {
    var members: [HeaderJSON.Member] = []
    try expect("{")
    if take("}") { return members }
    repeat {
      skipSpace()
      let start = offset
      let name = try string()
      try expect(":")
      let value = try value(depth: depth + 1)
      members.append(HeaderJSON.Member(name: name, offset: start, value: value))
    } while take(",")
    try expect("}")
    return members
  }

  mutating func items(depth: Int) throws(HeaderJSON.Mistake) -> [HeaderJSON] {
    var items: [HeaderJSON] = []
    try expect("[")
    if take("]") { return items }
    repeat {
      items.append(try value(depth: depth + 1))
    } while take(",")
    try expect("]")
    return items
  }

  mutating func integer() throws(HeaderJSON.Mistake) -> Int {
    let start = offset
    while let byte = next, byte == 0x2D || (0x30...0x39).contains(byte) {
      offset += 1
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    let canonical = digits == "0" || digits.first != "0"
    guard let value = Int(text), canonical else {
      throw HeaderJSON.Mistake(offset: start, message: "`\(text.prefix(40))` is no 64-bit integer")
    }
    return value
  }

  mutating func string() throws(HeaderJSON.Mistake) -> String {
    try expect("\"")
    let start = offset
    var text: [UInt8] = []
    while let byte = next {
      offset += 1
      switch byte {
      case 0x22:
        guard let string = String(validating: text, as: UTF8.self) else {
          throw HeaderJSON.Mistake(offset: start, message: "a string is not UTF-8")
        }
        return string
      case 0x5C: text += Array(String(try escape()).utf8)
      case 0..<0x20:
        offset -= 1
        throw mistake("a control character in a string")
      default: text.append(byte)
      }
    }
    throw mistake("a string does not end")
  }

  /// The character of the escape whose backslash has been read.
  mutating func escape() throws(HeaderJSON.Mistake) -> Unicode.Scalar {
    guard let byte = next else { throw mistake("a string does not end") }
    offset += 1
    switch Unicode.Scalar(byte) {
    case "\"": return "\""
    case "\\": return "\\"
    case "/": return "/"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try unicodeEscape()
    default:
      offset -= 1
      throw mistake("an unknown escape in a string")
    }
  }

  mutating func unicodeEscape() throws(HeaderJSON.Mistake) -> Unicode.Scalar {
    let unit = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // Characters beyond U+FFFF come as two units, the leading and the trailing surrogate.
    guard (0xD800..<0xDC00).contains(unit), bytes[offset...].starts(with: "\\u".utf8) else {
      throw mistake("half of a surrogate pair")
    }
    offset += 2
    let trailing = try hexadecimalUnit()
    guard (0xDC00..<0xE000).contains(trailing),
      let scalar = Unicode.Scalar(0x1_0000 + (unit - 0xD800) << 10 + (trailing - 0xDC00))
    else { throw mistake("half of a surrogate pair") }
    return scalar
  }

  mutating func hexadecimalUnit() throws(HeaderJSON.Mistake) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw mistake("four hexadecimal digits must follow `\\u`")
      }
      unit = unit << 4 | UInt32(digit)
      offset += 1
    }
    return unit
  }
}
