import Backend
import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

// Where a tensor lies is no part of what is computed, and is left out of comparisons.

/// Moments in parts, as the entries of a sharded program take them, and the whole tensors that they are
/// parts of.
extension Function {
  /// The arguments' types with those of whole tensors in place of parts.
  func wholeArgumentTypes(like whole: Function) -> [TensorType] {
    wholes(argumentTypes, argumentPorts, whole.argumentTypes)
  }

  /// The results' types with those of whole tensors in place of parts.
  func wholeResultTypes(like whole: Function) -> [TensorType] {
    wholes(resultTypes, resultPorts, whole.resultTypes)
  }

  private func wholes(
    _ types: [TensorType], _ ports: [Port?], _ whole: [TensorType]
  ) -> [TensorType] {
    types.enumerated().map { index, type in
      ports[index]?.isSharded == true && index < whole.count
        ? whole[index] : type.placed(in: .tile)
    }
  }

  /// What the host gives for whole tensors.
  func parts(of wholes: [Tensor], replicas: Int) -> [Tensor] {
    zip(zip(argumentPorts, argumentTypes), wholes).map { argument, tensor in
      let (port, type) = argument
      guard port?.isSharded == true else { return Tensor(type, tensor.values) }
      let part = Collective.partCount(of: tensor.type.count, replicas: replicas)
      let padding = replicas * part - tensor.type.count
      return Tensor(
        TensorType([replicas, part], tensor.type.element, in: type.memory),
        tensor.values + Array(repeating: 0, count: padding))
    }
  }

  /// The whole tensors of what the host gets, of the types of the function that has them whole.
  func wholes(of parts: [Tensor], like whole: Function) -> [Tensor] {
    parts.enumerated().map { index, tensor in
      let type = whole.resultTypes[index]
      guard resultPorts[index]?.isSharded == true else {
        return Tensor(tensor.type.placed(in: .tile), tensor.values)
      }
      return Tensor(type, Array(tensor.values.prefix(type.count)))
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
