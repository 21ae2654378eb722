/// A recursive-descent parser over the bytes of one text; `JSON.parse` documents what it accepts.
struct JSONParser {
  private let bytes: [UInt8]
  private let file: String
  private let depthLimit: Int
  private var position = 0
  /// Line and column of a byte already passed: places are asked for in rising order, so finding
  /// the next one costs only the bytes between.
  private var cursor: (position: Int, line: Int, column: Int) = (0, 1, 1)

  init(
    bytes: [UInt8], file: String, byteLimit: Int, depthLimit: Int
  ) throws(TesseraError) {
    self.bytes = bytes
    self.file = file
    self.depthLimit = depthLimit
    guard bytes.count <= byteLimit else {
      throw failure(
        .jsonTooLarge, "the text has \(bytes.count) bytes; at most \(byteLimit) are read", at: 0)
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure(
        .jsonByteOrderMark, "the text starts with a byte-order mark", at: 0,
        remedies: ["save the file as UTF-8 without a byte-order mark"])
    }
    if let offset = Self.firstInvalidByte(bytes) {
      throw failure(
        .jsonInvalidUTF8, "byte \(offset) (0x\(String(bytes[offset], radix: 16))) is not UTF-8",
        at: offset, remedies: ["save the file as UTF-8"])
    }
  }

  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    do {
      _ = try UTF8Span(validating: bytes.span)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }

  mutating func document() throws(TesseraError) -> JSON.Value {
    try skipSpace()
    let value = try value(depth: 0)
    try skipSpace()
    if position < bytes.count {
      throw failure(.jsonTrailingText, "text follows the end of the JSON value", at: position)
    }
    return value
  }
}

// MARK: - Places and errors

extension JSONParser {
  private mutating func location(at target: Int) -> SourceLocation {
    if target < cursor.position { cursor = (0, 1, 1) }
    while cursor.position < target {
      let byte = bytes[cursor.position]
      cursor.position += 1
      let startsPair =
        byte == UInt8(ascii: "\r") && cursor.position < bytes.count
        && bytes[cursor.position] == UInt8(ascii: "\n")
      if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && !startsPair) {
        cursor.line += 1
        cursor.column = 1
      } else if cursor.position == bytes.count || bytes[cursor.position] & 0xC0 != 0x80 {
        cursor.column += 1
      }
    }
    return SourceLocation(file: file, line: cursor.line, column: cursor.column)
  }

  private mutating func failure(
    _ code: DiagnosticCode, _ message: String, at target: Int, notes: [String] = [],
    remedies: [Remedy] = []
  ) -> TesseraError {
    TesseraError(
      .badData, code: code, message, at: location(at: target), notes: notes, remedies: remedies)
  }

  /// What a word of another language, or a quote, is in JSON.
  private func remedies(for word: ArraySlice<UInt8>) -> [Remedy] {
    switch String(decoding: word, as: UTF8.self) {
    case "" where bytes[position] == UInt8(ascii: "'"): return ["write strings in double quotes"]
    case "True": return ["write true"]
    case "False": return ["write false"]
    case "None", "nil", "undefined": return ["write null"]
    case "NaN", "nan", "Infinity", "inf":
      return ["write a number; JSON has none that is not finite"]
    default: return []
    }
  }

  /// The error for a byte that cannot stand here; `wanted` says what could.
  private mutating func unexpected(_ wanted: String) -> TesseraError {
    guard position < bytes.count else {
      return failure(
        .jsonUnexpectedEnd, "the text ends where \(wanted) is needed", at: position)
    }
    let word = bytes[position...].prefix { Self.isWordByte($0) }
    let found: String
    if word.isEmpty {
      let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        .unicodeScalars.prefix(1)
      found = JSON.Plain.string(String(String.UnicodeScalarView(scalar))).text()
    } else {
      found = "\"" + JSON.shortened(String(decoding: word, as: UTF8.self)) + "\""
    }
    return failure(
      .jsonUnexpectedCharacter, "\(found) stands where \(wanted) is needed", at: position,
      remedies: remedies(for: word))
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

// MARK: - Values

extension JSONParser {
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() throws(TesseraError) {
    while let byte = peek {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "/"), UInt8(ascii: "#"):
        throw failure(
          .jsonComment, "JSON has no comments", at: position, remedies: ["remove the comment"])
      default:
        return
      }
    }
  }

  private mutating func value(depth: Int) throws(TesseraError) -> JSON.Value {
    let start = position
    switch peek {
    case UInt8(ascii: "{"):
      let place = location(at: start)
      return JSON.Value(.object(try members(depth: depth + 1)), at: place)
    case UInt8(ascii: "["):
      let place = location(at: start)
      return JSON.Value(.array(try elements(depth: depth + 1)), at: place)
    case UInt8(ascii: "\""):
      let place = location(at: start)
      return JSON.Value(.string(try string()), at: place)
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return JSON.Value(try number(), at: location(at: start))
    default:
      let word = bytes[start...].prefix { Self.isWordByte($0) }
      let kinds: [(String, JSON.Kind)] = [
        ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
      ]
      guard let (text, kind) = kinds.first(where: { word.elementsEqual($0.0.utf8) }) else {
        throw unexpected("a value")
      }
      position += text.utf8.count
      return JSON.Value(kind, at: location(at: start))
    }
  }

  private mutating func checkDepth(_ depth: Int) throws(TesseraError) {
    if depth > depthLimit {
      throw failure(
        .jsonNestingTooDeep, "values lie deeper than \(depthLimit) levels", at: position)
    }
  }

  private mutating func elements(depth: Int) throws(TesseraError) -> [JSON.Value] {
    try checkDepth(depth)
    position += 1
    var elements: [JSON.Value] = []
    try skipSpace()
    if skip("]") { return elements }
    while true {
      elements.append(try value(depth: depth))
      try skipSpace()
      if skip("]") { return elements }
      try comma(before: "]")
    }
  }

  private mutating func members(depth: Int) throws(TesseraError) -> [JSON.Member] {
    try checkDepth(depth)
    position += 1
    var members: [JSON.Member] = []
    // Keys are compared by their bytes: String's own equality takes equivalent spellings of a
    // character for one.
    var places: [[UInt8]: SourceLocation] = [:]
    try skipSpace()
    if skip("}") { return members }
    while true {
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
      let start = position
      let keyLocation = location(at: start)
      let key = try string()
      if let first = places.updateValue(keyLocation, forKey: Array(key.utf8)) {
        throw failure(
          .jsonDuplicateKey,
          "the key \(JSON.Plain.string(JSON.shortened(key)).text()) is there twice", at: start,
          notes: ["it stands first at \(first)"], remedies: ["remove one of the two"])
      }
      try skipSpace()
      guard skip(":") else { throw unexpected("\":\"") }
      try skipSpace()
      members.append(
        JSON.Member(key: key, keyLocation: keyLocation, value: try value(depth: depth)))
      try skipSpace()
      if skip("}") { return members }
      try comma(before: "}")
    }
  }

  private mutating func comma(before closing: Unicode.Scalar) throws(TesseraError) {
    let start = position
    guard skip(",") else { throw unexpected("\",\" or \"\(closing)\"") }
    try skipSpace()
    if peek == UInt8(ascii: closing) {
      throw failure(
        .jsonTrailingComma, "a comma stands before \"\(closing)\"", at: start,
        remedies: ["remove the comma"])
    }
  }

  private mutating func number() throws(TesseraError) -> JSON.Kind {
    let start = position
    var end = start
    func digits() -> Bool {
      let first = end
      while end < bytes.count, Self.isDigit(bytes[end]) { end += 1 }
      return end > first
    }
    func take(_ characters: String) -> Bool {
      guard end < bytes.count, characters.utf8.contains(bytes[end]) else { return false }
      end += 1
      return true
    }
    _ = take("-")
    var isValid = take("0") || digits()
    var isInteger = true
    if take(".") {
      isInteger = false
      isValid = digits() && isValid
    }
    if take("eE") {
      isInteger = false
      _ = take("+-")
      isValid = digits() && isValid
    }
    while end < bytes.count, Self.isWordByte(bytes[end]) || "+-.".utf8.contains(bytes[end]) {
      end += 1
      isValid = false
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard isValid else {
      throw failure(
        .jsonBadNumber, "\"\(JSON.shortened(text))\" is not a JSON number", at: start)
    }
    position = end
    if isInteger, let integer = Int(text) { return .integer(integer, text: text) }
    guard let real = Double(text), real.isFinite else {
      throw failure(
        .jsonNumberOutOfRange,
        "\(JSON.shortened(text)) is beyond the range of 64-bit floating point", at: start)
    }
    return .real(real, text: text)
  }
}

// MARK: - Strings

extension JSONParser {
  private mutating func string() throws(TesseraError) -> String {
    let start = position
    position += 1
    var decoded: [UInt8] = []
    var copied = position
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        decoded += bytes[copied..<position]
        position += 1
        return String(decoding: decoded, as: UTF8.self)
      case UInt8(ascii: "\\"):
        decoded += bytes[copied..<position]
        decoded += String(try escape()).utf8
        copied = position
      case ..<0x20:
        let code = hexadecimal(byte, digits: 2)
        throw failure(
          .jsonControlCharacter,
          "the control character 0x\(code) stands in a string",
          at: position, remedies: ["write it as \\u00\(code)"])
      default:
        position += 1
      }
    }
    throw failure(.jsonUnexpectedEnd, "the string is never closed", at: start)
  }

  /// The character of the escape at `position`, which is moved behind it.
  private mutating func escape() throws(TesseraError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let byte = peek else {
      throw failure(.jsonUnexpectedEnd, "the text ends within an escape", at: position)
    }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default:
      throw failure(
        .jsonBadEscape, "a backslash stands before a character that it cannot escape",
        at: start, remedies: ["write a backslash itself as two"])
    }
    let unit = try hexadecimals(escapeStart: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A surrogate: the first half of a pair must be followed by the second.
    if unit < 0xDC00, skip("\\"), skip("u") {
      let second = try hexadecimals(escapeStart: start)
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw failure(
      .jsonLoneSurrogate, "the escape is one half of a surrogate pair without the other",
      at: start)
  }

  private mutating func hexadecimals(escapeStart: Int) throws(TesseraError) -> UInt32 {
    let text = bytes[position...].prefix(4)
    guard text.count == 4, text.allSatisfy({ Self.isWordByte($0) }),
      let unit = UInt32(String(decoding: text, as: UTF8.self), radix: 16)
    else {
      throw failure(
        .jsonBadEscape, "\\u needs four hexadecimal digits", at: escapeStart)
    }
    position += 4
    return unit
  }
}
