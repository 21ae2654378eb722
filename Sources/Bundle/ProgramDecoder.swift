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
  private let messages: MessageDecoder

  init(_ message: Tessera__Bundle__V1__Program) throws(TesseraError) {
    self.message = message
    messages = try MessageDecoder(message.n_strings, message.strings)
  }

  func decode() throws(TesseraError) -> Program {
    Program(
      types: try messages.rows(message.n_types, message.types) { type throws(TesseraError) in
        try decode(type)
      },
      values: messages.numbers(message.n_values, message.values),
      operations: try messages.rows(message.n_operations, message.operations, decode),
      blocks: try messages.rows(message.n_blocks, message.blocks) { block throws(TesseraError) in
        ProgramBlock(
          arguments: messages.numbers(block.n_arguments, block.arguments),
          operations: messages.numbers(block.n_operations, block.operations))
      },
      functions: try messages.rows(message.n_functions, message.functions) {
        function throws(TesseraError) in
        ProgramFunction(
          name: try messages.string(function.name), body: Int(function.body),
          arguments: try messages.rows(function.n_arguments, function.arguments, decode),
          results: try messages.rows(function.n_results, function.results, decode),
          placement: function.stage == 0
            ? nil : Placement(stage: Int(function.stage) - 1, ipu: Int(function.ipu)))
      },
      parameters: try messages.rows(message.n_parameters, message.parameters, decode))
  }

  private func decode(
    _ message: Tessera__Bundle__V1__TensorType
  ) throws(TesseraError) -> TensorType {
    let type = try messages.type(message.element, message.n_shape, message.shape)
    guard message.memory != 0 else { return type }
    let name = try messages.string(message.memory - 1)
    guard name == TensorType.Memory.streaming.rawValue else {
      throw damagedBundle("the program has a type in a memory '\(name)', which is unknown")
    }
    return type.placed(in: .streaming)
  }

  private func decode(
    _ operation: Tessera__Bundle__V1__Operation
  ) throws(TesseraError) -> ProgramOperation {
    ProgramOperation(
      try messages.decode(operation),
      operands: messages.numbers(operation.n_operands, operation.operands),
      results: messages.numbers(operation.n_results, operation.results),
      body: operation.body == 0 ? nil : Int(operation.body) - 1)
  }

  private func decode(_ port: Tessera__Bundle__V1__Port) throws(TesseraError) -> Port? {
    guard port.role != 0 else { return nil }
    let name = try messages.string(port.role - 1)
    guard let role = PortRole(rawValue: name) else {
      throw damagedBundle("the program has a port of the role '\(name)', which is unknown")
    }
    return Port(name: try messages.string(port.name), role: role, isSharded: port.sharded != 0)
  }

  private func decode(
    _ parameter: Tessera__Bundle__V1__Parameter
  ) throws(TesseraError) -> ParameterEntry {
    let kind = try messages.string(parameter.initializer)
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
      name: try messages.string(parameter.name), type: Int(parameter.type),
      initializer: initializer,
      randomStream: parameter.random_stream)
  }
}
