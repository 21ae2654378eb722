import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing
import TileProgram

/// The steps that move tensors, and those that run others.
@Suite struct TileStepTests {
  /// A program whose `main` takes and gives these types, with an addition as its first operation.
  private func addition(_ types: [TensorType], results: Int = 1) throws -> Program {
    try program(
      module(function("main", types) { f, a in [f.add(a[0], a.count > 1 ? a[1] : a[0])] }))
  }

  /// Elements through a view, from boxes to other boxes, wherever source and destination lie.
  @Test(arguments: [false, true]) func exchanges(overlaps: Bool) throws {
    let type = TensorType([6, 10], .f16)
    let x = counting(type.shape, .f16)
    let whole = View(type.shape)
    let views = try [
      whole, whole.transposed([1, 0]), whole.sliced(starts: [1, 3], shape: [4, 5]),
      #require(whole.reshaped(to: [4, 15])), whole.broadcast(to: [3, 6, 10]),
      #require(whole.transposed([1, 0]).reshaped(to: [5, 2, 6])),
    ]
    let grids = [
      Grid(parts: [("a", 3), ("b", 4)]), Grid(parts: [("b", 5)], start: 60),
      Grid(parts: [("c", 7)], start: 9),
    ]
    for view in views {
      for (from, to) in [(0, 1), (1, 0), (2, 1), (0, 2), (1, 2)] {
        let letters = String("bac".suffix(view.shape.count).map { $0 })
        let starts = view.shape.map { $0 % 2 }
        let outer = zip(view.shape, starts).map { $0 + $1 }
        let program = try addition([type])
        var builder = TileBuilder()
        let source = builder.tensor(grids[from].layout("ab", type.shape), .f16)
        let destination = builder.tensor(
          grids[to].layout(letters, outer), .f16, home: overlaps ? .frame(offset: 4) : nil)
        let result = builder.tensor(grids[0].layout("..", type.shape), .f16)
        // Room for what lies over the source.
        _ = builder.tensor(Grid(parts: []).layout(".", [1000]), .f16)
        builder.add(.exchange(Exchange(from: source, view, to: destination, at: starts)))
        // Back to where it came from, in a tensor of its own.
        let back = View(outer).sliced(starts: starts, shape: view.shape)
        let made = builder.tensor(Grid(parts: []).layout(letters, view.shape), .f16)
        builder.add(.exchange(Exchange(from: destination, back, to: made)))
        builder.add(.exchange(Exchange(from: source, View(type.shape), to: result)))
        builder.function.arguments = [.tensor(source)]
        builder.function.results = [.tensor(made)]
        if overlaps { builder.function.steps.removeLast() }
        var tiles = tileProgram([builder.finished])
        tiles.functions[0]?.results = [.tensor(made)]
        let engine = try TileEngine(
          self.gives(TensorType(view.shape, .f16), of: program), tiles,
          on: try TileBuilder.system(), threads: 2)
        let found = try engine.run("main", [HostTensor(x)])[0]
        let expected = (0..<view.shape.reduce(1, *)).map { number in
          var (rest, element) = (number, view.offset)
          for axis in view.shape.indices.reversed() {
            element += rest % view.shape[axis] * view.strides[axis]
            rest /= view.shape[axis]
          }
          return x.values[element]
        }
        #expect(found.values == expected, "\(view), \(from) to \(to)")
      }
    }
  }

  /// The program with another type of its only result.
  private func gives(_ type: TensorType, of program: Program) throws -> Program {
    var program = program
    let value = try #require(program.returned(by: program.functions[0]).first)
    program.types.append(type)
    program.values[value] = program.types.count - 1
    return program
  }

  /// Calls by reference on two IPUs and in calls, aliases, constants and copies between IPUs.
  @Test func callsOnTwoIPUs() throws {
    let type = TensorType([6, 4], .f32)
    let program = try addition([type])
    let grid = Grid(parts: [("a", 3), ("b", 2)])
    let layout = grid.layout("ab", type.shape)
    let number = try program.firstOperation()

    // y = x + 1, 2, 3, …
    var inner = TileBuilder("inner")
    let x = inner.tensor(layout, .f32, home: .argument(0))
    let y = inner.tensor(layout, .f32, home: .result(0))
    let flat = inner.tensor(
      try #require(layout.reshaped(to: [6, 2, 2])), .f32, home: .alias(of: y))
    let ones = inner.tensor(try #require(layout.reshaped(to: [6, 2, 2])), .f32)
    inner.add(
      .fill(
        ones,
        try TensorLiteral(TensorType([6, 2, 2], .f32), (1...24).map(Double.init))))
    let shaped = inner.tensor(layout, .f32, home: .alias(of: ones))
    inner.add(
      .compute(.operation(.elementwise(.binary(.add))), operands: [x, shaped], results: [y]),
      operation: number)
    inner.add(.exchange(Exchange(from: flat, View([6, 2, 2]), to: ones)))
    inner.function.arguments = [.tensor(x)]
    inner.function.results = [.tensor(y)]

    // Twice, the second time in place.
    var outer = TileBuilder("outer")
    let z = outer.tensor(layout, .f32, home: .argument(0))
    let between = outer.tensor(layout, .f32)
    for (from, to) in [(z, between), (between, z)] {
      outer.add(.call(function: 0, ipu: 0, arguments: [.tensor(from)], results: [.tensor(to)]))
    }
    outer.function.arguments = [.tensor(z)]
    outer.function.results = [.tensor(z)]
    outer.function.updates = [0]

    var main = TileBuilder(ipus: 2)
    let a = main.tensor(layout, .f32, ipu: 1)
    let b = main.tensor(layout, .f32, ipu: 1)
    let c = main.tensor(layout, .f32, ipu: 0)
    main.add(.call(function: 0, ipu: 1, arguments: [.tensor(a)], results: [.tensor(b)]))
    main.add(.copyBetweenIPUs(from: b, to: c))
    main.add(.call(function: 1, ipu: 0, arguments: [.tensor(c)], results: [.tensor(c)]))
    main.function.arguments = [.tensor(a)]
    main.function.results = [.tensor(c)]

    let tiles = tileProgram([inner.finished, outer.finished, main.finished], ipus: 2)
    let given = counting(type.shape)
    let engine = try TileEngine(program, tiles, on: try TileBuilder.system(), threads: 2)
    // The memories of all tiles of both IPUs, and until the first run is over as many marks.
    let computing = engine.hostByteCount
    let used = tiles.functions.compactMap { $0?.frameBytes.max() }.reduce(0, +)
    #expect(computing >= 2 * 2 * Grid.tiles * used)
    for _ in 0..<2 {
      let found = try engine.run("main", [HostTensor(given)])
      #expect(engine.hostByteCount == computing / 2)
      #expect(found[0].values == given.values.enumerated().map { $1 + 3 * Double($0 + 1) })
    }
    let largest = engine.execution.steps.first { $0.function == 0 && $0.path == [1] }?.largestTypes
    #expect(largest == Array(repeating: TensorType([2, 2], .f32), count: 3))
    // Every step one cycle: of the entry 3, of the outer call 2, of each inner one 3.
    #expect(engine.execution.cycles(of: tiles) { _, _ in 1 } == 2 * (3 + 2 + 3 * 3))
    // Three calls in each of two runs.
    let runs = engine.execution.steps.filter { $0.function == 0 && $0.path == [1] }.map(\.runs)
    #expect(runs == [6])
    #expect(
      engine.execution.steps.first { $0.function == 2 && $0.path == [1] }?.receivedBytes == 96)
  }

  /// Streams, iterations, the number of the replica, and the sum over all replicas.
  @Test(arguments: 1...3) func iterationsOfReplicas(replicas: Int) throws {
    let type = TensorType([5, 4], .f32)
    let program = try addition([type])
    let number = try program.firstOperation()
    let layout = Grid(parts: [("a", 5), ("b", 2)]).layout("ab", type.shape)
    var builder = TileBuilder()
    let sum = builder.tensor(layout, .f32)
    let read = builder.tensor(layout, .f32)
    let everywhere = builder.tensor(Grid(parts: [("c", Grid.tiles)]).layout("", []), .i32)
    let float = builder.tensor(Grid(parts: [("c", Grid.tiles)]).layout("", []), .f32)
    let total = builder.tensor(Grid(parts: [("b", 3)]).layout(".b", type.shape), .f32)
    let add = Vertex.operation(.elementwise(.binary(.add)))
    func step(_ kind: TileStep.Kind) -> TileStep { TileStep(kind, operation: number) }
    let widen = step(
      .compute(
        .operation(.elementwise(.convert(.f32))), operands: [everywhere], results: [float]))
    let addNumber = step(.compute(add, operands: [sum, float], results: [sum]))
    builder.function.steps = [
      step(.fill(sum, TensorLiteral(splat: 0.5, type))),
      step(.replicaIndex(everywhere)), widen, addNumber,
      step(
        .repeat(
          count: 3, iteration: [everywhere],
          steps: [
            step(.infeed(stream: "x", to: read)),
            step(.compute(add, operands: [sum, read], results: [sum])), widen, addNumber,
          ])),
      step(.collective(.allReduceSum, operands: [sum], results: [total])),
    ]
    builder.function.arguments = [.tensor(read)]
    builder.function.results = [.tensor(total)]
    let engine = try TileEngine(
      program, tileProgram([builder.finished]), on: try TileBuilder.system(), replicas: replicas)
    let found = try engine.run("main", [HostTensor(counting(type.shape))]) {
      stream, replica, microBatch, bytes in
      #expect(stream == "x")
      bytes.copy(HostTensor(counting(type.shape, from: 3 * replica + microBatch)))
    }
    let expected = (0..<20).map { element in
      var sum = 0.0
      for replica in 0..<replicas {
        // The constant, the replica's number, and the iterations' numbers.
        sum += 0.5 + Double(replica) + 3
        for iteration in 0..<3 {
          sum += counting(type.shape, from: 3 * replica + iteration).values[element]
        }
      }
      return sum
    }
    #expect(found[0].values == expected)
    let infeed = engine.execution.steps.first { $0.path == [4, 0] }
    #expect(infeed?.runs == 3)
    #expect(infeed?.receivedBytes == type.byteCount)
  }

  /// All collectives on cut tensors of which each replica has its own, against ipu-model.
  @Test(arguments: 1...3) func collectives(replicas: Int) throws {
    let type = TensorType([5, 7], .f32)
    let part = TensorType([Collective.partCount(of: 35, replicas: replicas)], .f32)
    let (scatter, slice, gather) = (
      Collective.reduceScatterSum(replicas: replicas), Collective.replicaSlice(replicas: replicas),
      Collective.allGather(shapes: [type.shape, type.shape], replicas: replicas)
    )
    let main = function("main", []) { f, _ in
      let x = f.insert(.source(.infeed(stream: "x", type)), [])[0]
      let parts = [
        f.insert(.collective(scatter), [x])[0], f.insert(.collective(slice), [x])[0],
      ]
      return f.insert(.collective(gather), parts) + f.insert(.collective(.allReduceSum), [x])
    }
    let infeed: Infeed = { _, replica, _, bytes in
      bytes.copy(HostTensor(counting(type.shape, from: 5 * replica)))
    }
    let module = module(main)
    let expected = try run(module, "main", [], replicas: replicas, infeed: infeed)
    var builder = TileBuilder()
    let grid = Grid(parts: [("a", 4), ("b", 3)])
    let x = builder.tensor(grid.layout("ab", type.shape), .f32)
    let parts = (0..<2).map { _ in builder.tensor(grid.layout("a", part.shape), .f32) }
    let wholes = (0..<3).map { _ in builder.tensor(grid.layout("ba", type.shape), .f32) }
    builder.add(.infeed(stream: "x", to: x))
    builder.add(.collective(scatter, operands: [x], results: [parts[0]]))
    builder.add(.collective(slice, operands: [x], results: [parts[1]]))
    builder.add(.collective(gather, operands: parts, results: Array(wholes[..<2])))
    builder.add(.collective(.allReduceSum, operands: [x], results: [wholes[2]]))
    builder.function.results = wholes.map { .tensor($0) }
    let found = try runTiles(
      try program(module), tileProgram([builder.finished]), [], replicas: replicas,
      infeed: infeed)
    #expect(found.map(\.values) == expected.map(\.values))
  }

  /// State in streaming memory, whole and shared out, and on the tiles, through a call.
  @Test(arguments: [false, true], [1, 2]) func state(isSharded: Bool, replicas: Int) throws {
    let type = TensorType([6, 4], .f32)
    let part = isSharded ? TensorType([24 / replicas], .f32) : type
    let buffer = part.placed(in: .streaming)
    let ports = [
      Port(name: "w", role: .firstMoment, isSharded: isSharded), Port(name: "w", role: .parameter),
    ]
    let slice = Collective.replicaSlice(replicas: replicas)
    let main = function("main", [buffer, type], ports: ports, resultPorts: ports) { f, a in
      let own = isSharded ? f.insert(.collective(slice), [a[1]])[0] : a[1]
      return [f.store(f.add(f.load(a[0]), own), in: a[0]), f.add(a[1], a[1])]
    }
    let parameter = Program.Parameter(name: "w", type: type, initializer: .zeros, randomStream: 0)
    let program = try program(module(main), parameters: [parameter])
    let grid = Grid(parts: [("a", 3), ("b", 2)])
    let layout = grid.layout("ab", type.shape)
    let partLayout = isSharded ? grid.layout("a", part.shape) : layout
    let addition = try #require(
      program.operations.firstIndex { $0.operation == .elementwise(.binary(.add)) })
    let add = Vertex.operation(.elementwise(.binary(.add)))

    var update = TileBuilder("update")
    let loaded = update.tensor(partLayout, .f32)
    let weight = update.tensor(partLayout, .f32, home: .argument(0))
    update.add(.load(buffer: 0, to: loaded))
    update.add(
      .compute(add, operands: [loaded, weight], results: [loaded]), operation: addition)
    update.add(.store(loaded, buffer: 0))
    update.function.arguments = [.tensor(weight), .buffer(0)]
    update.function.results = [.buffer(0)]
    update.function.updates = [1]
    update.function.bufferCount = 1

    var entry = TileBuilder()
    let w = entry.tensor(layout, .f32)
    let own = isSharded ? entry.tensor(partLayout, .f32) : w
    if isSharded { entry.add(.collective(slice, operands: [w], results: [own])) }
    entry.add(
      .call(function: 0, ipu: 0, arguments: [.tensor(own), .buffer(0)], results: [.buffer(0)]))
    entry.add(.compute(add, operands: [w, w], results: [w]), operation: addition)
    entry.function.arguments = [.buffer(0), .tensor(w)]
    entry.function.results = [.buffer(0), .tensor(w)]
    entry.function.updates = [0, 1]
    entry.function.bufferCount = 1

    let devices: [any Device] = [
      try Engine(program, replicas: replicas),
      try TileEngine(
        program, tileProgram([update.finished, entry.finished]), on: try TileBuilder.system(),
        replicas: replicas),
    ]
    let results = try devices.map { device in
      let types = try device.signature(of: "main").arguments.map(\.type)
      let arguments = types.map(HostTensor.init)
      for tensor in arguments { tensor.set((0..<tensor.type.count).map { Float($0 % 7) }) }
      for _ in 0..<2 {
        let results = try device.run("main", arguments, infeed: nil)
        #expect(zip(results, arguments).allSatisfy { $0 === $1 })
      }
      return arguments.map(\.values)
    }
    #expect(results[0] == results[1])

    // A buffer of another size than what is loaded from it.
    var tiles = tileProgram([update.finished, entry.finished])
    let half = TensorType([3], .f32)
    let other = update.tensor(grid.layout("a", half.shape), .f32)
    update.add(.load(buffer: 0, to: other))
    tiles.functions[0] = update.finished
    tiles.frameBases[1] = [4096]
    let code = errorCode {
      let engine = try TileEngine(
        program, tiles, on: try TileBuilder.system(), replicas: replicas)
      let types = try engine.signature(of: "main").arguments.map(\.type)
      _ = try engine.run("main", types.map(HostTensor.init))
    }
    #expect(code == "tile-shape-mismatch")
  }
}
