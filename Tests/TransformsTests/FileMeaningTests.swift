import Bundle
import Compiler
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import Transforms

/// The functions of every case compute the same before and after the passes: on numbers that include both
/// zeros, infinities and subnormals, through the interpreter and through the engine.
@Suite struct FileMeaningTests {
  @Test(arguments: PassFile.all)
  func meaning(name: String) throws {
    let file = try PassFile(name)
    let invocations = try PassInvocation.list(file.passes, among: PassRegistry.all)
    for (number, part) in file.cases.enumerated() {
      let before = try Module(parsing: part.input, file: name)
      var after = before
      for invocation in invocations { try invocation.run(on: &after) }
      let compared = try before.functions.filter { function in
        // Where a tensor lies, and in which parts, is no part of what is computed.
        guard let changed = after[function.name],
          changed.wholeArgumentTypes(like: function) == function.argumentTypes.map(inTileMemory),
          changed.wholeResultTypes(like: function) == function.resultTypes.map(inTileMemory)
        else { return false }
        let note = "\(name), case \(number + 1), @\(function.name)"
        for seed in 1...16 as ClosedRange<UInt64> {
          // Sums of whole numbers do not depend on their order.
          let arguments = randomArguments(
            function, seed: seed, name.hasPrefix("shard") ? Self.wholeNumbers : Self.numbers)
          let moved = changed.parts(of: arguments, replicas: 2)
          let exact = try interpret(before, function.name, arguments)
          let found = changed.wholes(
            of: try interpret(after, function.name, moved), like: function)
          #expect(exact.map(comparable) == found.map(comparable), "\(note), interpreter")
          guard !before.usesDouble, !after.usesDouble else { continue }
          let parameters = before.parameters
          let executed = try execute(before, function.name, arguments, parameters)
          let other = changed.wholes(
            of: try execute(after, function.name, moved, parameters), like: function)
          #expect(executed.map(comparable) == other.map(comparable), "\(note), engine")
        }
        return true
      }
      #expect(!compared.isEmpty, "\(name), case \(number + 1): no function is left to compare")
    }
  }

  private func inTileMemory(_ type: TensorType) -> TensorType { type.placed(in: .tile) }

  private static let numbers: [Double] = [
    0, -0.0, 1, -1, 0.1, -2.5, 3, 65504, 1e-7, -6e-8, 1e-40, .infinity, -.infinity, 1e5, 12345.678,
  ]

  private static let wholeNumbers: [Double] = [0, -0.0, 1, -1, 2, 3, -4]

  private func randomArguments(
    _ function: Function, seed: UInt64, _ numbers: [Double]
  ) -> [Tensor] {
    var generator = SplitMix64(seed: seed)
    return function.argumentTypes.map { type in
      Tensor(
        type,
        (0..<type.count).map { _ in
          type.element.isFloat
            ? numbers[Int(generator.next() % UInt64(numbers.count))]
            : Double(generator.next() % 2)
        })
    }
  }

  private func streamed(_ type: TensorType, _ replica: Int, _ iteration: Int) -> Tensor {
    Tensor(type, (0..<type.count).map { Double(($0 + replica + 3 * iteration) % 5) })
  }

  private func interpret(
    _ module: Module, _ name: String, _ arguments: [Tensor]
  ) throws -> [Tensor] {
    let types = module.streamTypes
    return try Interpreter(module, replicas: 2) { stream, replica, iteration in
      streamed(try #require(types[stream]), replica, iteration)
    }.run(name, arguments)
  }

  private func execute(
    _ module: Module, _ name: String, _ arguments: [Tensor], _ parameters: [Program.Parameter]
  ) throws -> [Tensor] {
    let program = Program(emitting: module, parameters: parameters)
    try program.validate()
    let types = module.streamTypes
    let engine = try Engine(program, replicas: 2, threads: 1)
    let results = try engine.run(name, arguments.map { HostTensor($0) }) {
      stream, replica, iteration, destination in
      let tensor = HostTensor(streamed(try #require(types[stream]), replica, iteration))
      withExtendedLifetime(tensor) {
        destination.copyMemory(from: UnsafeRawBufferPointer(tensor.bytes))
      }
    }
    return results.map { Tensor($0) }
  }

  /// Bits, but all NaNs are one.
  private func comparable(_ tensor: Tensor) -> [UInt64] {
    tensor.values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }
}

extension Module {
  /// Whether some value is of type f64, which the engine does not compute with.
  fileprivate var usesDouble: Bool {
    functions.contains { $0.values.contains { $0.type.element == .f64 } }
  }

  fileprivate var streamTypes: [String: TensorType] {
    var types: [String: TensorType] = [:]
    for function in functions {
      for id in function.allOperations {
        if case .source(.infeed(let stream, let type)) = function[id].operation {
          types[stream] = type
        }
      }
    }
    return types
  }
}
