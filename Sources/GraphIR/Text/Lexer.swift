import Foundations

/// A piece of MLIR text.
enum Token: Hashable {
  /// `func.call`, `tensor`, `true`, `array`; letters, digits, `_`, `.` and `$`.
  case word(String)
  /// A number as it is written, with its sign.
  case number(String)
  case string(String)
  /// `%3`, `%arg0`, `%3#1`
  case value(String)
  /// `@name`
  case symbol(String)
  /// `^bb0`
  case block(String)
  case punctuation(String)
  case end

  var description: String {
    switch self {
    case .word(let text), .number(let text), .value(let text), .block(let text): "'\(text)'"
    case .string(let text): quoted(text)
    case .symbol(let name): "'@\(name)'"
    case .punctuation(let text): "'\(text)'"
    case .end: "the end of the text"
    }
  }
}

/// Splits MLIR text into tokens; each has the place where it begins.
struct Lexer {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1
  private var lineStart = 0

  init(_ text: String, file: String) {
    bytes = Array(text.utf8)
    self.file = file
  }

  private var location: SourceLocation {
    SourceLocation(file: file, line: line, column: position - lineStart + 1)
  }

  private func peek(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  mutating func next() throws -> (token: Token, location: SourceLocation) {
    skipSpace()
    let start = location
    guard let first = peek() else { return (.end, start) }
    switch first {
    case UInt8(ascii: "\""): return (.string(try stringLiteral(start)), start)
    case UInt8(ascii: "%"):
      position += 1
      return (.value("%" + word(allowing: "#")), start)
    case UInt8(ascii: "@"):
      position += 1
      return (.symbol(word()), start)
    case UInt8(ascii: "^"):
      position += 1
      return (.block("^" + word()), start)
    case UInt8(ascii: "-") where peek(1) == UInt8(ascii: ">"):
      position += 2
      return (.punctuation("->"), start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return (.number(number()), start)
    case let byte where Self.isWord(byte): return (.word(word()), start)
    default:
      let character = String(decoding: bytes[position...position], as: UTF8.self)
      guard "(){}[]<>:,=".contains(character) else {
        throw TesseraError(
          .badData, code: .syntaxError, "'\(character)' has no meaning here", at: start)
      }
      position += 1
      return (.punctuation(character), start)
    }
  }

  private mutating func skipSpace() {
    while let byte = peek() {
      if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
        while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
      } else if byte == UInt8(ascii: "\n") {
        position += 1
        line += 1
        lineStart = position
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        position += 1
      } else {
        return
      }
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "$"):
      true
    default: false
    }
  }

  private mutating func word(allowing extra: Character? = nil) -> String {
    let start = position
    while let byte = peek(), Self.isWord(byte) || (extra?.asciiValue == byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// A number runs on over letters: `1.0e+05`, `0x7FC0`, and the extents `2x3xf32` of a type.
  private mutating func number() -> String {
    let start = position
    position += 1
    while let byte = peek() {
      let isExponentSign =
        (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
        && (bytes[position - 1] | 0x20) == UInt8(ascii: "e")
      guard Self.isWord(byte) || isExponentSign else { break }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func stringLiteral(_ start: SourceLocation) throws -> String {
    func unterminated() -> TesseraError {
      TesseraError(.badData, code: .syntaxError, "the string does not end", at: start)
    }
    position += 1
    var content: [UInt8] = []
    while let byte = peek(), byte != UInt8(ascii: "\n") {
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: content, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        content.append(byte)
        continue
      }
      guard let escape = peek() else { throw unterminated() }
      if escape == UInt8(ascii: "\\") || escape == UInt8(ascii: "\"") {
        content.append(escape)
        position += 1
      } else {
        let digits = String(
          decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
        guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else {
          throw TesseraError(
            .badData, code: .syntaxError, "'\\' wants two hexadecimal digits", at: location)
        }
        content.append(value)
        position += 2
      }
    }
    throw unterminated()
  }
}
