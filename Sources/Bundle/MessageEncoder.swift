import CProtobufC
import CSchemas
import Foundations
import Operations

/// What the messages of all sections are built with: memory, a table of strings, and operations.
struct MessageEncoder {
  private let arena = MessageArena(limit: .max)
  private var table: [String] = []
  private var tableNumbers: [String: UInt32] = [:]

  /// The strings that were asked for, in that order; they live as long as the encoder.
  func strings() -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    (table.count, arena.place(table.map { arena.place($0) }))
  }

  /// The place of a string in the table.
  mutating func number(_ string: String) -> UInt32 {
    if let number = tableNumbers[string] { return number }
    let number = UInt32(table.count)
    table.append(string)
    tableNumbers[string] = number
    return number
  }

  /// A copy of the message that lives as long as the encoder.
  func place<Message>(_ message: Message) -> UnsafeMutablePointer<Message> { arena.place(message) }

  func pointers<Message>(
    _ messages: [Message]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?) {
    (messages.count, arena.place(messages.map { arena.place($0) }))
  }

  func numbers(_ indices: [Int]) -> (Int, UnsafeMutablePointer<UInt32>?) {
    (indices.count, arena.place(indices.map(UInt32.init)))
  }

  func numbers(_ values: [Int]) -> (Int, UnsafeMutablePointer<Int64>?) {
    (values.count, arena.place(values.map(Int64.init)))
  }

  func shape(_ type: TensorType) -> (Int, UnsafeMutablePointer<Int64>?) {
    numbers(type.shape)
  }

  /// The operation without operands, results and body.
  mutating func encode(_ operation: Operation) -> Tessera__Bundle__V1__Operation {
    var message = Tessera__Bundle__V1__Operation()
    tessera__bundle__v1__operation__init(&message)
    message.mnemonic = number(operation.mnemonic)
    (message.n_attributes, message.attributes) = pointers(
      operation.attributes.map { encode($0) })
    return message
  }

  private mutating func encode(_ attribute: Attribute) -> Tessera__Bundle__V1__Attribute {
    var message = Tessera__Bundle__V1__Attribute()
    tessera__bundle__v1__attribute__init(&message)
    message.name = number(attribute.name)
    switch attribute.value {
    case .integer(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_INTEGER
      message.integer = value
    case .integers(let values):
      var integers = Tessera__Bundle__V1__Integers()
      tessera__bundle__v1__integers__init(&integers)
      (integers.n_values, integers.values) = (values.count, arena.place(values))
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_INTEGERS
      message.integers = arena.place(integers)
    case .real(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_REAL
      message.real = value
    case .boolean(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_BOOLEAN
      message.boolean = value ? 1 : 0
    case .string(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_TEXT
      message.text = number(value)
    case .symbol(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_SYMBOL
      message.symbol = number(value)
    case .element(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_ELEMENT
      message.element = number(value.rawValue)
    case .literal(let value):
      message.value_case = TESSERA__BUNDLE__V1__ATTRIBUTE__VALUE_LITERAL
      message.literal = arena.place(encode(value))
    }
    return message
  }

  private mutating func encode(_ literal: TensorLiteral) -> Tessera__Bundle__V1__Literal {
    var message = Tessera__Bundle__V1__Literal()
    tessera__bundle__v1__literal__init(&message)
    message.element = number(literal.type.element.rawValue)
    (message.n_shape, message.shape) = shape(literal.type)
    let bytes = literal.littleEndianBytes
    message.elements = ProtobufCBinaryData(len: bytes.count, data: arena.place(bytes))
    return message
  }
}
