import CProtobufC
import CSchemas
import Foundations
import Operations

extension Program {
  /// Bytes that protobuf-c may ask for while it unpacks `byteCount` bytes: 32 for each, which is
  /// four times what the densest real program takes, and 1 MiB for small ones. The arena's own rest
  /// at most doubles it.
  package static func unpackingLimit(forByteCount byteCount: Int) -> Int {
    byteCount * 32 + (1 << 20)
  }

  /// Reads and validates the bytes of section "program". They may hold anything: memory stays
  /// within `unpackingLimit` for the messages and a like amount for the tables.
  /// - Throws: `TesseraError` (incompatible) where the bytes are not a valid program.
  package init(encoded bytes: [UInt8]) throws(TesseraError) {
    let arena = MessageArena(limit: Self.unpackingLimit(forByteCount: bytes.count))
    let unpacked = arena.withAllocator { allocator in
      tessera__bundle__v1__program__unpack(allocator, bytes.count, bytes)
    }
    guard let unpacked else {
      throw damagedBundle("the program's section is not a program, or a bloated one")
    }
    self = try withExtendedLifetime(arena) { () throws(TesseraError) in
      try ProgramDecoder(unpacked.pointee).decode()
    }
    try validate()
  }
}

func damagedBundle(_ message: String, remedies: [Remedy] = []) -> TesseraError {
  TesseraError(
    .incompatible, code: .damagedBundle, message,
    remedies: remedies.isEmpty ? ["copy or compile the bundle again"] : remedies)
}

/// Turns unpacked messages into tables. Only what the Swift types themselves need is checked here:
/// `Program.validate` checks the rest.
private struct ProgramDecoder {
  private let message: Tessera__Bundle__V1__Program
  private let strings: [String]

  init(_ message: Tessera__Bundle__V1__Program) throws(TesseraError) {
    self.message = message
    var strings: [String] = []
    for pointer in UnsafeBufferPointer(start: message.strings, count: message.n_strings) {
      // Printable too, because messages quote them.
      guard let pointer, let string = String(validatingCString: pointer), isPrintableName(string)
      else { throw damagedBundle("string \(strings.count) of the program is no printable name") }
      strings.append(string)
    }
    self.strings = strings
  }

  func decode() throws(TesseraError) -> Program {
    Program(
      types: try rows(message.n_types, message.types) { type throws(TesseraError) in
        try decode(type)
      },
      values: numbers(message.n_values, message.values),
      operations: try rows(message.n_operations, message.operations, decode),
      blocks: try rows(message.n_blocks, message.blocks) { block throws(TesseraError) in
        ProgramBlock(
          arguments: numbers(block.n_arguments, block.arguments),
          operations: numbers(block.n_operations, block.operations))
      },
      functions: try rows(message.n_functions, message.functions) {
        function throws(TesseraError) in
        ProgramFunction(
          name: try string(function.name), body: Int(function.body),
          arguments: try rows(function.n_arguments, function.arguments, decode),
          results: try rows(function.n_results, function.results, decode),
          placement: function.stage == 0
            ? nil : Placement(stage: Int(function.stage) - 1, ipu: Int(function.ipu)))
      },
      parameters: try rows(message.n_parameters, message.parameters, decode))
  }

  private func rows<Message, Row>(
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

  private func numbers(_ count: Int, _ start: UnsafeMutablePointer<UInt32>?) -> [Int] {
    UnsafeBufferPointer(start: start, count: count).map(Int.init)
  }

  private func string(_ number: UInt32) throws(TesseraError) -> String {
    guard strings.indices.contains(Int(number)) else {
      throw damagedBundle("the program refers to string \(number), it has \(strings.count)")
    }
    return strings[Int(number)]
  }

  private func element(_ number: UInt32) throws(TesseraError) -> ElementType {
    let name = try string(number)
    guard let element = ElementType(rawValue: name) else {
      throw damagedBundle("the program has an element type '\(name)', which is unknown")
    }
    return element
  }

  private func decode(
    _ element: UInt32, _ rank: Int, _ shape: UnsafeMutablePointer<Int64>?
  ) throws(TesseraError) -> TensorType {
    TensorType(
      UnsafeBufferPointer(start: shape, count: rank).map(Int.init), try self.element(element))
  }

  private func decode(
    _ message: Tessera__Bundle__V1__TensorType
  ) throws(TesseraError) -> TensorType {
    let type = try decode(message.element, message.n_shape, message.shape)
    guard message.memory != 0 else { return type }
    let name = try string(message.memory - 1)
    guard name == TensorType.Memory.streaming.rawValue else {
      throw damagedBundle("the program has a type in a memory '\(name)', which is unknown")
    }
    return type.placed(in: .streaming)
  }

  private func decode(
    _ operation: Tessera__Bundle__V1__Operation
  ) throws(TesseraError) -> ProgramOperation {
    let mnemonic = try string(operation.mnemonic)
    let attributes = try rows(operation.n_attributes, operation.attributes, decode)
    do throws(OperationError) {
      return ProgramOperation(
        try Operation(mnemonic: mnemonic, attributes: attributes),
        operands: numbers(operation.n_operands, operation.operands),
        results: numbers(operation.n_results, operation.results),
        body: operation.body == 0 ? nil : Int(operation.body) - 1)
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
      let type = try decode(literal.element, literal.n_shape, literal.shape)
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

  private func decode(_ port: Tessera__Bundle__V1__Port) throws(TesseraError) -> Port? {
    guard port.role != 0 else { return nil }
    let name = try string(port.role - 1)
    guard let role = PortRole(rawValue: name) else {
      throw damagedBundle("the program has a port of the role '\(name)', which is unknown")
    }
    return Port(name: try string(port.name), role: role, isSharded: port.sharded != 0)
  }

  private func decode(
    _ parameter: Tessera__Bundle__V1__Parameter
  ) throws(TesseraError) -> ParameterEntry {
    let kind = try string(parameter.initializer)
    let initializer: ParameterEntry.Initializer
    switch kind {
    case "zeros": initializer = .zeros
    case "ones": initializer = .ones
    case "truncated_normal":
      initializer = .truncatedNormal(standardDeviation: parameter.standard_deviation)
    default:
      throw damagedBundle("the program has an initializer '\(kind)', which is unknown")
    }
    return ParameterEntry(
      name: try string(parameter.name), type: Int(parameter.type), initializer: initializer,
      randomStream: parameter.random_stream)
  }
}
