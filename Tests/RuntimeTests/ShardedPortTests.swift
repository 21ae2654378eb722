import Backend
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

/// Tensors of which each replica has a part: the host's are one, with a leading axis of replicas.
@Suite struct ShardedPortTests {
  private static let parameter = TensorType([7], .f32)

  /// The entry `main` of a program for `replicas`: parts of both moments of `w`, and a tensor of a
  /// part's size that all replicas have.
  private func main(
    _ replicas: Int,
    _ body: (inout Rewriter, _ first: ValueID, _ second: ValueID, ValueID) -> [ValueID]
  ) -> Function {
    let part = TensorType([Collective.partCount(of: 7, replicas: replicas)], .f32)
    let moments = [PortRole.firstMoment, .secondMoment].map {
      Port(name: "w", role: $0, isSharded: true)
    }
    return function(
      "main", [part, part, part], ports: moments + [Port(name: "x", role: .batch)],
      resultPorts: moments + [Port(name: "y", role: .output)]
    ) { f, a in body(&f, a[0], a[1], a[2]) }
  }

  /// Runs `main` twice on the engine, the state going on, and through the interpreter.
  private func expectSame(
    _ replicas: Int, inPlace: Bool? = nil, others: [Function] = [],
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ body: (inout Rewriter, _ first: ValueID, _ second: ValueID, ValueID) -> [ValueID]
  ) throws {
    var module = Module()
    for function in others + [main(replicas, body)] { module.insert(function) }
    let engine = try Engine(
      try program(
        module,
        parameters: [
          .init(name: "w", type: Self.parameter, initializer: .zeros, randomStream: 0)
        ]), replicas: replicas, threads: 2)
    let part = Collective.partCount(of: 7, replicas: replicas)
    var given = [
      counting([replicas, part], from: 2), counting([replicas, part], from: 7), counting([part]),
    ]
    let tensors = given.map(HostTensor.init)
    #expect(
      try engine.signature(of: "main").arguments.map(\.type) == given.map(\.type),
      sourceLocation: sourceLocation)
    let planned = engine.arenaByteCount
    for _ in 0..<2 {
      let expected = try Interpreter(module, replicas: replicas).run("main", given)
      let results = try engine.run("main", tensors)
      #expect(
        results.map(\.values) == expected.map(\.values), "\(replicas) replicas",
        sourceLocation: sourceLocation)
      for moment in 0..<2 {
        #expect(results[moment] === tensors[moment], sourceLocation: sourceLocation)
        given[moment] = expected[moment]
      }
    }
    if let inPlace {
      let copies = replicas * part * 4
      #expect((planned < copies) == inPlace, "\(planned) bytes", sourceLocation: sourceLocation)
    }
  }

  /// Makes the program one for a number of replicas, and all of the parts visible.
  private func whole(_ f: inout Rewriter, _ part: ValueID, _ replicas: Int) -> ValueID {
    f.insert(.collective(.allGather(shapes: [[7]], replicas: replicas)), [part])[0]
  }

  private func own(_ f: inout Rewriter) -> ValueID {
    f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
  }

  @Test(arguments: 1...4) func eachReplicaUpdatesItsPart(replicas: Int) throws {
    try expectSame(replicas) { f, first, second, x in
      let next = f.add(f.add(first, x), own(&f))
      return [next, f.multiply(second, next), whole(&f, next, replicas)]
    }
  }

  @Test func updatesAreMadeInPlace() throws {
    for replicas in 2...4 {
      let part = TensorType([Collective.partCount(of: 7, replicas: replicas)], .f32)
      let step = function("step", [part, part, part]) { f, a in
        [f.add(a[0], a[2]), f.multiply(a[1], a[1])]
      }
      try expectSame(replicas, inPlace: true, others: [step]) { f, first, second, x in
        // The gathered tensor is a result and no part of the arena.
        let gathered = whole(&f, first, replicas)
        return f.call(step, [first, second, x]) + [gathered]
      }
    }
  }

  /// A part is read after the next one was made.
  @Test(arguments: 1...4) func lateReadersSeeTheOldPart(replicas: Int) throws {
    try expectSame(replicas, inPlace: false) { f, first, second, x in
      let next = f.unary(.negate, first)
      return [next, f.add(second, next), whole(&f, first, replicas)]
    }
  }

  @Test(arguments: 1...4) func partsGoWhereTheyAreReturned(replicas: Int) throws {
    try expectSame(replicas) { f, first, second, x in
      [second, first, whole(&f, first, replicas)]
    }
    try expectSame(replicas) { f, first, second, x in
      [first, first, whole(&f, second, replicas)]
    }
    // What all replicas have in common becomes the part of each.
    try expectSame(replicas) { f, first, second, x in
      let common = f.unary(.negate, x)
      return [common, f.splat(3, f.type(of: x)), whole(&f, first, replicas)]
    }
    try expectSame(replicas) { f, first, second, x in [x, first, whole(&f, second, replicas)] }
    // A part that the host does not keep by port is that of the first replica.
    try expectSame(replicas) { f, first, second, x in
      let product = f.multiply(first, second)
      let other = f.add(product, f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32))
      _ = whole(&f, product, replicas)
      return [product, other, f.add(other, x)]
    }
  }

  @Test(arguments: 1...4) func partsInRepeats(replicas: Int) throws {
    try expectSame(replicas) { f, first, second, x in
      let sums = f.repeat(count: 3, [first, second]) { f, iteration, c in
        [f.add(c[0], c[1]), f.add(f.multiply(c[1], x), first)]
      }
      return sums + [whole(&f, sums[0], replicas)]
    }
  }

  @Test func momentsBeginAsZerosOfTheHostsType() throws {
    var module = Module()
    module.insert(
      main(3) { f, first, second, x in [first, second, whole(&f, x, 3)] })
    let program = try program(
      module,
      parameters: [.init(name: "w", type: Self.parameter, initializer: .ones, randomStream: 0)])
    let state = ParameterState(program, seed: 1)
    let moment = state[Port(name: "w", role: .firstMoment, isSharded: true)]
    #expect(moment?.type == TensorType([3, 3], .f32))
    #expect(state[Port(name: "w", role: .parameter)]?.type == Self.parameter)
    #expect(errorCode { _ = try Engine(program, replicas: 2, threads: 1) } == "replica-mismatch")
  }
}
