import Bundle
import Foundations
import Operations
import Recipe

/// What training changes: the parameters of a program, and the moments that its entry functions keep
/// beside them.
package struct ParameterState {
  /// The parameters in the program's order, then the moments in the order of the functions' arguments.
  package let ports: [Port]
  private let tensors: [Port: HostTensor]

  /// The state before training: parameters drawn as the program says, moments 0.
  package init(_ program: Program, seed: UInt64) {
    var ports: [Port] = []
    var tensors: [Port: HostTensor] = [:]
    for parameter in program.parameters {
      let type = program.types[parameter.type]
      let port = Port(name: parameter.name, role: .parameter)
      ports.append(port)
      tensors[port] = HostTensor(
        type,
        parameter.initializer.recipe.values(
          count: type.count, seed: seed, stream: parameter.randomStream))
    }
    for function in program.functions {
      let arguments = program.blocks[function.body].arguments
      for (port, value) in zip(function.arguments, arguments) {
        guard let port, port.role.isState, tensors[port] == nil else { continue }
        ports.append(port)
        tensors[port] = HostTensor(
          port.hostType(program.type(of: value), replicas: program.replicas ?? 1))
      }
    }
    self.ports = ports
    self.tensors = tensors
  }

  /// The same tensors, which are written before they are read.
  init(uninitializedAs other: ParameterState) {
    ports = other.ports
    tensors = other.tensors.mapValues { HostTensor(uninitialized: $0.type) }
  }

  /// The tensor of this role and name, or nil.
  package subscript(port: Port) -> HostTensor? { tensors[port] }

  /// The elements of the tensor of this role and name, or nil where there is none.
  package func values(of port: Port) -> [Float]? { tensors[port]?.floats }

  /// Puts these elements in place of the tensor's.
  /// - Throws: `TesseraError` (incompatible) where there is no such tensor, or it has another number
  ///   of elements.
  package func set(_ values: [Float], of port: Port) throws(TesseraError) {
    guard let tensor = tensors[port] else {
      throw TesseraError(
        .incompatible, code: .unknownParameter,
        "the program has no \(port.role.rawValue) '\(port.name)'")
    }
    guard values.count == tensor.type.count else {
      throw TesseraError(
        .incompatible, code: .parameterSize,
        "\(port.role.rawValue) '\(port.name)' is \(tensor.type), is given \(values.count) elements")
    }
    tensor.set(values)
  }
}

extension ParameterEntry.Initializer {
  /// The same in the words of the module that draws the values.
  fileprivate var recipe: ParameterInitializer {
    switch self {
    case .zeros: .zeros
    case .ones: .ones
    case .truncatedNormal(let standardDeviation):
      .truncatedNormal(standardDeviation: standardDeviation)
    }
  }
}
