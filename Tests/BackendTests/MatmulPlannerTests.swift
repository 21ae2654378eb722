import Backend
import Foundations
import IPUTarget
import TestSupport
import Testing

/// Plans of products against all plans there are, on machines of few tiles.
@Suite struct MatmulPlannerTests {
  private static let elements: [(ElementType, ElementType, ElementType)] = [
    (.f16, .f16, .f16), (.f16, .f32, .f16), (.f16, .f32, .f32), (.f32, .f32, .f32),
  ]

  private func machine(tiles: Int) -> IPU {
    var ipu = IPU.mk2
    ipu.tiles = tiles
    return ipu
  }

  /// Few tiles, and exchanges of any rate and overhead, so that now the one, now the other decides.
  private func randomMachine(_ generator: inout SplitMix64) -> IPU {
    var ipu = machine(tiles: Int.random(in: 4...24, using: &generator))
    ipu.exchangeBytesPerCycle = 1 << Int.random(in: 0...4, using: &generator)
    ipu.exchangeOverhead = Bool.random(using: &generator) ? ipu.exchangeOverhead : 0
    return ipu
  }

  private func randomShape(
    _ generator: inout SplitMix64, largest: Int = 40, batch: Int = 5
  ) -> MatmulShape {
    let (element, partials, result) =
      Self.elements[Int.random(in: 0..<Self.elements.count, using: &generator)]
    // Primes, powers of two and anything.
    func extent() -> Int {
      let primes = [1, 2, 3, 7, 13, 31, 37].filter { $0 <= largest }
      let powers = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].filter { $0 <= largest }
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: return primes[Int.random(in: 0..<primes.count, using: &generator)]
      case 1: return powers[Int.random(in: 0..<powers.count, using: &generator)]
      default: return Int.random(in: 1...largest, using: &generator)
      }
    }
    return MatmulShape(
      batch: Int.random(in: 1...batch, using: &generator), rows: extent(), columns: extent(),
      contracted: extent(), element: element, partials: partials, result: result)
  }

  /// The plan is as good as the best there is, costs what it says, and keeps to its limits.
  @Test(arguments: 0..<16)
  func bestOfAll(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<12 {
      let ipu = randomMachine(&generator)
      let shape = randomShape(
        &generator, largest: [40, 128, 1024][Int.random(in: 0..<3, using: &generator)])
      let limit = 1 << Int.random(in: 6...20, using: &generator)
      expectBest(shape, on: ipu, within: limit)
    }
  }

  /// Where few rows are left, fewer parts of them may have smaller shares of partials.
  @Test(arguments: [(47, 128, 8, 58), (40, 624, 2, 63)])
  func fewRows(rows: Int, contracted: Int, columns: Int, tiles: Int) {
    var ipu = machine(tiles: tiles)
    ipu.exchangeBytesPerCycle = 1
    ipu.exchangeOverhead = 0
    let shape = MatmulShape(
      rows: rows, columns: columns, contracted: contracted, element: .f16, partials: .f16,
      result: .f16)
    expectBest(shape, on: ipu, within: 1 << 20)
  }

  private func expectBest(_ shape: MatmulShape, on ipu: IPU, within limit: Int) {
    let reference = MatmulReference(ipu: ipu, shape: shape)
    var planner = MatmulPlanner(ipu: ipu)
    let plan = planner.plan(shape, temporaryBytes: limit)

    let all = reference.allSplits().map { ($0, reference.cost($0)) }
    let within = all.filter { $0.1.temporaryBytes <= limit }
    let spread = within.filter { $0.0.tiles >= reference.leastTiles }
    let allowed = !spread.isEmpty ? spread : within
    let context = "\(shape) on \(ipu.tiles) tiles within \(limit): \(plan)"
    let split = MatmulReference.Split(plan)
    #expect(all.contains { $0.0 == split }, "\(context)")
    #expect(plan.cost == reference.cost(split), "\(context)")
    #expect(sharesAreRows(plan, shape) == reference.sharesRows(split), "\(context)")
    #expect(plan.isWithinLimit == !within.isEmpty, "\(context)")
    if let best = allowed.map({ ($0.1.cycles, $0.1.temporaryBytes) }).min(by: <) {
      #expect(plan.cost.cycles == best.0, "\(context)")
      #expect(plan.cost.temporaryBytes == best.1, "\(context)")
      #expect(plan.cost.temporaryBytes <= limit, "\(context)")
      if !spread.isEmpty { #expect(plan.tiles >= reference.leastTiles, "\(context)") }
    } else {
      let fewest = all.map { ($0.1.temporaryBytes, $0.1.cycles) }.min(by: <)
      #expect(plan.cost.temporaryBytes == fewest?.0, "\(context)")
      #expect(plan.cost.cycles == fewest?.1, "\(context)")
    }
  }

  private func sharesAreRows(_ plan: MatmulPlan, _ shape: MatmulShape) -> Bool {
    switch plan.shares(of: plan.largestBlock(of: shape), shape: shape) {
    case .rows: true
    case .columns: false
    }
  }

  /// Product and gradient together are as good as the best pair that is cut alike, or the separate ones.
  @Test(arguments: 0..<12)
  func bestTogether(seed: UInt64) {
    var generator = SplitMix64(seed: 100 + seed)
    for _ in 0..<8 {
      let ipu = randomMachine(&generator)
      let shape = randomShape(&generator, largest: 128, batch: 2)
      let limit = 1 << Int.random(in: 10...17, using: &generator)
      let forward = MatmulReference(ipu: ipu, shape: shape)
      let backward = MatmulReference(ipu: ipu, shape: shape.backward)
      var planner = MatmulPlanner(ipu: ipu)
      let together = planner.planTogether(forward: shape, temporaryBytes: limit)
      let context = "\(shape) on \(ipu.tiles) tiles within \(limit): \(together)"

      let alone = [shape, shape.backward, shape.weightUpdate].map {
        planner.plan($0, temporaryBytes: limit)
      }
      let split = MatmulReference.Split(together.forward)
      #expect(together.forward.cost == forward.cost(split), "\(context)")
      #expect(
        together.backward.cost == backward.cost(.init(together.backward)), "\(context)")
      #expect(together.weightUpdate == alone[2], "\(context)")
      if together.sharesBlocks {
        #expect(MatmulReference.Split(together.backward) == split.backward, "\(context)")
        #expect(
          together.forward.contracted(of: shape) == together.backward.columns(of: shape.backward))
        #expect(
          together.forward.columns(of: shape) == together.backward.contracted(of: shape.backward))
        #expect(together.sparedCycles == spared(split, forward, backward), "\(context)")
      } else {
        #expect(together.forward == alone[0] && together.backward == alone[1], "\(context)")
      }

      let splits = alone.map(MatmulReference.Split.init)
      var best =
        alone.map(\.cost.cycles).reduce(0, +)
        - max(
          forward.spared(splits[0], homeBytes: forward.homeBytes(splits[0])),
          backward.spared(splits[1], homeBytes: backward.homeBytes(splits[1])))
      let isWithinLimit = alone[0].isWithinLimit && alone[1].isWithinLimit
      if isWithinLimit, shape.result == shape.element || shape.element == .f16 {
        for split in forward.allSplits() {
          let costs = [forward.cost(split), backward.cost(split.backward)]
          guard costs.allSatisfy({ $0.temporaryBytes <= limit }) else { continue }
          best = min(
            best,
            costs[0].cycles + costs[1].cycles + alone[2].cost.cycles
              - spared(split, forward, backward))
        }
      }
      #expect(together.cycles == best, "\(context)")
      #expect(
        !isWithinLimit
          || together.forward.tiles >= forward.leastTiles
            && together.backward.tiles >= backward.leastTiles,
        "\(context)")
    }
  }

  private func spared(
    _ split: MatmulReference.Split, _ forward: MatmulReference, _ backward: MatmulReference
  ) -> Int {
    let homeBytes = forward.homeBytes(split)
    return forward.spared(split, homeBytes: homeBytes)
      + backward.spared(split.backward, homeBytes: homeBytes)
  }

  /// On the whole machine, too, results of more than 10 KiB are spread over at least half of the tiles.
  @Test func largeResultsAreSpread() {
    var generator = SplitMix64(seed: 5)
    var planner = MatmulPlanner(ipu: .mk2)
    for _ in 0..<100 {
      let shape = randomShape(&generator, largest: 1024, batch: 32)
      guard shape.resultBytes > 10 * 1024 else { continue }
      let plan = planner.plan(shape, temporaryBytes: IPU.mk2.tileBytes / 4)
      #expect(2 * plan.tiles >= IPU.mk2.tiles, "\(shape): \(plan)")
    }
  }

  /// So are those of products that are planned with their gradients.
  @Test func largeResultsAreSpreadTogether() {
    var generator = SplitMix64(seed: 6)
    var planner = MatmulPlanner(ipu: .mk2)
    for _ in 0..<20 {
      let shape = randomShape(&generator, largest: 1024, batch: 4)
      guard min(shape.resultBytes, shape.backward.resultBytes) > 10 * 1024 else { continue }
      let plans = planner.planTogether(forward: shape, temporaryBytes: IPU.mk2.tileBytes / 4)
      let tiles = min(plans.forward.tiles, plans.backward.tiles)
      #expect(2 * tiles >= IPU.mk2.tiles, "\(shape): \(plans)")
    }
  }

  /// The same question has the same answer, from memory or from another planner.
  @Test func sameAnswer() {
    let shape = MatmulShape(
      batch: 2, rows: 96, columns: 160, contracted: 120, element: .f16, partials: .f16,
      result: .f16)
    var planner = MatmulPlanner(ipu: machine(tiles: 64))
    let plan = planner.plan(shape, temporaryBytes: 1 << 14)
    #expect(planner.plan(shape, temporaryBytes: 1 << 14) == plan)
    var other = MatmulPlanner(ipu: machine(tiles: 64))
    // Other questions in between.
    let tight = other.plan(shape, temporaryBytes: 1 << 11)
    _ = other.planTogether(forward: shape, temporaryBytes: 1 << 14)
    #expect(other.plan(shape, temporaryBytes: 1 << 14) == plan)
    #expect(tight.cost.temporaryBytes < plan.cost.temporaryBytes)
  }

  /// A thousand times the same question takes less time than ten times the first.
  @Test func remembersAnswers() {
    let shape = MatmulShape(
      rows: 1024, columns: 4096, contracted: 1024, element: .f16, partials: .f16, result: .f16)
    let clock = ContinuousClock()
    let searches = clock.measure {
      for _ in 0..<10 {
        var planner = MatmulPlanner(ipu: .mk2)
        _ = planner.plan(shape, temporaryBytes: 1 << 17)
      }
    }
    var planner = MatmulPlanner(ipu: .mk2)
    _ = planner.plan(shape, temporaryBytes: 1 << 17)
    let answers = clock.measure {
      for _ in 0..<1000 { _ = planner.plan(shape, temporaryBytes: 1 << 17) }
    }
    #expect(answers < searches)
  }

  /// A product whose blocks do not fit is cut in time, too; one that cannot fit says so.
  @Test func littleMemory() {
    let shape = MatmulShape(
      rows: 64, columns: 64, contracted: 64, element: .f16, partials: .f16, result: .f16)
    var planner = MatmulPlanner(ipu: machine(tiles: 4))
    #expect(planner.plan(shape, temporaryBytes: 1 << 16).steps == 1)
    let serial = planner.plan(shape, temporaryBytes: 5000)
    #expect(serial.isWithinLimit && serial.steps > 1)
    let none = planner.plan(shape, temporaryBytes: 64)
    #expect(!none.isWithinLimit && none.cost.temporaryBytes > 64)
  }

  /// The whole machine, with products of BERT-Large: at least half of the tiles, within the limit.
  @Test(arguments: [
    (1, 1024, 1024, 1024), (1, 1024, 1024, 4096), (1, 1024, 4096, 1024), (128, 128, 64, 128),
    (128, 128, 128, 64),
  ])
  func largeModel(batch: Int, rows: Int, contracted: Int, columns: Int) {
    let forward = MatmulShape(
      batch: batch, rows: rows, columns: columns, contracted: contracted, element: .f16,
      partials: .f16, result: .f16)
    var planner = MatmulPlanner(ipu: .mk2)
    let limit = IPU.mk2.tileBytes * 15 / 100
    for shape in [forward, forward.backward, forward.weightUpdate] {
      let plan = planner.plan(shape, temporaryBytes: limit)
      #expect(plan.isWithinLimit && plan.cost.temporaryBytes <= limit)
      #expect(plan.tiles <= IPU.mk2.tiles && 2 * plan.tiles >= IPU.mk2.tiles)
      #expect(plan.cost == MatmulReference(ipu: .mk2, shape: shape).cost(.init(plan)))
    }
  }
}
