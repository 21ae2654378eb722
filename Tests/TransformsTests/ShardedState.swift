import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

/// Moments in parts, as the entries of a sharded program take them, and the whole tensors that they are
/// parts of.
extension Function {
  /// The arguments' types with those of whole tensors in place of parts, all in the tiles' memory.
  func wholeArgumentTypes(like whole: Function) -> [TensorType] {
    wholes(argumentTypes, argumentPorts, whole.argumentTypes)
  }

  /// The results' types with those of whole tensors in place of parts, all in the tiles' memory.
  func wholeResultTypes(like whole: Function) -> [TensorType] {
    wholes(resultTypes, resultPorts, whole.resultTypes)
  }

  private func wholes(
    _ types: [TensorType], _ ports: [Port?], _ whole: [TensorType]
  ) -> [TensorType] {
    types.enumerated().map { index, type in
      let isWhole = ports[index]?.isSharded != true || index >= whole.count
      return (isWhole ? type : whole[index]).placed(in: .tile)
    }
  }

  /// What the host gives for whole tensors.
  func parts(of wholes: [Tensor], replicas: Int) -> [Tensor] {
    wholes.enumerated().map { index, tensor in
      let own = argumentTypes[index]
      let type = argumentPorts[index]?.hostType(own, replicas: replicas) ?? own
      let padding = Array(repeating: 0.0, count: type.count - tensor.type.count)
      return Tensor(type, tensor.values + padding)
    }
  }

  /// The whole tensors of what the host gets, of the types of the function that has them whole.
  func wholes(of parts: [Tensor], like whole: Function) -> [Tensor] {
    parts.enumerated().map { index, tensor in
      let type = whole.resultTypes[index].placed(in: .tile)
      return Tensor(type, Array(tensor.values.prefix(type.count)))
    }
  }
}

extension Module {
  /// The parameters that ports of state name, as a program lists them; the moments must be whole.
  var parameters: [Program.Parameter] {
    var types: [String: TensorType] = [:]
    for function in functions {
      for (port, type) in zip(function.argumentPorts, function.argumentTypes) {
        if let port, port.role == .parameter || port.role.isOptimizerState {
          types[port.name] = type.placed(in: .tile)
        }
      }
    }
    return types.sorted { $0.key < $1.key }.map {
      Program.Parameter(name: $0.key, type: $0.value, initializer: .zeros, randomStream: 0)
    }
  }
}

/// The results of all entries of a module that may have moments in parts, as whole tensors.
struct ShardedResults {
  var interpreted: [NamedResult] = []
  var executed: [NamedResult] = []

  /// - Parameter whole: the module before its moments were in parts.
  init(_ compiled: MicroModel.Compiled, _ module: Module, like whole: Module) throws {
    let replicas = compiled.recipe.program.replicas
    let program = Program(emitting: module, parameters: compiled.parameters)
    try program.validate()
    let engine = try Engine(program, replicas: replicas, threads: 2)
    let interpreter = Interpreter(module, replicas: replicas, infeed: compiled.infeed)
    for function in module.functions where function.isEntry {
      let wholeFunction = try #require(whole[function.name])
      let arguments = function.parts(
        of: compiled.arguments(of: wholeFunction), replicas: replicas)
      func named(_ results: [Tensor]) -> [NamedResult] {
        zip(wholeFunction.resultPorts, function.wholes(of: results, like: wholeFunction)).map {
          NamedResult(entry: function.name, port: $0, tensor: $1)
        }
      }
      interpreted += named(try interpreter.run(function.name, arguments))
      executed += named(
        try engine.run(
          function.name, arguments.map(HostTensor.init), infeed: compiled.hostInfeed
        ).map { Tensor($0) })
    }
  }
}

extension MicroModel.Compiled {
  /// The tensors of the host streams, for the engine.
  var hostInfeed: Runtime.Infeed {
    let infeed = infeed
    return { stream, replica, iteration, destination in
      let tensor = HostTensor(try infeed(stream, replica, iteration))
      withExtendedLifetime(tensor) {
        destination.copyMemory(from: UnsafeRawBufferPointer(tensor.bytes))
      }
    }
  }
}
