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
  private var messages = MessageEncoder()

  mutating func encode(_ program: Program) -> [UInt8] {
    var message = Tessera__Bundle__V1__Program()
    tessera__bundle__v1__program__init(&message)
    (message.n_types, message.types) = messages.pointers(program.types.map { encode($0) })
    (message.n_values, message.values) = messages.numbers(program.values)
    (message.n_operations, message.operations) = messages.pointers(
      program.operations.map { encode($0) })
    (message.n_blocks, message.blocks) = messages.pointers(program.blocks.map { encode($0) })
    (message.n_functions, message.functions) = messages.pointers(
      program.functions.map { encode($0) })
    (message.n_parameters, message.parameters) = messages.pointers(
      program.parameters.map { encode($0) })
    // Last, because the other tables fill it.
    (message.n_strings, message.strings) = messages.strings()
    return withExtendedLifetime(messages) {
      [UInt8](
        unsafeUninitializedCapacity: tessera__bundle__v1__program__get_packed_size(&message)
      ) { buffer, count in
        count = tessera__bundle__v1__program__pack(&message, buffer.baseAddress)
      }
    }
  }

  private mutating func encode(_ type: TensorType) -> Tessera__Bundle__V1__TensorType {
    var message = Tessera__Bundle__V1__TensorType()
    tessera__bundle__v1__tensor_type__init(&message)
    message.element = messages.number(type.element.rawValue)
    (message.n_shape, message.shape) = messages.shape(type)
    if type.memory != .tile { message.memory = messages.number(type.memory.rawValue) + 1 }
    return message
  }

  private mutating func encode(
    _ operation: ProgramOperation
  ) -> Tessera__Bundle__V1__Operation {
    var message = messages.encode(operation.operation)
    (message.n_operands, message.operands) = messages.numbers(operation.operands)
    (message.n_results, message.results) = messages.numbers(operation.results)
    message.body = operation.body.map { UInt32($0) + 1 } ?? 0
    return message
  }

  private func encode(_ block: ProgramBlock) -> Tessera__Bundle__V1__Block {
    var message = Tessera__Bundle__V1__Block()
    tessera__bundle__v1__block__init(&message)
    (message.n_arguments, message.arguments) = messages.numbers(block.arguments)
    (message.n_operations, message.operations) = messages.numbers(block.operations)
    return message
  }

  private mutating func encode(
    _ function: ProgramFunction
  ) -> Tessera__Bundle__V1__Function {
    var message = Tessera__Bundle__V1__Function()
    tessera__bundle__v1__function__init(&message)
    message.name = messages.number(function.name)
    message.body = UInt32(function.body)
    (message.n_arguments, message.arguments) = messages.pointers(
      function.arguments.map { encode($0) })
    (message.n_results, message.results) = messages.pointers(function.results.map { encode($0) })
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
      message.role = messages.number(port.role.rawValue) + 1
      message.name = messages.number(port.name)
      message.sharded = port.isSharded ? 1 : 0
    }
    return message
  }

  private mutating func encode(
    _ parameter: ParameterEntry
  ) -> Tessera__Bundle__V1__Parameter {
    var message = Tessera__Bundle__V1__Parameter()
    tessera__bundle__v1__parameter__init(&message)
    message.name = messages.number(parameter.name)
    message.type = UInt32(parameter.type)
    message.random_stream = parameter.randomStream
    switch parameter.initializer {
    case .zeros: message.initializer = messages.number("zeros")
    case .ones: message.initializer = messages.number("ones")
    case .truncatedNormal(let deviation):
      message.initializer = messages.number("truncated_normal")
      message.standard_deviation = deviation
    }
    return message
  }
}
