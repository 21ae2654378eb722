import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

/// What replicas do together, on the engine and through the interpreter: with sizes that the replicas
/// divide and that they do not, down to one element for all of them.
@Suite struct CollectiveTests {
  private static let shapes = [[4, 6], [5, 7], [3], [1], [], [2, 2]]

  /// Tensors that differ between replicas, of all shapes, in both formats.
  private static let streams = shapes.indices.flatMap { index in
    [ElementType.f32, .f16].map { (name: "\($0)\(index)", type: TensorType(shapes[index], $0)) }
  }

  private func own(_ f: inout Rewriter) -> [ValueID] {
    Self.streams.map { f.insert(.source(.infeed(stream: $0.name, $0.type)), [])[0] }
  }

  private func expectSame(
    _ replicas: Int, _ body: (inout Rewriter, [ValueID]) -> [ValueID],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let main = function("main", [TensorType([5, 7], .f32)], body)
    try RuntimeTests.expectSame(
      module(main), "main", [counting([5, 7])], replicas: replicas,
      infeed: { name, replica, _ in
        let type = try #require(Self.streams.first { $0.name == name }?.type)
        return counting(type.shape, type.element, from: 5 * replica + name.utf8.count)
      }, "\(replicas) replicas", sourceLocation: sourceLocation)
  }

  /// Gives each replica's own part to the host: as the sum of what differs only where it is.
  private func visible(_ f: inout Rewriter, _ parts: [ValueID]) -> [ValueID] {
    let replica = f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
    let weighted = parts.map { part in
      let factor = f.add(replica, f.scalar(1, .f32))
      return f.multiply(part, f.convert(factor, to: f.type(of: part).element))
    }
    return f.insert(.collective(.allReduceSum), weighted)
  }

  @Test(arguments: 1...4) func sumsOfManyTensors(replicas: Int) throws {
    try expectSame(replicas) { f, a in
      f.insert(.collective(.allReduceSum), own(&f) + [a[0]])
    }
    // The second result must not be where the third operand still is.
    try expectSame(replicas) { f, a in
      let own = own(&f)
      return f.insert(.collective(.allReduceSum), [own[0], own[0], own[2], own[0]])
    }
  }

  @Test(arguments: 1...4) func partsOfSums(replicas: Int) throws {
    try expectSame(replicas) { f, a in
      let parts = f.insert(.collective(.reduceScatterSum(replicas: replicas)), own(&f) + [a[0]])
      return visible(&f, parts) + parts
    }
  }

  @Test(arguments: 1...4) func partsOfWhatAllHold(replicas: Int) throws {
    try expectSame(replicas) { f, a in
      let parts = f.insert(.collective(.replicaSlice(replicas: replicas)), own(&f) + [a[0]])
      return visible(&f, parts) + parts
    }
  }

  @Test(arguments: 1...4) func wholesOfParts(replicas: Int) throws {
    let shapes = Self.streams.map(\.type.shape) + [[5, 7]]
    try expectSame(replicas) { f, a in
      let values = own(&f) + [a[0]]
      let summed = f.insert(.collective(.reduceScatterSum(replicas: replicas)), values)
      let sliced = f.insert(.collective(.replicaSlice(replicas: replicas)), values)
      let gather = Operation.collective(.allGather(shapes: shapes, replicas: replicas))
      return f.insert(gather, summed) + f.insert(gather, sliced.map { f.unary(.negate, $0) })
    }
  }

  /// The sum of a scattered sum's parts is the all-reduced sum, bit for bit, with numbers that round.
  @Test(arguments: 2...4) func gatheredPartsAreTheSum(replicas: Int) throws {
    let type = TensorType([7, 3], .f32)
    let main = function("main", []) { f, _ in
      let x = f.insert(.source(.infeed(stream: "x", type)), [])[0]
      let part = f.insert(.collective(.reduceScatterSum(replicas: replicas)), [x])
      return f.insert(.collective(.allReduceSum), [x])
        + f.insert(.collective(.allGather(shapes: [[7, 3]], replicas: replicas)), part)
    }
    let results = try run(module(main), "main", [], replicas: replicas) { _, replica, _, bytes in
      bytes.copy(HostTensor(type, (0..<21).map { 0.1 * Float($0 + 1) / Float(replica + 3) }))
    }
    #expect(results[0].bits == results[1].bits)
  }

  /// Worked by hand: 5 elements in 3 parts of 2, of which the last is padded.
  @Test func paddingIsZeroAndIsDropped() throws {
    let type = TensorType([5], .f32)
    let main = function("main", [type]) { f, a in
      let replica = f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
      let part = f.insert(.collective(.replicaSlice(replicas: 3)), [f.add(a[0], replica)])[0]
      let sum = f.insert(.collective(.reduceScatterSum(replicas: 3)), [f.add(a[0], replica)])[0]
      let last = f.convert(f.compare(.equal, replica, f.scalar(2, .f32)), to: .f32)
      return f.insert(
        .collective(.allReduceSum), [f.multiply(part, last), f.multiply(sum, last)])
        + f.insert(.collective(.allGather(shapes: [[5]], replicas: 3)), [f.unary(.negate, part)])
    }
    let results = try run(module(main), "main", [counting([5])], replicas: 3)
    #expect(results.map(\.values) == [[7, 0], [18, 0], [-1, -2, -4, -5, -7]])
  }

  @Test func anotherNumberOfReplicasIsRefused() throws {
    let main = function("main", [TensorType([4], .f32)]) { f, a in
      f.insert(.collective(.replicaSlice(replicas: 2)), a)
    }
    #expect(
      errorCode { _ = try run(module(main), "main", [counting([4])], replicas: 3) }
        == "replica-mismatch")
    #expect(
      errorCode {
        _ = try Interpreter(module(main), replicas: 3).run("main", [counting([4])])
      } == "replica-mismatch")
  }

  @Test func typesOfParts() throws {
    func types(_ collective: Collective, _ operands: TensorType...) throws -> [TensorType] {
      try collective.resultTypes(of: operands)
    }
    let matrix = TensorType([5, 3], .f16)
    #expect(
      try types(.reduceScatterSum(replicas: 4), matrix, TensorType([], .f32))
        == [TensorType([4], .f16), TensorType([1], .f32)])
    #expect(
      try types(.allGather(shapes: [[5, 3]], replicas: 4), TensorType([4], .f16)) == [matrix])
    #expect(throws: OperationError.self) {
      try types(.allGather(shapes: [[5, 3]], replicas: 4), TensorType([5], .f16))
    }
    #expect(throws: OperationError.self) {
      try types(.allGather(shapes: [], replicas: 4), TensorType([4], .f16))
    }
    #expect(throws: OperationError.self) { try types(.allReduceSum) }
    #expect(throws: OperationError.self) {
      try types(.reduceScatterSum(replicas: 2), TensorType([4], .i32))
    }
    #expect(throws: OperationError.self) {
      try Operation(
        mnemonic: "tessera.replica_slice", attributes: [Attribute("replicas", .integer(0))])
    }
    let gather = Operation.collective(.allGather(shapes: [[2, 3], [], [4]], replicas: 2))
    #expect(try Operation(mnemonic: gather.mnemonic, attributes: gather.attributes) == gather)
    for ranks in [[2, 0], [2, 0, 2], [-1, 3]] as [[Int64]] {
      #expect(throws: OperationError.self) {
        try Operation(
          mnemonic: "tessera.all_gather",
          attributes: [
            Attribute("extents", .integers([2, 3, 4])), Attribute("ranks", .integers(ranks)),
            Attribute("replicas", .integer(2)),
          ])
      }
    }
  }
}
