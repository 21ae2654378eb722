import Foundations
import Operations

/// Text as it grows, as bytes: a large module has millions of small parts, which strings of their own
/// would take far longer to make than to copy.
struct TextWriter {
  private var bytes: [UInt8] = []
  private var typeNumbers: [TensorType: Int] = [:]
  /// The spelling of the type of each number.
  private var spelledTypes: [[UInt8]] = []

  /// What was written.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func write(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Makes room for as many bytes more.
  mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  /// A number that is not negative.
  mutating func write(_ number: Int) {
    if number >= 10 { write(number / 10) }
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// The number under which `write(type:)` knows a type: a type that is written often is looked up once.
  mutating func number(of type: TensorType) -> Int {
    if let known = typeNumbers[type] { return known }
    let number = spelledTypes.count
    typeNumbers[type] = number
    spelledTypes.append(Array(type.description.utf8))
    return number
  }

  /// MLIR's spelling of the type of a number.
  mutating func write(type number: Int) { bytes.append(contentsOf: spelledTypes[number]) }

  /// A string literal in MLIR's spelling: printable ASCII as it is, the rest as two hexadecimal digits.
  mutating func write(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    let isPlain = text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy(Self.isPlain) }
    if isPlain ?? false {
      bytes.append(contentsOf: text.utf8)
    } else {
      for byte in text.utf8 { write(quotedByte: byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    0x20..<0x7F ~= byte && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"")
  }

  private mutating func write(quotedByte byte: UInt8) {
    if Self.isPlain(byte) {
      bytes.append(byte)
    } else if byte == UInt8(ascii: "\\") {
      write("\\\\" as StaticString)
    } else {
      write("\\" + hexadecimal(byte, digits: 2, uppercase: true))
    }
  }

  /// Elements with commas between them.
  mutating func write<Element>(
    list elements: some Collection<Element>, _ write: (inout TextWriter, Element) -> Void
  ) {
    var isFirst = true
    for element in elements {
      if !isFirst { self.write(", " as StaticString) }
      isFirst = false
      write(&self, element)
    }
  }
}

/// A string literal in MLIR's spelling: printable ASCII as it is, the rest as two hexadecimal digits.
func quoted(_ text: String) -> String {
  var writer = TextWriter()
  writer.write(quoted: text)
  return writer.text
}
