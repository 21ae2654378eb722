import CProtobufC
import CSchemas
import Foundations
import Operations

extension Program {
  /// The program as the bytes of section "program": the same program gives the same bytes.
  /// - Throws: `TesseraError` where the program is not valid.
  package func encoded() throws(TesseraError) -> [UInt8] {
    try validate()
    var encoder = ProgramEncoder()
    return encoder.encode(self)
  }
}

/// Builds the messages of a valid program; `schemas/bundle.proto` describes them.
private struct ProgramEncoder {
  private let arena = MessageArena(limit: .max)
  private var strings: [String] = []
  private var stringNumbers: [String: UInt32] = [:]

  mutating func encode(_ program: Program) -> [UInt8] {
    var message = Tessera__Bundle__V1__Program()
    tessera__bundle__v1__program__init(&message)
    (message.n_types, message.types) = pointers(program.types.map { encode($0) })
    (message.n_values, message.values) = numbers(program.values)
    (message.n_operations, message.operations) = pointers(
      program.operations.map { encode($0) })
    (message.n_blocks, message.blocks) = pointers(program.blocks.map { encode($0) })
    (message.n_functions, message.functions) = pointers(program.functions.map { encode($0) })
    (message.n_parameters, message.parameters) = pointers(program.parameters.map { encode($0) })
    // Last, because the other tables fill it.
    message.n_strings = strings.count
    message.strings = arena.place(strings.map { arena.place($0) })
    return withExtendedLifetime(arena) {
      [UInt8](
        unsafeUninitializedCapacity: tessera__bundle__v1__program__get_packed_size(&message)
      ) { buffer, count in
        count = tessera__bundle__v1__program__pack(&message, buffer.baseAddress)
      }
    }
  }

  private mutating func number(_ string: String) -> UInt32 {
    if let number = stringNumbers[string] { return number }
    let number = UInt32(strings.count)
    strings.append(string)
    stringNumbers[string] = number
    return number
  }

  private func pointers<Message>(
    _ messages: [Message]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?) {
    (messages.count, arena.place(messages.map { arena.place($0) }))
  }

  private func numbers(_ indices: [Int]) -> (Int, UnsafeMutablePointer<UInt32>?) {
    (indices.count, arena.place(indices.map(UInt32.init)))
  }

  private func shape(_ type: TensorType) -> (Int, UnsafeMutablePointer<Int64>?) {
    (type.rank, arena.place(type.shape.map(Int64.init)))
  }

  private mutating func encode(_ type: TensorType) -> Tessera__Bundle__V1__TensorType {
    var message = Tessera__Bundle__V1__TensorType()
    tessera__bundle__v1__tensor_type__init(&message)
    message.element = number(type.element.rawValue)
    (message.n_shape, message.shape) = shape(type)
    if type.memory != .tile { message.memory = number(type.memory.rawValue) + 1 }
    return message
  }

  private mutating func encode(
    _ operation: ProgramOperation
  ) -> Tessera__Bundle__V1__Operation {
    var message = Tessera__Bundle__V1__Operation()
    tessera__bundle__v1__operation__init(&message)
    message.mnemonic = number(operation.operation.mnemonic)
    (message.n_attributes, message.attributes) = pointers(
      operation.operation.attributes.map { encode($0) })
    (message.n_operands, message.operands) = numbers(operation.operands)
    (message.n_results, message.results) = numbers(operation.results)
    message.body = operation.body.map { UInt32($0) + 1 } ?? 0
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

  private func encode(_ block: ProgramBlock) -> Tessera__Bundle__V1__Block {
    var message = Tessera__Bundle__V1__Block()
    tessera__bundle__v1__block__init(&message)
    (message.n_arguments, message.arguments) = numbers(block.arguments)
    (message.n_operations, message.operations) = numbers(block.operations)
    return message
  }

  private mutating func encode(
    _ function: ProgramFunction
  ) -> Tessera__Bundle__V1__Function {
    var message = Tessera__Bundle__V1__Function()
    tessera__bundle__v1__function__init(&message)
    message.name = number(function.name)
    message.body = UInt32(function.body)
    (message.n_arguments, message.arguments) = pointers(function.arguments.map { encode($0) })
    (message.n_results, message.results) = pointers(function.results.map { encode($0) })
    if let placement = function.placement {
      message.stage = UInt32(placement.stage) + 1
      message.ipu = UInt32(placement.ipu)
    }
    return message
  }

  private mutating func encode(_ port: Port?) -> Tessera__Bundle__V1__Port {
    var message = Tessera__Bundle__V1__Port()
    tessera__bundle__v1__port__init(&message)
    if let port {
      message.role = number(port.role.rawValue) + 1
      message.name = number(port.name)
      message.sharded = port.isSharded ? 1 : 0
    }
    return message
  }

  private mutating func encode(
    _ parameter: ParameterEntry
  ) -> Tessera__Bundle__V1__Parameter {
    var message = Tessera__Bundle__V1__Parameter()
    tessera__bundle__v1__parameter__init(&message)
    message.name = number(parameter.name)
    message.type = UInt32(parameter.type)
    message.random_stream = parameter.randomStream
    switch parameter.initializer {
    case .zeros: message.initializer = number("zeros")
    case .ones: message.initializer = number("ones")
    case .truncatedNormal(let deviation):
      message.initializer = number("truncated_normal")
      message.standard_deviation = deviation
    }
    return message
  }
}
