import Bundle
import Foundations
import Glibc
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

/// Calls that run at the same time, on threads of their own: nothing that a user of the engine sees may
/// differ from calls one after the other.
@Suite struct GroupTests {
  private let x = TensorType([24, 24], .f32)
  private let number = TensorType([], .i32)

  /// Engines that take any group of which threads would save something.
  private func engine(
    _ module: Module, replicas: Int = 1, threads: Int
  ) throws -> Engine {
    try Engine(
      try program(module), replicas: replicas, threads: threads, smallestGroupGain: 0)
  }

  private func noise(_ type: TensorType, _ number: Int) -> [Float] {
    let stream = RandomStream(seed: 5, stream: UInt32(number), replica: 0, microBatch: 0)
    return (0..<type.count).map { Float(stream.word($0)) * 0x1p-31 - 1 }
  }

  // MARK: A pipeline

  /// A grouped pipeline of two stages over `count` micro-batches: four slots, of which each runs in each
  /// timestep of the repeat, for a micro-batch of its own. What stage 0 keeps waits in a stash of three
  /// entries; both backward slots add to one accumulator, and each to one of its own. Both stages read a
  /// stream, and stage 1 the replica's number.
  private func pipeline(count: Int) throws -> Module {
    let layer = function("layer", [x, x]) { f, a in
      let product = f.matmul(a[0], a[1], partials: .f32)
      return [f.insert(.softmax(.softmax), [f.add(product, a[0])])[0]]
    }
    let forward0 = function("forward_0", [x, x]) { f, a in
      let kept = f.matmul(a[0], a[1], partials: .f32)
      return [f.call(layer, [f.call(layer, [kept, a[1]])[0], a[1]])[0], kept]
    }
    let forward1 = function("forward_1", [x, x]) { f, a in f.call(layer, [a[0], a[1]]) }
    let backward1 = function("backward_1", [x, x, x, x, x]) { f, a in
      let replica = f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
      let error = f.subtract(f.multiply(a[0], replica), a[1])
      let gradient = f.call(layer, [error, a[2]])[0]
      return [gradient, f.add(a[3], error), f.add(a[4], gradient)]
    }
    let backward0 = function("backward_0", [x, x, x, x]) { f, a in
      let gradient = f.multiply(f.call(layer, [a[0], a[1]])[0], a[0])
      return [f.add(a[2], gradient), f.add(a[3], f.multiply(gradient, a[0]))]
    }
    let gradients = function("gradients", [x, x]) { f, a in
      /// What goes from one timestep to the next.
      struct State {
        /// From stage to stage; nil where nothing is on its way.
        var activation: ValueID?
        var output: ValueID?
        var gradient: ValueID?
        var stash: ValueID
        var sums: [ValueID]
      }
      // Each slot stands before those that it is handed values by.
      func step(
        _ f: inout Rewriter, _ state: State, _ number: (inout Rewriter, _ delay: Int) -> ValueID,
        active: ClosedRange<Int>
      ) -> State {
        var next = State(stash: state.stash, sums: state.sums)
        if active.contains(3), let gradient = state.gradient {
          let entry = f.insert(.stash(.read), [next.stash, number(&f, 3)])[0]
          let product = f.multiply(gradient, entry)
          let sums = f.call(backward0, [product, a[0], next.sums[0], next.sums[1]])
          next.sums = [sums[0], sums[1], next.sums[2]]
        }
        if active.contains(2), let output = state.output {
          let labels = f.insert(.source(.infeed(stream: "labels", x)), [])[0]
          let results = f.call(backward1, [output, labels, a[1], next.sums[0], next.sums[2]])
          next.gradient = results[0]
          next.sums = [results[1], next.sums[1], results[2]]
        }
        if active.contains(1), let activation = state.activation {
          next.output = f.call(forward1, [activation, a[1]])[0]
        }
        if active.contains(0) {
          let ids = f.insert(.source(.infeed(stream: "ids", x)), [])[0]
          let results = f.call(forward0, [ids, a[0]])
          next.activation = results[0]
          next.stash = f.insert(.stash(.write), [next.stash, results[1], number(&f, 0)])[0]
        }
        return next
      }
      func fixed(_ timestep: Int) -> (inout Rewriter, Int) -> ValueID {
        { f, delay in f.scalar(Double(timestep - delay), .i32) }
      }
      var state = State(
        stash: f.insert(.source(.undefined(TensorType([4, 24, 24], .f32))), [])[0],
        sums: (0..<3).map { f.splat(Double($0), x) })
      for timestep in 0..<3 {
        state = step(&f, state, fixed(timestep), active: 0...timestep)
      }
      let carried = [state.activation, state.output, state.gradient].compactMap { $0 }
      let results = f.repeat(count: count - 3, carried + [state.stash] + state.sums) {
        f, iteration, c in
        let state = State(
          activation: c[0], output: c[1], gradient: c[2], stash: c[3], sums: Array(c[4...]))
        let next = step(
          &f, state, { f, delay in f.add(iteration, f.scalar(Double(3 - delay), .i32)) },
          active: 0...3)
        return [next.activation, next.output, next.gradient].compactMap { $0 } + [next.stash]
          + next.sums
      }
      state = State(
        activation: results[0], output: results[1], gradient: results[2], stash: results[3],
        sums: Array(results[4...]))
      for timestep in 0..<3 {
        state = step(&f, state, fixed(count + timestep), active: timestep + 1...3)
      }
      return state.sums
    }
    let main = function("main", [x, x]) { f, a in
      f.call(gradients, a).map { f.insert(.collective(.allReduceSum), [$0])[0] }
    }
    return module(layer, forward0, forward1, backward1, backward0, gradients, main)
  }

  private func streamed(_ stream: String, _ replica: Int, _ microBatch: Int) -> Tensor {
    let values = noise(x, stream.utf8.count + 10 * replica + 100 * microBatch)
    return Tensor(x, values.map { Double($0) })
  }

  /// The bits of the results, and what the host was asked for, by which thread.
  private func train(_ engine: Engine) throws -> (bits: [[UInt8]], reads: [String], isOwn: Bool) {
    var reads: [String] = []
    var isOwn = true
    let caller = pthread_self()
    let results = try engine.run("main", [HostTensor(x, noise(x, 1)), HostTensor(x, noise(x, 2))]) {
      stream, replica, microBatch, destination in
      isOwn = isOwn && pthread_equal(caller, pthread_self()) != 0
      reads.append("\(stream) \(replica) \(microBatch)")
      destination.copy(HostTensor(streamed(stream, replica, microBatch)))
    }
    return (results.map(\.bits), reads, isOwn)
  }

  @Test(arguments: [4, 7], [1, 2])
  func threadsChangeNothing(count: Int, replicas: Int) throws {
    let module = try pipeline(count: count)
    let one = try train(try engine(module, replicas: replicas, threads: 1))
    let expected = try Interpreter(module, replicas: replicas) { streamed($0, $1, $2) }.run(
      "main", [Tensor(x, noise(x, 1).map(Double.init)), Tensor(x, noise(x, 2).map(Double.init))])
    for (bits, tensor) in zip(one.bits, expected) {
      let values = bits.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      #expect(
        GoldenReference.relativeDistance(values.map(Double.init), tensor.values.map(Float.init))
          < 1e-5)
    }
    for threads in [2, 3, 5] {
      let engine = try engine(module, replicas: replicas, threads: threads)
      // Ramp-up, steady timesteps and ramp-down.
      #expect(engine.groupCount == 3 && engine.laneCount == 1)
      for _ in 0..<20 {
        let several = try train(engine)
        #expect(several.bits == one.bits, "\(threads) threads")
        #expect(several.reads == one.reads && several.isOwn)
      }
    }
  }

  @Test func oneThreadHasNothingOfIt() throws {
    let program = try program(try pipeline(count: 6))
    let one = try Engine(program, threads: 1, smallestGroupGain: 0)
    #expect(one.groupCount == 0 && one.groupByteCount == 0)
    // Five activations, the stash of four entries, an accumulator.
    let several = try Engine(program, threads: 2, smallestGroupGain: 0)
    #expect(several.groupByteCount >= x.byteCount)
    let size = several.groupByteCount
    let fitting = try Engine(
      program, threads: 2, largestLaneByteCount: size, smallestGroupGain: 0)
    #expect(fitting.groupCount == 3)
    let tooLarge = try Engine(
      program, threads: 2, largestLaneByteCount: size - 1, smallestGroupGain: 0)
    #expect(tooLarge.groupCount == 0 && tooLarge.arenaByteCount == one.arenaByteCount)
    // Too little work for threads.
    #expect(try Engine(program, threads: 2, smallestGroupGain: 1e9).groupCount == 0)
    #expect(try train(fitting).bits == train(tooLarge).bits)
  }

  /// A stash is changed in place, beside a slot that reads it.
  @Test(arguments: [1, 2])
  func stashesAreNotCopied(threads: Int) throws {
    let stash = TensorType([64, 24, 24], .f32)
    let forward = function("forward", [x]) { f, a in [f.matmul(a[0], a[0], partials: .f32)] }
    let main = function("main", [x]) { f, a in
      let empty = f.insert(.source(.undefined(stash)), [])[0]
      let ring = f.repeat(count: 70, [empty, f.splat(0, x)]) { f, iteration, c in
        let entry = f.insert(.stash(.read), [c[0], f.add(iteration, f.scalar(1, .i32))])[0]
        let is0 = f.insert(.elementwise(.compare(.less)), [iteration, f.scalar(64, .i32)])[0]
        let known = f.insert(.elementwise(.select), [is0, a[0], entry])[0]
        let sum = f.add(f.call(forward, [known])[0], c[1])
        let made = f.call(forward, [f.multiply(a[0], f.convert(iteration, to: .f32))])[0]
        return [f.insert(.stash(.write), [c[0], made, iteration])[0], sum]
      }
      return [ring[1]]
    }
    let engine = try engine(module(forward, main), threads: threads)
    #expect(engine.groupCount == threads - 1)
    #expect(engine.arenaByteCount < stash.byteCount + 12 * x.byteCount)
    let expected = try Interpreter(module(forward, main)).run("main", [counting([24, 24])])
    let results = try engine.run("main", [HostTensor(counting([24, 24]))])
    #expect(
      GoldenReference.relativeDistance(results[0].values, expected[0].values.map(Float.init)) < 1e-5
    )
  }

  /// What the host keeps is updated where calls of the same group still read it.
  @Test(arguments: 2...4)
  func stateIsUpdatedInPlace(threads: Int) throws {
    let ports = (0..<3).map { Port(name: "p\($0)", role: .parameter) }
    let read = function("read", [x]) { f, a in
      let product = f.matmul(a[0], a[0], partials: .f32)
      return [f.insert(.softmax(.softmax), [f.matmul(product, product, partials: .f32)])[0]]
    }
    let main = function(
      "main", [x, x, x, x], ports: ports + [nil], resultPorts: ports + [nil, nil]
    ) { f, a in
      let sums = (0..<2).map { f.call(read, [a[$0]])[0] }
      // Of each parameter nothing is read after these, which do not wait for what read it.
      return (0..<3).map { f.add(a[3], f.scalar(Double($0), .f32)) } + sums
    }
    let program = try program(
      module(read, main),
      parameters: ports.enumerated().map {
        .init(name: $1.name, type: x, initializer: .zeros, randomStream: UInt32($0))
      })
    func run(_ threads: Int) throws -> [[UInt8]] {
      let engine = try Engine(program, threads: threads, smallestGroupGain: 0)
      #expect(engine.groupCount == (threads == 1 ? 0 : 1))
      let arguments = (0..<4).map { HostTensor(x, noise(x, 30 + $0)) }
      return try engine.run("main", arguments).map(\.bits)
    }
    let one = try run(1)
    for _ in 0..<30 { #expect(try run(threads) == one) }
  }

  // MARK: Faults

  /// Calls that look up rows, and a stream between them; the last three add to one sum, late.
  @Test(arguments: 1...5)
  func theFirstErrorIsThrown(threads: Int) throws {
    let index = TensorType([1], .i32)
    let row = TensorType([1, 24], .f32)
    let lookUp = function("look_up", [x, index]) { f, a in
      [f.insert(.indexing(.gatherRows()), [f.matmul(a[0], a[0], partials: .f32), a[1]])[0]]
    }
    let addRow = function("add_row", [x, index, row]) { f, a in
      [f.add(a[2], f.call(lookUp, [a[0], a[1]])[0])]
    }
    let main = function("main", [x, index, index, index, index]) { f, a in
      let first = [f.call(lookUp, [a[0], a[1]])[0], f.call(lookUp, [a[0], a[2]])[0]]
      let read = f.insert(.source(.infeed(stream: "index", index)), [])[0]
      var sum = f.splat(0, row)
      for index in [a[3], a[4], read] { sum = f.call(addRow, [a[0], index, sum])[0] }
      return first + [sum]
    }
    let engine = try engine(module(lookUp, addRow, main), threads: threads)
    #expect((engine.groupCount > 0) == (threads > 1))
    func run(_ indices: [Int32], stream: Int32? = 3) throws -> [[UInt8]] {
      let arguments = [HostTensor(x, noise(x, 4))] + indices.map { HostTensor([1], [$0]) }
      return try engine.run("main", arguments) { _, _, _, destination in
        guard let stream else {
          throw TesseraError(.badData, code: .missingDataset, "no data")
        }
        destination.copy(HostTensor([1], [stream]))
      }.map(\.bits)
    }
    func message(_ indices: [Int32], stream: Int32? = 3) throws -> String {
      try #require(throws: TesseraError.self) { try run(indices, stream: stream) }
        .diagnostics[0].message
    }
    let good = try run([0, 1, 2, 3])
    for _ in 0..<20 {
      #expect(try message([0, 101, 102, 103]).contains("is 101"))
      #expect(try message([0, 1, 102, 103], stream: 104).contains("is 102"))
      #expect(try message([0, 1, 2, 3], stream: 104).contains("is 104"))
      #expect(try message([100, 1, 2, 3], stream: nil).contains("is 100"))
      #expect(try message([0, 1, 2, 103], stream: nil) == "no data")
      #expect(try run([0, 1, 2, 3]) == good)
    }
  }

  // MARK: Programs of all kinds

  /// Random programs: calls that change their operands or keep them, among operations in place, in a
  /// repeat whose carried values change places, and outside of it.
  @Test(arguments: 0..<40)
  func randomProgramsKeepTheirBits(seed: Int) throws {
    var numbers = SplitMix64(seed: UInt64(seed) + 77)
    let module = try randomModule(&numbers)
    let arguments = (0..<3).map { HostTensor(x, noise(x, 20 + $0)) }
    let one = try engine(module, threads: 1).run("main", arguments).map(\.bits)
    for threads in [2, 3, 5] {
      let engine = try engine(module, threads: threads)
      for _ in 0..<5 {
        let several = try engine.run("main", arguments).map(\.bits)
        #expect(several == one, "\(threads) threads, \(engine.groupCount) groups")
      }
    }
  }

  /// Most random programs have groups, or they would test nothing.
  @Test func randomProgramsHaveGroups() throws {
    let counts = try (0..<40).map { seed in
      var numbers = SplitMix64(seed: UInt64(seed) + 77)
      return try engine(try randomModule(&numbers), threads: 3).groupCount
    }
    #expect(counts.count { $0 > 0 } > 30, "\(counts)")
  }

  private func randomModule(_ numbers: inout SplitMix64) throws -> Module {
    // (a, b) to one that may take a's place, and one that may not; the body of `loops` has a frame with
    // carried values.
    let updates = function("updates", [x, x]) { f, a in
      let product = f.matmul(a[1], a[1], partials: .f32)
      return [f.insert(.softmax(.softmax), [f.add(a[0], product)])[0]]
    }
    let sums = function("sums", [x, x]) { f, a in
      [f.add(a[1], f.insert(.softmax(.softmax), [a[0]])[0])]
    }
    let keeps = function("keeps", [x, x]) { f, a in
      let product = f.matmul(a[0], a[1], transposesRight: true, partials: .f32)
      let changed = f.call(updates, [product, a[0]])[0]
      return [f.subtract(changed, a[1]), f.multiply(a[0], changed)]
    }
    // Touches its sum late, within another call.
    let adds = function("adds", [x, x]) { f, a in
      let value = f.call(updates, [f.matmul(a[0], a[0], partials: .f32), a[0]])[0]
      return f.call(sums, [value, a[1]])
    }
    let loops = function("loops", [x]) { f, a in
      f.repeat(count: 3, [a[0]]) { f, iteration, c in
        let scale = f.convert(iteration, to: .f32)
        return [f.call(updates, [f.multiply(c[0], scale), a[0]])[0]]
      }
    }
    func add(_ count: Int, to values: [ValueID], _ f: inout Rewriter) -> [ValueID] {
      var values = values
      for _ in 0..<count {
        // Values that were made last are taken more often, and so die early.
        func any() -> ValueID {
          let window = Int.random(in: 1...values.count, using: &numbers)
          return values[values.count - Int.random(in: 1...window, using: &numbers)]
        }
        switch Int.random(in: 0..<11, using: &numbers) {
        case 0...2: values += f.call(updates, [any(), any()])
        case 3, 4: values += f.call(keeps, [any(), any()])
        case 5: values += f.call(loops, [any()])
        case 6...8:
          // Chains of sums, which are taken again at once.
          values += f.call(adds, [any(), values[values.count - 1]])
        case 9: values.append(f.insert(.softmax(.softmax), [f.add(any(), any())])[0])
        default: values.append(f.unary(.negate, any()))
        }
      }
      return values
    }
    let main = function("main", [x, x, x]) { f, a in
      let before = add(8, to: a, &f)
      let carried = Array(before.suffix(5))
      let results = f.repeat(count: 4, carried) { f, _, c in
        let made = add(12, to: c + [a[0]], &f)
        var yielded = Array(made.suffix(4)) + [c[0]]
        yielded.shuffle(using: &numbers)
        return yielded
      }
      let after = add(8, to: a + results, &f)
      return Array(after.suffix(4)) + [results[1]]
    }
    return module(updates, sums, keeps, adds, loops, main)
  }
}
