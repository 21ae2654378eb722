import Backend
import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import Testing

/// A function: `body` gets the arguments and gives the results.
func function(
  _ name: String, _ types: [TensorType], ports: [Port?]? = nil, resultPorts: [Port?]? = nil,
  _ body: (inout Rewriter, [ValueID]) throws -> [ValueID]
) rethrows -> Function {
  var rewriter = Rewriter(functionNamed: name)
  let arguments = types.enumerated().map { index, type in
    rewriter.addArgument(type, port: ports?[index])
  }
  let results = try body(&rewriter, arguments)
  rewriter.return(results, ports: resultPorts)
  return rewriter.function
}

func module(_ functions: Function...) -> Module {
  var module = Module()
  for function in functions { module.insert(function) }
  return module
}

let matrix = TensorType([3, 5], .f32)
let scalarIndex = TensorType([], .i32)

/// The module's program, checked as one that comes from a file.
func program(_ module: Module, parameters: [Program.Parameter] = []) throws -> Program {
  let program = Program(emitting: module, parameters: parameters)
  try program.validate()
  return program
}

extension HostTensor {
  var values: [Double] {
    type.element == .i32 ? integers.map(Double.init) : floats.map(Double.init)
  }

  var bits: [UInt8] { Array(bytes) }
}

extension UnsafeMutableRawBufferPointer {
  /// Takes a tensor's elements; the tensor lives until they are copied.
  func copy(_ tensor: HostTensor) {
    withExtendedLifetime(tensor) { copyMemory(from: UnsafeRawBufferPointer(tensor.bytes)) }
  }
}

/// Runs a function on the engine.
func run(
  _ module: Module, _ name: String, _ arguments: [Tensor], replicas: Int = 1, threads: Int = 2,
  infeed: Infeed? = nil
) throws -> [HostTensor] {
  let engine = try Engine(try program(module), replicas: replicas, threads: threads)
  return try engine.run(name, arguments.map(HostTensor.init), infeed: infeed)
}

/// Runs a function on the engine and through the interpreter and expects equal values.
func expectSame(
  _ module: Module, _ name: String, _ arguments: [Tensor], replicas: Int = 1, threads: Int = 2,
  infeed: Interpreter.Infeed? = nil, _ note: String = "",
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  let expected = try Interpreter(module, replicas: replicas, infeed: infeed).run(name, arguments)
  let results = try run(
    module, name, arguments, replicas: replicas, threads: threads,
    infeed: infeed.map { source in
      { stream, replica, iteration, destination in
        destination.copy(HostTensor(try source(stream, replica, iteration)))
      }
    })
  #expect(results.count == expected.count, sourceLocation: sourceLocation)
  for (number, (result, expected)) in zip(results, expected).enumerated() {
    #expect(
      result.values == expected.values, "\(note), result \(number)",
      sourceLocation: sourceLocation)
  }
}

func tensor(_ element: ElementType, _ shape: [Int], _ values: Double...) -> Tensor {
  Tensor(TensorType(shape, element), values)
}

/// Small whole numbers, on which sums and products are exact in every type.
func counting(_ shape: [Int], _ element: ElementType = .f32, from start: Int = 1) -> Tensor {
  let type = TensorType(shape, element)
  return Tensor(type, (0..<type.count).map { Double((start + $0) % 13) })
}
