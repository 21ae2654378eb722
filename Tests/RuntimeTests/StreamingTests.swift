import Backend
import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import Testing

/// Buffers in streaming memory on the engine: what is in them, where they are, and what they take.
@Suite struct StreamingTests {
  private let value = TensorType([64, 16], .f32)
  private var buffer: TensorType { value.placed(in: .streaming) }

  private func counting(_ type: TensorType, from start: Int = 0) -> Tensor {
    Tensor(type, (0..<type.count).map { Double((start + $0 * 7) % 61) })
  }

  /// What the host keeps is updated where it is, through calls in calls; the device holds the copy
  /// that is loaded, and nothing of the buffer.
  @Test func stateIsUpdatedInItsBuffer() throws {
    let update = function("update", [buffer, value]) { f, a in
      let next = f.add(f.load(a[0]), a[1])
      return [f.store(next, in: a[0]), f.multiply(next, a[1])]
    }
    let layer = function("layer", [value, buffer]) { f, a in f.call(update, [a[1], a[0]]) }
    let ports = [Port(name: "w", role: .parameter), Port(name: "w", role: .firstMoment)]
    let step = function("step", [value, buffer], ports: ports, resultPorts: ports) { f, a in
      let results = f.call(layer, a)
      return [results[1], results[0]]
    }
    let module = module(update, layer, step)
    let parameter = Program.Parameter(name: "w", type: value, initializer: .zeros, randomStream: 0)
    let engine = try Engine(try program(module, parameters: [parameter]))
    let given = [counting(value), counting(buffer, from: 5)]
    let expected = try Interpreter(module).run("step", given)
    let arguments = given.map(HostTensor.init)
    let results = try engine.run("step", arguments)
    #expect(results.map(\.values) == expected.map(\.values))
    #expect(results.map(\.type) == [value, buffer])
    #expect(zip(results, arguments).allSatisfy { $0 === $1 })
    // The new moment takes the place of the loaded one; the parameter is the host's.
    #expect(engine.arenaByteCount == value.byteCount)
    #expect(try engine.deviceByteCount(of: "step") == 2 * value.byteCount)
    #expect(try engine.streamingByteCount(of: "step") == value.byteCount)
  }

  /// A buffer that is read after its next content was made still has the old one.
  @Test func buffersAreValues() throws {
    let exchange = function("exchange", [buffer, buffer]) { f, a in
      [f.store(f.load(a[1]), in: a[0]), f.store(f.load(a[0]), in: a[1])]
    }
    let main = function("main", [buffer, buffer, value]) { f, a in
      let first = f.store(f.add(f.load(a[0]), a[2]), in: a[0])
      let second = f.store(f.load(a[0]), in: first)
      let exchanged = f.call(exchange, [first, a[1]])
      let again = f.call(exchange, [exchanged[1], exchanged[0]])
      let sum = f.repeat(count: 3, [a[2]]) { f, _, carried in
        [f.add(carried[0], f.load(exchanged[0]))]
      }
      return [first, second, f.load(second), again[0], again[1], sum[0], a[1], exchanged[1]]
    }
    for threads in 1...2 {
      try expectSame(
        module(exchange, main), "main",
        [counting(buffer), counting(buffer, from: 3), counting(value, from: 9)], threads: threads)
    }
  }
}
