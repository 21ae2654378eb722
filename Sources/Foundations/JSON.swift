/// JSON (RFC 8259): a strict reader in which every value knows its place, and a writer.
package enum JSON {
  /// One value of a text, and where it starts.
  package struct Value: Hashable, Sendable {
    /// What the value is, with its content.
    package var kind: Kind
    /// Where its first character stands.
    package var location: SourceLocation

    package init(_ kind: Kind, at location: SourceLocation) {
      self.kind = kind
      self.location = location
    }
  }

  /// What a value is. Numbers keep the text that they were written as.
  package enum Kind: Hashable, Sendable {
    case object([Member])
    case array([Value])
    case string(String)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int, text: String)
    /// Any other number; always finite.
    case real(Double, text: String)
    case boolean(Bool)
    case null
  }

  /// One key of an object with its value. Keys of one object differ.
  package struct Member: Hashable, Sendable {
    /// The key, its escapes resolved.
    package var key: String
    /// Where the key's opening quote stands.
    package var keyLocation: SourceLocation
    /// What the key stands for.
    package var value: Value

    package init(key: String, keyLocation: SourceLocation, value: Value) {
      self.key = key
      self.keyLocation = keyLocation
      self.value = value
    }
  }

  /// The longest text that `parse` takes, in bytes, unless told otherwise.
  package static let byteLimit = 16 << 20

  /// How deep arrays and objects may lie in each other, unless told otherwise.
  package static let depthLimit = 64

  /// Reads one JSON text. Columns count Unicode scalar values, a tab as one; a line ends at a line
  /// feed, a carriage return, or both together.
  ///
  /// Everything that RFC 8259 does not allow is an error with its place (exit code `badData`), and
  /// so are duplicate keys, numbers beyond Double's range, texts above `byteLimit` and nesting
  /// deeper than `depthLimit`.
  package static func parse(
    bytes: [UInt8], file: String, byteLimit: Int = JSON.byteLimit,
    depthLimit: Int = JSON.depthLimit
  ) throws(TesseraError) -> Value {
    var parser = try JSONParser(
      bytes: bytes, file: file, byteLimit: byteLimit, depthLimit: depthLimit)
    return try parser.document()
  }
}

extension JSON.Value {
  /// The members where the value is an object.
  package var members: [JSON.Member]? {
    if case .object(let members) = kind { members } else { nil }
  }

  /// The elements where the value is an array.
  package var elements: [JSON.Value]? {
    if case .array(let elements) = kind { elements } else { nil }
  }

  /// The text where the value is a string.
  package var string: String? {
    if case .string(let string) = kind { string } else { nil }
  }

  /// The number where the value was written as an integer of 64 bits.
  package var integer: Int? {
    if case .integer(let integer, _) = kind { integer } else { nil }
  }

  /// The number, whether it was written as an integer or as a real.
  package var number: Double? {
    switch kind {
    case .integer(let integer, _): Double(integer)
    case .real(let real, _): real
    default: nil
    }
  }

  /// The truth value where the value is one.
  package var boolean: Bool? {
    if case .boolean(let boolean) = kind { boolean } else { nil }
  }

  /// Whether the value is `null`.
  package var isNull: Bool { kind == .null }

  /// The member's value where the value is an object with that key.
  package subscript(key: String) -> JSON.Value? {
    members?.first { $0.key == key }?.value
  }

  /// What the value is, in words for a message: `the string "x"`, `an array`.
  package var phrase: String {
    switch kind {
    case .object: "an object"
    case .array: "an array"
    case .string(let string): "the string \(JSON.Plain.string(JSON.shortened(string)).text())"
    case .integer(_, let text), .real(_, let text): "the number \(JSON.shortened(text))"
    case .boolean(let boolean): "\(boolean)"
    case .null: "null"
    }
  }
}

extension JSON {
  /// A text of a file cut to a length that suits a message.
  package static func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 60
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(57))) + "..."
  }
}
