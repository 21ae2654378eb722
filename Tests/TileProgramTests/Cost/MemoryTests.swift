import Foundations
import IPUTarget
import Operations
import Testing
import TileProgram

/// Memory tile by tile of hand-built programs, with every byte known.
@Suite struct MemoryTests {
  private let system = smallSystem(tiles: 4)
  private let add = Elementwise.binary(.add).vertex
  private let tanh = Elementwise.unary(.tanh).vertex

  private func memory(_ program: TileProgram, ipu: Int = 0) -> IPUMemory {
    TilePlan(program, on: system, replicas: 1).ipus[ipu]
  }

  /// Bytes of each tile at its peak that are neither code nor reserved.
  private func data(_ memory: IPUMemory) -> [Int] {
    memory.peakBytes.indices.map {
      memory.peakBytes[$0] - memory.codeBytes[$0] - system.ipu.reservedBytes
    }
  }

  private func addresses(_ memory: IPUMemory) -> [Int] {
    memory.neededBytes.indices.map {
      memory.neededBytes[$0] - memory.codeBytes[$0] - system.ipu.reservedBytes
    }
  }

  @Test func argumentsLiveAlwaysAndOthersFromFirstToLastUse() {
    // 10 elements in 4 parts: 2, 3, 2, 3. The third tensor takes the place of the second.
    let entry = TileFunction(
      "entry",
      [
        TileTensor([10], parts: 4, at: 0, category: .weight),
        TileTensor([10], parts: 4, at: 16), TileTensor([10], parts: 4, at: 32),
        TileTensor([10], parts: 4, at: 16, category: .temporary),
      ],
      [
        .compute(tanh, operands: [0], results: [1]), .compute(tanh, operands: [1], results: [2]),
        .compute(tanh, operands: [2], results: [3]), .compute(tanh, operands: [3], results: [0]),
      ], arguments: [0], results: [0])
    let memory = memory(program([entry]))
    #expect(data(memory) == [24, 36, 24, 36])
    #expect(addresses(memory) == [40, 44, 40, 44])
    let always = memory.alwaysLiveBytes.indices.map {
      memory.alwaysLiveBytes[$0] - memory.codeBytes[$0] - system.ipu.reservedBytes
    }
    #expect(always == [8, 12, 8, 12])
    #expect(memory.worstTile == 1)
    #expect(memory.peak == [IPUMemory.Moment(function: 0, operation: 1)])
    #expect(memory.tensors.map(\.tensor) == [0, 1, 2])
    #expect(memory.tensors.map(\.operation) == [0, 0, 1])
    // What the bytes are for adds up to what the tile needs.
    #expect(memory.shares.reduce(0) { $0 + $1.bytes } == memory.worstTileBytes)
    let shares = Dictionary(uniqueKeysWithValues: memory.shares.map { ($0.class.name, $0.bytes) })
    #expect(shares["weight"] == 12 && shares["activation"] == 24 && shares["gaps"] == 8)
    #expect(shares["reserved"] == system.ipu.reservedBytes && shares["temporary"] == nil)
  }

  @Test func aCalledFunctionLivesAboveItsCaller() {
    let inner = TileFunction(
      "inner",
      [
        TileTensor(
          Layout(shape: [8], parts: [4], tiles: 4), .f32, home: .argument(0),
          category: .activation),
        // Only on the first two tiles.
        TileTensor([8], parts: 2, at: 0, category: .temporary),
      ], [.compute(tanh, operands: [0], results: [1])], arguments: [0])
    let entry = TileFunction(
      "entry",
      [TileTensor([8], parts: 4, at: 0), TileTensor([8], parts: 4, at: 8)],
      [
        .compute(tanh, operands: [0], results: [1]),
        .call(function: 0, ipu: 0, arguments: [.tensor(0)], results: []),
        .compute(tanh, operands: [0], results: [0]),
      ], arguments: [0])
    let memory = memory(program([inner, entry], bases: [8, 0]))
    // The second tensor of the caller no longer lives while the callee's does.
    #expect(data(memory) == [24, 24, 16, 16])
    #expect(addresses(memory) == [24, 24, 16, 16])
    #expect(
      memory.peak == [
        IPUMemory.Moment(function: 1, operation: 1), IPUMemory.Moment(function: 0, operation: 0),
      ])
    #expect(memory.tensors.map { [$0.function, $0.tensor] } == [[0, 1], [1, 0]])
  }

  @Test func whatARepeatHandsOnLivesThroughIt() {
    let number = TileTensor(
      .replicated([], tiles: 4), .i32, home: .frame(offset: 0), category: .temporary)
    let tensors = [number] + (0..<4).map { TileTensor([4], parts: 4, at: 8 + 8 * $0) }
    func step(_ from: Int, _ to: Int) -> TileStep {
      TileStep(.compute(tanh, operands: [from], results: [to]), operation: 0)
    }
    // 1 is written before and read inside, 2 is within an iteration, 3 is written inside and read after.
    let steps: [TileStep.Kind] = [
      .fill(1, TensorLiteral(splat: 1, TensorType([4], .f32))),
      .repeat(count: 3, iteration: [0], steps: [step(1, 2), step(2, 3)]),
      .compute(tanh, operands: [3], results: [4]),
    ]
    let memory = memory(program([TileFunction("entry", tensors, steps)]))
    // In an iteration: the number, 1, 2 and 3.
    #expect(data(memory) == [16, 16, 16, 16])
    #expect(memory.tensors.map(\.tensor).sorted() == [0, 1, 2, 3])
  }

  @Test func tensorsAreCountedWhereTheyAre() {
    let stage = TileFunction(
      "stage", [TileTensor([4, 4], parts: 4, at: 0)],
      [.fill(0, TensorLiteral(splat: 0, TensorType([4, 4], .f32)))])
    let entry = TileFunction(
      "entry",
      [
        TileTensor([4], parts: 4, at: 0, ipu: 0),
        TileTensor([4, 2], parts: 4, at: 0, ipu: 1, category: .stash),
      ],
      [
        .call(function: 0, ipu: 1, arguments: [], results: []),
        .compute(tanh, operands: [1], results: [1]),
      ], arguments: [0, 1], ipus: 2)
    let program = program([stage, entry], ipus: 2, bases: [8, 0])
    #expect(data(memory(program, ipu: 0)) == [4, 4, 4, 4])
    #expect(data(memory(program, ipu: 1)) == [24, 24, 24, 24])
  }

  @Test func codeOfAVertexIsThereOnceAndThatOfEqualExchangesToo() {
    let tensors = [
      TileTensor([8], parts: 1, at: 0), TileTensor([8], parts: 4, at: 32),
      TileTensor([8], parts: 4, at: 40),
    ]
    let spread = TileStep.Kind.exchange(Exchange(from: 0, View([8]), to: 1))
    let compute = TileStep.Kind.compute(tanh, operands: [1], results: [2])
    func code(_ steps: [TileStep.Kind]) -> [Int] {
      memory(program([TileFunction("entry", tensors, steps, arguments: [0, 1, 2])])).codeBytes
    }
    let none = code([])
    let exchange = zip(code([spread]), none).map { $0 - $1 }
    // Tile 0 sends to three tiles.
    #expect(exchange == [32 + 3 * 4, 32 + 12, 32 + 12, 32 + 12])
    // The second sets its bases and calls the same code.
    #expect(zip(code([spread, spread]), none).map { $0 - $1 } == exchange.map { $0 + 32 })
    let once = zip(code([compute]), none).map { $0 - $1 }
    let twice = zip(code([compute, compute]), none).map { $0 - $1 }
    #expect(zip(twice, once).allSatisfy { $0 - $1 == 3 * 4 })
    // A product of other element types is other code; a called function's is there once.
    let called = TileFunction("f", tensors, [compute])
    let call = TileStep.Kind.call(function: 0, ipu: 0, arguments: [], results: [])
    let entry = TileFunction("entry", [], [call, call, call])
    let calls = zip(memory(program([called, entry])).codeBytes, none).map { $0 - $1 }
    #expect(zip(calls, once).allSatisfy { $0 - $1 == 3 * 2 * 4 })
    // Only what is called from several places is told where its arguments are.
    let handing = TileStep.Kind.call(
      function: 0, ipu: 0, arguments: [.tensor(0)], results: [.tensor(1)])
    func ofCalls(_ steps: [TileStep.Kind]) -> [Int] {
      let entry = TileFunction("entry", tensors, steps)
      return zip(memory(program([called, entry])).codeBytes, none).map { $0 - $1 }
    }
    #expect(zip(ofCalls([handing]), once).allSatisfy { $0 - $1 == 2 * 4 })
    #expect(zip(ofCalls([handing, handing]), once).allSatisfy { $0 - $1 == 2 * 4 * 4 })
  }

  @Test func whatDoesNotFitIsSaid() {
    let elements = system.ipu.tileBytes / 4
    let large = TileFunction(
      "entry",
      [TileTensor([elements], parts: 1, at: 0), TileTensor([4], parts: 4, at: 0)],
      [.compute(tanh, operands: [1], results: [1])], arguments: [0])
    let plan = TilePlan(program([large]), on: system, replicas: 1)
    #expect(!plan.fits)
    #expect(
      plan.ipus[0].failures(on: system.ipu)
        == [.memory(tile: 0, bytes: plan.ipus[0].worstTileBytes)])
    // Three tiles' worth of a tensor that four have is received by each.
    let all = TileTensor(
      .replicated([2 * elements], tiles: 4), .f32, home: .frame(offset: 0), category: .temporary)
    let gather = TileFunction(
      "entry", [TileTensor([2 * elements], parts: 4, at: 0), all],
      [.exchange(Exchange(from: 0, View([2 * elements]), to: 1))])
    let failures = TilePlan(program([gather]), on: system, replicas: 1).ipus[0]
      .failures(on: system.ipu)
    #expect(failures.contains(.received(tile: 0, bytes: 6 * elements)))
  }

  @Test func moreElementsNeverTakeLess() {
    var last = [0, 0, 0, 0]
    for count in 1...30 {
      let entry = TileFunction(
        "entry",
        [TileTensor([count, 4], parts: 4, at: 0), TileTensor([count, 4], parts: 4, at: 512)],
        [.compute(add, operands: [0, 0], results: [1])], arguments: [0], results: [1])
      let live = memory(program([entry])).peakBytes
      #expect((live.max() ?? 0) >= (last.max() ?? 0))
      #expect(live.reduce(0, +) >= last.reduce(0, +))
      last = live
    }
  }
}
