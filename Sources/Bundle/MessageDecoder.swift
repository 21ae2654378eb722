import CProtobufC
import CSchemas
import Foundations
import Operations

/// What the messages of all sections are read with: rows, a table of strings, and operations.
struct MessageDecoder {
  private let strings: [String]

  /// - Throws: where a string cannot be printed.
  init(
    _ count: Int, _ start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) throws(TesseraError) {
    var strings: [String] = []
    for pointer in UnsafeBufferPointer(start: start, count: count) {
      // Printable too, because messages quote them.
      guard let pointer, let string = String(validatingCString: pointer), isPrintableName(string)
      else { throw damagedBundle("string \(strings.count) of the program is no printable name") }
      strings.append(string)
    }
    self.strings = strings
  }

  func rows<Message, Row>(
    _ count: Int, _ start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?,
    _ decode: (Message) throws(TesseraError) -> Row
  ) throws(TesseraError) -> [Row] {
    var rows: [Row] = []
    rows.reserveCapacity(count)
    for pointer in UnsafeBufferPointer(start: start, count: count) {
      guard let pointer else { throw damagedBundle("a message of the program is missing") }
      rows.append(try decode(pointer.pointee))
    }
    return rows
  }

  func numbers(_ count: Int, _ start: UnsafeMutablePointer<UInt32>?) -> [Int] {
    UnsafeBufferPointer(start: start, count: count).map(Int.init)
  }

  func string(_ number: UInt32) throws(TesseraError) -> String {
    guard strings.indices.contains(Int(number)) else {
      throw damagedBundle("the program refers to string \(number), it has \(strings.count)")
    }
    return strings[Int(number)]
  }

  func element(_ number: UInt32) throws(TesseraError) -> ElementType {
    let name = try string(number)
    guard let element = ElementType(rawValue: name) else {
      throw damagedBundle("the program has an element type '\(name)', which is unknown")
    }
    return element
  }

  func numbers(_ count: Int, _ start: UnsafeMutablePointer<Int64>?) -> [Int] {
    UnsafeBufferPointer(start: start, count: count).map(Int.init)
  }

  func type(
    _ element: UInt32, _ rank: Int, _ shape: UnsafeMutablePointer<Int64>?
  ) throws(TesseraError) -> TensorType {
    TensorType(
      UnsafeBufferPointer(start: shape, count: rank).map(Int.init), try self.element(element))
  }

  /// The operation, without what the message says of operands, results and body.
  func decode(
    _ operation: Tessera__Bundle__V1__Operation
  ) throws(TesseraError) -> Operation {
    let mnemonic = try string(operation.mnemonic)
    let attributes = try rows(operation.n_attributes, operation.attributes, decode)
    do throws(OperationError) {
      return try Operation(mnemonic: mnemonic, attributes: attributes)
    } catch {
      throw damagedBundle("an operation '\(mnemonic)' of the program: \(error.description)")
    }
  }

  private func decode(
    _ attribute: Tessera__Bundle__V1__Attribute
  ) throws(TesseraError) -> Attribute {
    Attribute(try string(attribute.name), try value(of: attribute))
  }

  private func value(
    of attribute: Tessera__Bundle__V1__Attribute
  ) throws(TesseraError) -> AttributeValue {
    switch attribute.value_case {
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_INTEGER: return .integer(attribute.integer)
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_INTEGERS:
      guard let integers = attribute.integers?.pointee else { break }
      return .integers(
        Array(UnsafeBufferPointer(start: integers.values, count: integers.n_values)))
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_REAL: return .real(attribute.real)
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_BOOLEAN: return .boolean(attribute.boolean != 0)
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_TEXT: return .string(try string(attribute.text))
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_SYMBOL: return .symbol(try string(attribute.symbol))
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_ELEMENT:
      return .element(try element(attribute.element))
    case TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_LITERAL:
      guard let literal = attribute.literal?.pointee else { break }
      let type = try type(literal.element, literal.n_shape, literal.shape)
      do throws(OperationError) {
        return .literal(
          try TensorLiteral(
            type,
            littleEndianBytes: UnsafeRawBufferPointer(
              start: literal.elements.data, count: literal.elements.len)))
      } catch {
        throw damagedBundle("the program has a damaged constant: \(error.description)")
      }
    default: break
    }
    throw damagedBundle("an attribute of the program has no value")
  }
}
