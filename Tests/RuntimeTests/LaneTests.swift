import Bundle
import Foundations
import GraphIR
import Operations
import Runtime
import Testing

/// Iterations that run at the same time, on threads of their own: nothing that a user of the engine
/// sees may differ from iterations one after the other.
@Suite struct LaneTests {
  private let x = TensorType([24, 40], .f32)
  private let key = TensorType([4], .i32)
  private let indices = TensorType([3], .i32)
  private let table = TensorType([8, 2], .f32)

  /// An accumulation over `count` micro-batches of two streams, with dropout by a key that depends on
  /// replica and iteration, summed over replicas.
  private func training(count: Int) throws -> Program {
    let microBatch = function("micro_batch", [x, x, x, key]) { f, a in
      let dropped = f.insert(.random(.dropout(probability: 0.2)), [a[1], a[3], f.scalar(3, .i32)])
      let scores = f.matmul(dropped[0], a[0], transposesRight: true, partials: .f32)
      let probabilities = f.insert(.softmax(.softmax), [scores])[0]
      let gradient = f.multiply(f.matmul(probabilities, a[2], partials: .f32), dropped[0])
      return [f.sum(gradient, axes: [0, 1]), gradient]
    }
    let gradients = function("replica_gradients", [x, TensorType([2], .i32)]) { f, a in
      let replica = f.reshape(f.insert(.source(.replicaIndex), [])[0], [1])
      let zeros = [f.splat(0, x), f.splat(0, TensorType([], .f32))]
      return f.repeat(count: count, zeros) { f, iteration, sums in
        let first = f.insert(.source(.infeed(stream: "first", x)), [])[0]
        let second = f.insert(.source(.infeed(stream: "second", x)), [])[0]
        let key = f.concatenate([a[1], replica, f.reshape(iteration, [1])], axis: 0)
        let results = f.call(microBatch, [a[0], first, second, key])
        return [f.add(sums[0], results[1]), f.add(sums[1], results[0])]
      }
    }
    let main = function("main", [x, TensorType([2], .i32)]) { f, a in
      let sums = f.call(gradients, a)
      let all = sums.map { f.insert(.collective(.allReduceSum), [$0])[0] }
      return [f.subtract(a[0], all[0]), all[1]]
    }
    return try program(module(microBatch, gradients, main))
  }

  private func noise(_ type: TensorType, _ number: Int) -> [Float] {
    let stream = RandomStream(seed: 5, stream: UInt32(number), replica: 0, microBatch: 0)
    return (0..<type.count).map { Float(stream.word($0)) * 0x1p-31 - 1 }
  }

  /// A read of a host stream.
  private struct Read: Equatable {
    var stream: String
    var replica: Int
    var iteration: Int
  }

  /// Runs `training`: the bits of its results, and what it asked the host for.
  private func train(
    _ engine: Engine, _ reads: inout [Read]
  ) throws -> [[UInt8]] {
    var asked: [Read] = []
    let results = try engine.run(
      "main", [HostTensor(x, noise(x, 0)), HostTensor([2], [17, 0])]
    ) { stream, replica, iteration, destination in
      asked.append(Read(stream: stream, replica: replica, iteration: iteration))
      let number = stream.utf8.count + 10 * replica + 100 * iteration
      destination.copy(HostTensor(x, noise(x, number)))
    }
    reads = asked
    return results.map(\.bits)
  }

  @Test(arguments: [1, 2, 3, 5], [1, 2])
  func threadsChangeNothing(count: Int, replicas: Int) throws {
    let program = try training(count: count)
    let order = (0..<replicas).flatMap { replica in
      (0..<count).flatMap { iteration in
        ["first", "second"].map { Read(stream: $0, replica: replica, iteration: iteration) }
      }
    }
    var reads: [Read] = []
    let one = try train(try Engine(program, replicas: replicas), &reads)
    #expect(reads == order)
    for threads in [2, 3, 5] {
      let engine = try Engine(program, replicas: replicas, threads: threads)
      #expect(engine.laneCount == min(Engine.lanesPerThread * threads, count))
      // The second run finds what the first left in the lanes.
      for _ in 0..<2 {
        #expect(try train(engine, &reads) == one)
        #expect(reads == order)
      }
    }
  }

  @Test func threadsShareKernelsWhereALaneIsTooLarge() throws {
    let program = try training(count: 4)
    let inLanes = try Engine(program, threads: 2)
    #expect(inLanes.laneCount == 4)
    // Two streams, what is computed from them, and small values.
    #expect(inLanes.laneByteCount > 3 * x.byteCount && inLanes.laneByteCount < 8 * x.byteCount)
    let size = inLanes.laneByteCount
    let fitting = try Engine(program, threads: 2, largestLaneByteCount: size)
    #expect(fitting.laneCount == 2)
    let tooLarge = try Engine(program, threads: 2, largestLaneByteCount: size - 1)
    #expect(tooLarge.laneCount == 1 && tooLarge.laneByteCount == 0)
    #expect(try Engine(program, threads: 1).laneCount == 1)
    var reads: [[Read]] = [[], []]
    #expect(try train(inLanes, &reads[0]) == train(tooLarge, &reads[1]))
    #expect(reads[0] == reads[1])
  }

  /// A stream that is read inside a call would be asked for by several threads.
  @Test func streamsInCalleesKeepTheirOrder() throws {
    let callee = function("callee", [x]) { f, a in
      [f.add(f.insert(.source(.infeed(stream: "inner", x)), [])[0], a[0])]
    }
    let main = function("main", [x]) { f, a in
      f.repeat(count: 3, [a[0]]) { f, _, c in
        let first = f.insert(.source(.infeed(stream: "outer", x)), [])[0]
        return [f.add(f.call(callee, [first])[0], c[0])]
      }
    }
    let engine = try Engine(try program(module(callee, main)), threads: 3)
    #expect(engine.laneCount == 1)
    var streams: [String] = []
    let results = try engine.run("main", [HostTensor(x)]) { stream, _, iteration, destination in
      streams.append(stream)
      destination.copy(HostTensor(x, [Float](repeating: Float(iteration), count: x.count)))
    }
    #expect(streams == ["outer", "inner", "outer", "inner", "outer", "inner"])
    #expect(results[0].floats == [Float](repeating: 6, count: x.count))
  }

  /// Looks up rows by a stream's indices, and a row by a carried index that grows by one.
  private func lookups() throws -> Program {
    let main = function("main", [table, indices]) { f, a in
      let zeros = f.splat(0, TensorType([3, 2], .f32))
      return f.repeat(count: 5, [zeros, a[1]]) { f, _, c in
        let read = f.insert(.source(.infeed(stream: "indices", indices)), [])[0]
        let own = f.insert(.indexing(.gatherRows()), [a[0], read])[0]
        let carried = f.insert(.indexing(.gatherRows()), [a[0], c[1]])[0]
        return [f.add(f.add(c[0], own), carried), f.add(c[1], f.scalar(1, .i32))]
      }
    }
    return try program(module(main))
  }

  /// What goes wrong in a run of `lookups`.
  struct Faults: Sendable {
    /// Iterations of which the stream has an index out of range.
    var indices: [Int] = []
    /// The iteration in which the carried index leaves the table.
    var carried: Int?
    /// The iteration whose stream cannot be read.
    var stream: Int?
    /// What is reported.
    var expected: String
  }

  @Test(arguments: [
    Faults(indices: [1, 2], expected: "index 1 is 101"),
    Faults(indices: [4, 2], expected: "index 1 is 102"),
    Faults(indices: [2], carried: 1, expected: "index 0 is 8"),
    Faults(indices: [1], carried: 1, expected: "index 1 is 101"),
    Faults(indices: [1], carried: 2, expected: "index 1 is 101"),
    Faults(indices: [2], stream: 1, expected: "no data 1"),
    Faults(indices: [0], stream: 1, expected: "index 1 is 100"),
    Faults(carried: 0, stream: 1, expected: "index 0 is 8"),
    Faults(stream: 4, expected: "no data 4"),
  ])
  func theFirstErrorIsThrown(faults: Faults) throws {
    for threads in 1...3 {
      let engine = try Engine(try lookups(), threads: threads)
      #expect((engine.laneCount > 1) == (threads > 1))
      let values = HostTensor(counting([8, 2]))
      func run(_ faults: Faults) throws -> [UInt8] {
        let first = Int32(faults.carried.map { 8 - $0 } ?? 0)
        let start = HostTensor([3], [first, 0, 0])
        return try engine.run("main", [values, start]) { _, _, iteration, destination in
          if iteration == faults.stream {
            throw TesseraError(.badData, code: .missingDataset, "no data \(iteration)")
          }
          #expect(iteration < faults.stream ?? 5, "the host is asked for no more")
          let index = faults.indices.contains(iteration) ? 100 + iteration : iteration
          destination.copy(HostTensor([3], [0, Int32(index), 7]))
        }[0].bits
      }
      do {
        _ = try run(faults)
        Issue.record("\(threads) threads report nothing")
      } catch let error as TesseraError {
        #expect(error.diagnostics[0].message.contains(faults.expected), "\(threads) threads")
      }
      // The engine goes on with good data.
      let sums = HostTensor(TensorType([3, 2], .f32), lookedUp(values)).bits
      #expect(try run(Faults(expected: "")) == sums)
    }
  }

  /// The sums of `lookups` where nothing goes wrong.
  private func lookedUp(_ values: HostTensor) -> [Float] {
    var sums = [Float](repeating: 0, count: 6)
    for iteration in 0..<5 {
      for (row, indices) in [[0, iteration], [iteration, iteration], [7, iteration]].enumerated() {
        for column in 0..<2 {
          sums[2 * row + column] += indices.reduce(0) { $0 + values.floats[2 * $1 + column] }
        }
      }
    }
    return sums
  }

  /// Values that leave the body without waiting for it, beside carried ones in each other's places.
  @Test func independentValuesAreYielded() throws {
    let main = function("main", [matrix, matrix]) { f, a in
      let captured = f.add(a[0], a[1])
      let results = f.repeat(count: 5, [a[0], captured, a[1], a[0], a[0]]) { f, iteration, c in
        let number = f.convert(iteration, to: .f32)
        let scaled = f.multiply(captured, number)
        let kept = f.unary(.negate, scaled)
        let inner = f.repeat(count: 2, [scaled]) { f, _, d in [f.add(d[0], number)] }
        // Nothing reads the carried value whose next one this is, but it is not to be written before
        // the earlier iteration has used its own.
        let shift = f.add(number, a[1])
        let late = f.subtract(f.subtract(c[0], inner[0]), shift)
        return [late, scaled, f.add(f.reshape(kept, [3, 5]), c[3]), c[1], shift]
      }
      return results + [captured]
    }
    #expect(try Engine(try program(module(main)), threads: 2).laneCount >= 2)
    for threads in 1...3 {
      try expectSame(
        module(main), "main", [counting([3, 5]), counting([3, 5], from: 3)], threads: threads)
    }
  }
}
