import Compiler
import Foundations
import TestSupport
import Testing

/// The search for stages against all cuts, one by one.
@Suite struct PipelineSearchTests {
  /// Layers with random costs, of which the first and the last share a weight or do not.
  private static func profile(seed: UInt64) -> PipelineProfile {
    var generator = SplitMix64(seed: seed)
    func random(_ range: ClosedRange<Int>) -> Double {
      Double(Int.random(in: range, using: &generator))
    }
    let count = Int.random(in: 3...9, using: &generator)
    let valueBytes = (0..<count).map { _ in random(1...30) }
    // Few sizes, so that copies are equal often.
    let crossing = (0..<count).map { $0 == 0 ? 0 : random(1...4) * 40 }
    let layers = (0..<count).map { number in
      var layer = PipelineProfile.Layer(name: "layer \(number)")
      layer.forwardCycles = random(1...20)
      layer.backwardCycles = random(0...40)
      layer.weightBytes = random(0...50)
      layer.accumulatorBytes = layer.weightBytes
      layer.stateBytes = random(0...20)
      layer.updateBytes = random(0...60)
      layer.keptBytes = random(0...80)
      layer.reads = (0..<number).filter { _ in Int.random(in: 0...3, using: &generator) == 0 }
      layer.forwardTemporaryBytes = random(0...40)
      layer.backwardTemporaryBytes = random(0...40)
      layer.isRecomputed = Bool.random(using: &generator)
      layer.isAfterEncoder = number > count - 3
      return layer
    }
    let pair = [0, Int.random(in: 1..<count, using: &generator)]
    return PipelineProfile(
      layers: layers, valueBytes: valueBytes, crossingBytes: crossing,
      tied: [[], [[0, count - 1]], [pair]][Int.random(in: 0...2, using: &generator)],
      ipus: Int.random(in: 1...4, using: &generator), memoryBytes: random(100...1500),
      linkBytesPerCycle: 4)
  }

  /// Each cut of each shape that is possible.
  private static func allCuts(of profile: PipelineProfile) -> [(PipelineShape, PipelineCut)] {
    PipelineShape.all(ipus: profile.ipus).flatMap { shape in
      let devices = shape.devices(ipus: profile.ipus)
      var starts: [[Int]] = [[0]]
      for _ in devices.dropFirst() {
        starts = starts.flatMap { begun in
          ((begun.last ?? 0) + 1..<max((begun.last ?? 0) + 1, profile.layers.count)).map {
            begun + [$0]
          }
        }
      }
      return starts.map { PipelineCut(starts: $0, devices: devices) }
        .filter(profile.isPossible).map { (shape, $0) }
    }
  }

  /// Bytes beyond the memory, cycles and bytes of the best cut.
  private static func best(of profile: PipelineProfile) -> [Double]? {
    let cuts = allCuts(of: profile).map { ($0.0, profile.estimate($0.1)) }
    return PipelineShape.allCases.compactMap { shape -> [Double]? in
      let estimates = cuts.filter { $0.0 == shape }.map(\.1)
      guard let least = estimates.map(\.bytes).min() else { return nil }
      let bound = max(least, profile.memoryBytes)
      return estimates.filter { $0.bytes <= bound }
        .map { [max(0, $0.bytes - profile.memoryBytes), $0.cycles, $0.bytes] }
        .min { $0.lexicographicallyPrecedes($1) }
    }.min { $0.lexicographicallyPrecedes($1) }
  }

  @Test func isAsGoodAsTheBestOfAllCuts() throws {
    var (fitting, tight, impossible) = (0, 0, 0)
    for seed in 1...1500 as ClosedRange<UInt64> {
      let profile = Self.profile(seed: seed)
      guard let best = Self.best(of: profile) else {
        impossible += 1
        #expect(throws: TesseraError.self) { try PipelineChoice(profile) }
        continue
      }
      let choice = try PipelineChoice(profile)
      #expect(profile.isPossible(choice.cut))
      let found = choice.estimate
      #expect(
        [max(0, found.bytes - profile.memoryBytes), found.cycles, found.bytes] == best,
        "seed \(seed): \(choice.cut)")
      #expect(choice.fits == (best[0] == 0))
      if choice.fits { fitting += 1 } else { tight += 1 }
    }
    // The samples are of all kinds.
    #expect(fitting > 300 && tight > 100 && impossible > 50, "\(fitting), \(tight), \(impossible)")
  }

  /// No neighbour is better, in time or else in bytes.
  @Test func neighboursAreNotBetter() throws {
    for seed in 1...300 as ClosedRange<UInt64> {
      guard let choice = try? PipelineChoice(Self.profile(seed: seed)), choice.fits else {
        continue
      }
      for neighbour in choice.neighbours where neighbour.fits {
        let (other, own) = (neighbour.estimate, choice.estimate)
        #expect((other.cycles, other.bytes) >= (own.cycles, own.bytes), "seed \(seed)")
      }
    }
  }

  @Test func tooFewLayers() {
    let profile = PipelineProfile(
      layers: [.init(name: "emb"), .init(name: "heads")], valueBytes: [], crossingBytes: [0, 0],
      tied: [[0, 1]], ipus: 2, memoryBytes: 1, linkBytesPerCycle: 1)
    let error = #expect(throws: TesseraError.self) { try PipelineChoice(profile) }
    #expect(error?.diagnostics.map(\.code) == [.tooFewLayers])
  }

  /// A stash of 2(S − 1 − i) + 1 micro-batches: what layers read, once where two do, and the activations of
  /// those that are not computed again.
  @Test func memoryOfAStage() {
    var layers = (0..<4).map { PipelineProfile.Layer(name: "\($0)") }
    layers[1].reads = [0]
    layers[2].reads = [0, 1]
    layers[3].reads = [1]
    for number in 0..<4 {
      layers[number].keptBytes = 1000
      layers[number].isRecomputed = number != 1
      layers[number].forwardCycles = 1
      layers[number].backwardCycles = 2
      layers[number].backwardTemporaryBytes = 7
      layers[number].weightBytes = 5
      layers[number].accumulatorBytes = 5
    }
    layers[3].isAfterEncoder = true
    let profile = PipelineProfile(
      layers: layers, valueBytes: [10, 100], crossingBytes: [0, 8, 8, 80], tied: [], ipus: 2,
      memoryBytes: 1e6, linkBytesPerCycle: 4)
    let estimate = profile.estimate(PipelineCut(starts: [0, 1, 3], devices: [0, 1, 0]))
    let stashes: [Double] = [0, 3330, 1100]
    #expect(estimate.stages.map(\.stashBytes) == stashes)
    let temporaries: [Double] = [1007, 1007, 7]
    #expect(estimate.stages.map(\.temporaryBytes) == temporaries)
    // The last layer of the last stage is not computed again.
    let cycles: [Double] = [4, 7, 3]
    #expect(estimate.stages.map(\.cycles) == cycles)
    #expect(estimate.transferCycles == 20)
    #expect(estimate.cycles == 27)
    // Twice 10 bytes of weights and sums, the stash, and what the fuller of both stages needs.
    let bytes: [Double] = [20 + 1100 + 1007, 20 + 3330 + 1007]
    #expect(estimate.ipus.map(\.bytes) == bytes)
    #expect(estimate.fullestIPU == 1 && estimate.slowestIPU == 0)
  }
}
