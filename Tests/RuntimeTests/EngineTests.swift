import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

@Suite struct EngineTests {
  private let weight = Port(name: "w", role: .parameter)
  private let moment = Port(name: "w", role: .firstMoment)
  private let rate = Port(name: "rate", role: .learningRate)
  private let loss = Port(name: "loss", role: .loss)
  private let large = TensorType([256, 256], .f32)
  private let scalar = TensorType([], .f32)

  /// w' = w − rate m', m' = m + w: through a call, as optimizers are.
  private func optimizer(readsLate: Bool) throws -> Program {
    let update = function("update", [large, large, scalar]) { f, a in
      let next = f.add(a[1], a[0])
      let result = f.subtract(a[0], f.multiply(next, a[2]))
      // Reads w after w' is there, so that w' cannot be made in its place.
      let extra = readsLate ? f.multiply(result, a[0]) : f.multiply(result, next)
      return [result, next, f.sum(extra, axes: [0, 1])]
    }
    let main = function(
      "step", [large, large, scalar], ports: [weight, moment, rate],
      resultPorts: [weight, moment, loss]
    ) { f, a in
      f.call(update, a)
    }
    return try program(
      module(update, main),
      parameters: [
        .init(name: "w", type: large, initializer: .ones, randomStream: 0)
      ])
  }

  @Test(arguments: [false, true]) func stateIsUpdatedWhereItIs(readsLate: Bool) throws {
    let engine = try Engine(try optimizer(readsLate: readsLate), threads: 2)
    let w = HostTensor(large, [Float](repeating: 2, count: large.count))
    let m = HostTensor(large, [Float](repeating: 1, count: large.count))
    let rate = HostTensor(scalar, [0.5])
    for expected: (w: Float, m: Float) in [(0.5, 3), (-1.25, 3.5)] {
      let results = try engine.run("step", [w, m, rate])
      #expect(results[0] === w && results[1] === m)
      #expect(w.floats == [Float](repeating: expected.w, count: large.count))
      #expect(m.floats == [Float](repeating: expected.m, count: large.count))
      let product = expected.w * (readsLate ? expected.w + 0.5 * expected.m : expected.m)
      #expect(results[2].floats == [product * Float(large.count)])
    }
    // The product with the rate, and a second copy of w only where it is needed.
    #expect(engine.arenaByteCount < (readsLate ? 4 : 2) * large.byteCount)
  }

  @Test func aTensorIsNotUpdatedTwice() throws {
    let engine = try Engine(try optimizer(readsLate: false))
    let w = HostTensor(large)
    let code = errorCode { _ = try engine.run("step", [w, w, HostTensor(scalar)]) }
    #expect(code == "shared-arguments")
  }

  @Test func argumentsMustFit() throws {
    let engine = try Engine(try optimizer(readsLate: false))
    #expect(errorCode { _ = try engine.run("step", []) } == "wrong-arguments")
    #expect(errorCode { _ = try engine.run("other", []) } == "no-such-function")
    let state = ParameterState(try optimizer(readsLate: false), seed: 1)
    #expect(
      errorCode { _ = try engine.arguments(of: "step", state: state, inputs: [:]) }
        == "missing-argument")
    let inputs = [rate: HostTensor(scalar)]
    #expect(try engine.arguments(of: "step", state: state, inputs: inputs).count == 3)
    #expect(try engine.signature(of: "step").results.map(\.port) == [weight, moment, loss])
  }

  @Test func countsMustMakeSense() throws {
    let program = try optimizer(readsLate: false)
    #expect(errorCode { _ = try Engine(program, replicas: 0) } == "bad-count")
    #expect(errorCode { _ = try Engine(program, threads: 100_000) } == "bad-count")
  }

  @Test func tooLargeAProgramIsRefused() throws {
    let huge = TensorType([1 << 20, 1 << 20], .f32)
    let main = function("main", [TensorType([1, 1 << 20], .f32)]) { f, a in
      [f.sum(f.broadcast(a[0], to: huge.shape), axes: [0, 1])]
    }
    #expect(errorCode { _ = try Engine(try program(module(main))) } == "out-of-memory")
  }

  /// Two replicas with different data: their sums of an accumulation, with the order of reading.
  @Test func replicasReadAndSum() throws {
    let batch = TensorType([4, 8], .f32)
    let gradients = function("replica_gradients", [batch]) { f, a in
      let replica = f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
      return f.repeat(count: 3, [f.splat(0, batch), f.splat(0, TensorType([8], .f32))]) { f, _, c in
        let x = f.insert(.source(.infeed(stream: "x", batch)), [])[0]
        let product = f.add(f.multiply(x, a[0]), replica)
        return [f.add(c[0], product), f.add(c[1], f.sum(x, axes: [0]))]
      }
    }
    let main = function("main", [batch]) { f, a in
      let own = f.call(gradients, a)
      let doubled = f.add(own[0], own[0])
      let sum = f.insert(.collective(.allReduceSum), [doubled])[0]
      let other = f.insert(.collective(.allReduceSum), [own[1]])[0]
      let same = f.insert(.collective(.allReduceSum), [a[0]])[0]
      return [f.multiply(sum, a[0]), other, same, doubled, f.reshape(sum, [32])]
    }
    let module = module(gradients, main)
    for replicas in 1...3 {
      try expectSame(module, "main", [counting([4, 8])], replicas: replicas) {
        stream, replica, microBatch in
        counting([4, 8], from: 3 * replica + 5 * microBatch + stream.utf8.count)
      }
    }
    var reads: [[Int]] = []
    _ = try run(module, "main", [counting([4, 8])], replicas: 2) { _, replica, microBatch, bytes in
      #expect(bytes.count == batch.byteCount)
      reads.append([replica, microBatch])
    }
    #expect(reads == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]])
    #expect(errorCode { _ = try run(module, "main", [counting([4, 8])]) } == "no-infeed")
  }

  /// What all replicas have in common is not overwritten by the first of them.
  @Test func replicasShareOperands() throws {
    let type = TensorType([4, 8], .f32)
    let main = function("main", [type]) { f, a in
      let replica = f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
      let common = f.add(a[0], a[0])
      let own = f.add(common, replica)
      let sum = f.insert(.collective(.allReduceSum), [own])[0]
      let next = f.add(sum, replica)
      let results = f.repeat(count: 2, [f.unary(.negate, a[0])]) { f, _, c in
        [f.add(c[0], f.add(next, replica))]
      }
      return f.insert(.collective(.allReduceSum), [results[0]])
    }
    for replicas in 1...3 {
      try expectSame(module(main), "main", [counting([4, 8])], replicas: replicas)
    }
  }

  @Test func halfPrecisionSumsOverReplicasRoundOnce() throws {
    let type = TensorType([3], .f16)
    let main = function("main", [type]) { f, a in
      let x = f.insert(.source(.infeed(stream: "x", type)), [])[0]
      return f.insert(.collective(.allReduceSum), [f.add(x, a[0])])
    }
    // 2048 + 1 is no f16, but 2048 + 1 + 1 is.
    try expectSame(module(main), "main", [counting([3], .f16, from: 0)], replicas: 3) {
      _, replica, _ in
      tensor(.f16, [3], replica == 0 ? 2048 : 1, Double(replica), replica == 0 ? 2048 : 0.5)
    }
  }

  @Test func indicesAreChecked() throws {
    let table = TensorType([4, 2], .f32)
    let indices = TensorType([3], .i32)
    let values = TensorType([3], .f32)
    let cases: [(Operation, [TensorType], [Tensor])] = [
      (.indexing(.gatherRows()), [table, indices], [counting([4, 2]), bad(-1)]),
      (
        .indexing(.scatterAddRows(rows: 4)), [indices, TensorType([3, 2], .f32)],
        [bad(4), counting([3, 2])]
      ),
      (
        .accumulation(.rows), [table, indices, TensorType([3, 2], .f32)],
        [counting([4, 2]), bad(4), counting([3, 2])]
      ),
      (
        .indexing(.selectColumns), [TensorType([3, 4], .f32), indices],
        [counting([3, 4]), bad(4)]
      ),
      (.indexing(.placeColumns(columns: 4)), [indices, values], [bad(9), counting([3])]),
    ]
    for (operation, types, arguments) in cases {
      let module = module(function("lookup", types) { f, a in f.insert(operation, a) })
      do {
        _ = try run(module, "lookup", arguments)
        Issue.record("\(operation) takes a bad index")
      } catch let error as TesseraError {
        #expect(error.exitCode == .badData)
        #expect(error.diagnostics[0].code.rawValue == "index-out-of-range")
        let message = error.diagnostics[0].message
        #expect(message.contains("'lookup'") && message.contains(operation.mnemonic))
        #expect(message.contains("index 1 is") && message.contains("below 4"))
      }
    }
  }

  private func bad(_ index: Double) -> Tensor { tensor(.i32, [3], 1, index, 2) }

  /// One seed, one or two threads: equal bits, through sums, products and dropout.
  @Test(arguments: [ElementType.f32, .f16]) func threadsChangeNoBit(element: ElementType) throws {
    let type = TensorType([96, 200], element)
    let main = function("main", [type, type, TensorType([4], .i32)]) { f, a in
      let stream = f.scalar(3, .i32)
      let dropped = f.insert(.random(.dropout(probability: 0.1)), [a[0], a[2], stream])[0]
      let product = f.matmul(dropped, a[1], transposesRight: true, partials: .f32)
      let probabilities = f.insert(.softmax(.softmax), [product])[0]
      return [
        f.sum(probabilities, axes: [0]), f.matmul(probabilities, a[1], partials: .f32),
        f.unary(.geluErf, f.sum(dropped, axes: [0, 1])),
      ]
    }
    let module = module(main)
    let noise = (0..<2).map { number in
      let stream = RandomStream(seed: 5, stream: UInt32(number), replica: 0, microBatch: 0)
      return Tensor(type, (0..<type.count).map { Double(stream.word($0)) * 0x1p-31 - 1 })
    }
    let arguments = noise + [tensor(.i32, [4], 1, 2, 0, 7)]
    let one = try run(module, "main", arguments, threads: 1).map(\.bits)
    for threads in 2...3 {
      #expect(try run(module, "main", arguments, threads: threads).map(\.bits) == one)
    }
  }

  @Test func parametersBeginAsTheProgramSays() throws {
    let type = TensorType([20, 30], .f32)
    let half = TensorType([50], .f16)
    let ports = ["a", "b", "c"].map { Port(name: $0, role: .parameter) }
    let secondMoment = Port(name: "b", role: .secondMoment)
    let main = function(
      "step", [type, half, half, TensorType([50], .f32)], ports: ports + [secondMoment],
      resultPorts: ports
    ) { f, a in Array(a.prefix(3)) }
    let program = try program(
      module(main),
      parameters: [
        .init(
          name: "a", type: type, initializer: .truncatedNormal(standardDeviation: 0.02),
          randomStream: 4),
        .init(name: "b", type: half, initializer: .ones, randomStream: 5),
        .init(name: "c", type: half, initializer: .zeros, randomStream: 6),
      ])
    let state = ParameterState(program, seed: 9)
    #expect(state.ports == ports + [secondMoment])
    let values = try #require(state.values(of: ports[0]))
    #expect(values.allSatisfy { abs($0) <= 0.04 } && Set(values).count > 500)
    #expect(ParameterState(program, seed: 9).values(of: ports[0]) == values)
    #expect(ParameterState(program, seed: 10).values(of: ports[0]) != values)
    #expect(state.values(of: ports[1]) == [Float](repeating: 1, count: 50))
    #expect(state.values(of: ports[2]) == [Float](repeating: 0, count: 50))
    #expect(state.values(of: secondMoment) == [Float](repeating: 0, count: 50))
    try state.set((0..<50).map { Float($0) / 3 }, of: ports[1])
    #expect(state.values(of: ports[1]) == (0..<50).map { Float(Float16(Float($0) / 3)) })
    #expect(errorCode { try state.set([1], of: ports[1]) } == "parameter-size")
    #expect(errorCode { try state.set([1], of: weight) } == "unknown-parameter")
    #expect(state[weight] == nil)
  }

  @Test func hostTensorsConvert() {
    let odd: [Float] = [0, -1.5, .nan, 3e9, -3e9, 0.1]
    #expect(HostTensor(TensorType([6], .i32), odd).integers == [0, -1, 0, .max, .min, 0])
    #expect(HostTensor(TensorType([6], .i1), odd).floats == [0, 1, 1, 1, 1, 1])
    let half = HostTensor(TensorType([2], .f16), [0.1, -70000])
    #expect(half.floats == [Float(Float16(0.1)), -.infinity])
    #expect(HostTensor([2], [5, -6]).floats == [5, -6])
    #expect(Int(bitPattern: half.bytes.baseAddress) % 64 == 0)
  }
}
