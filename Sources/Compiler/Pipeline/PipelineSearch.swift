/// Finds the cut whose slowest IPU is fastest, by dynamic programming over stages and layers.
///
///     best[d][e] = min over a of max(best[d − 1][a], cost of stage d from layer a to e)
///
/// is the slowest of the first d stages where they hold the layers before e. A stage costs infinity where
/// it does not fit its IPU, takes a larger copy than allowed, or parts layers that share a weight. Copies
/// count by their largest: each size that occurs is tried as the bound, and the sum of the slowest IPU and
/// the largest copy is what is smallest in the end. In the folded shape the first and the last stage share
/// an IPU: all ends of the first are tried, and the last closes the pipeline.
///
/// Of cuts that are equally fast the one is taken whose fullest IPU has the most room. Where nothing fits
/// the bound on memory is the smallest that some cut keeps.
struct PipelineSearch {
  private let profile: PipelineProfile
  private let shape: PipelineShape
  private let devices: [Int]
  private var count: Int { profile.layers.count }

  private enum Goal {
    case cycles
    case bytes
  }

  /// What a cut may cost at most.
  private struct Bounds {
    var cycles = Double.infinity
    var bytes = Double.infinity
    var crossing = Double.infinity
  }

  private init(_ profile: PipelineProfile, _ shape: PipelineShape) {
    self.profile = profile
    self.shape = shape
    devices = shape.devices(ipus: profile.ipus)
  }

  /// The best cut of all shapes; nil where there are fewer layers than stages, or layers that share a
  /// weight cannot lie on one IPU.
  static func best(for profile: PipelineProfile) -> PipelineCut? {
    let found = PipelineShape.all(ipus: profile.ipus).compactMap { shape in
      PipelineSearch(profile, shape).best().map { ($0, profile.estimate($0)) }
    }
    return found.min { left, right in
      func key(_ estimate: CutEstimate) -> (Double, Double, Double) {
        let excess = max(0, estimate.bytes - profile.memoryBytes)
        return (excess, estimate.cycles, estimate.bytes)
      }
      return key(left.1) < key(right.1)
    }?.0
  }

  private func best() -> PipelineCut? {
    guard count >= devices.count else { return nil }
    if let cut = fastest(within: profile.memoryBytes) { return cut }
    guard let smallest = search(.bytes, Bounds()) else { return nil }
    return fastest(within: profile.estimate(smallest).bytes, from: smallest)
  }

  /// The fastest cut, and of several the one that needs the fewest bytes.
  /// - Parameter known: a cut that is within the bounds on bytes, where there is one.
  private func fastest(within bytes: Double, from known: PipelineCut? = nil) -> PipelineCut? {
    let crossings = Set(profile.crossingBytes).sorted()
    func bounds(_ crossing: Double, cycles: Double) -> Bounds {
      Bounds(
        cycles: cycles - profile.transferCycles(crossing), bytes: bytes, crossing: crossing)
    }
    var best = known
    var cycles = known.map { profile.estimate($0).cycles } ?? .infinity
    for crossing in crossings {
      guard let cut = search(.cycles, bounds(crossing, cycles: cycles), from: best) else {
        continue
      }
      let found = profile.estimate(cut).cycles
      if found < cycles || best == nil { (best, cycles) = (cut, found) }
    }
    guard best != nil else { return nil }
    for crossing in crossings {
      guard let cut = search(.bytes, bounds(crossing, cycles: cycles), from: best),
        let other = best
      else { continue }
      if profile.estimate(cut).bytes < profile.estimate(other).bytes { best = cut }
    }
    return best
  }

  // MARK: Dynamic programming

  /// - Parameter known: a cut to begin with, if it is within the bounds.
  private func search(
    _ goal: Goal, _ bounds: Bounds, from known: PipelineCut? = nil
  ) -> PipelineCut? {
    var best = start(goal, bounds, known)
    // Without a second stage on the first IPU the first one begins where the others do.
    guard shape == .folded else {
      let chain = Chain(from: 0, stages: profile.ipus)
      let table = table(chain, goal, bounds, below: best?.value ?? .infinity)
      if table.values[chain.stages][count] < best?.value ?? .infinity {
        return PipelineCut(starts: table.starts(chain, end: count), devices: devices)
      }
      return best?.cut
    }
    let lasts = lastStages()
    var first = GrowingStage(profile, stage: 0, of: devices.count, at: 0)
    for end in 1...(count - devices.count + 1) {
      first.growRight()
      let limit = best?.value ?? .infinity
      guard isWithin(first.estimate, bounds), value(first.estimate, goal) < limit else { break }
      let chain = Chain(from: end, stages: profile.ipus - 1)
      guard profile.crossingBytes[end] <= bounds.crossing,
        mayImprove(chain, first.estimate, lasts, goal, bounds, limit)
      else { continue }
      let table = table(chain, goal, bounds, below: limit)
      for last in (end + chain.stages)..<count {
        let both = first.estimate + lasts[last]
        let value = max(table.values[chain.stages][last - end], self.value(both, goal))
        guard value < best?.value ?? .infinity, isWithin(both, bounds),
          profile.crossingBytes[last] <= bounds.crossing, !parts(0..<end, last..<count)
        else { continue }
        let starts = [0] + table.starts(chain, end: last) + [last]
        best = (value, PipelineCut(starts: starts, devices: devices))
      }
    }
    return best?.cut
  }

  /// The cut to begin with: the one that is known, or one into stages of equally many layers. The better it
  /// is the less is left to try.
  private func start(
    _ goal: Goal, _ bounds: Bounds, _ known: PipelineCut?
  ) -> (value: Double, cut: PipelineCut)? {
    let last = shape == .folded ? min(3, count - profile.ipus) : 0
    let even = PipelineCut(
      starts: (0..<profile.ipus).map { $0 * (count - last) / profile.ipus }
        + (shape == .folded ? [count - last] : []), devices: devices)
    var best: (value: Double, cut: PipelineCut)?
    for cut in [known, even].compactMap({ $0 }) where profile.isPossible(cut) {
      let estimate = profile.estimate(cut)
      let crossings = cut.starts.dropFirst().map { profile.crossingBytes[$0] }
      guard estimate.ipus.allSatisfy({ isWithin($0, bounds) }),
        crossings.allSatisfy({ $0 <= bounds.crossing })
      else { continue }
      let value = estimate.ipus.map { self.value($0, goal) }.max() ?? 0
      if value < best?.value ?? .infinity { best = (value, cut) }
    }
    return best
  }

  /// Whether stages that take as many layers as they can leave few enough for the last one. Smaller stages
  /// cost less, so that no others leave fewer.
  private func mayImprove(
    _ chain: Chain, _ first: StageEstimate, _ lasts: [StageEstimate], _ goal: Goal,
    _ bounds: Bounds, _ limit: Double
  ) -> Bool {
    var end = chain.from
    for number in 1...chain.stages where end < count {
      var stage = GrowingStage(profile, stage: number, of: devices.count, at: end)
      while end < count {
        stage.growRight()
        guard isWithin(stage.estimate, bounds), value(stage.estimate, goal) < limit else { break }
        end += 1
      }
    }
    guard end >= chain.from + chain.stages else { return false }
    let both = first + lasts[min(end, count - 1)]
    return isWithin(both, bounds) && value(both, goal) < limit
  }

  /// Stages one after the other on an IPU each, from a layer on.
  private struct Chain {
    var from: Int
    var stages: Int
  }

  private struct Table {
    /// By the number of stages and the layers in them.
    var values: [[Double]]
    /// The layers before the last of the stages.
    var before: [[Int]]

    /// The first layers of the stages that end before a layer.
    func starts(_ chain: Chain, end: Int) -> [Int] {
      var starts: [Int] = []
      var layers = end - chain.from
      for stage in stride(from: chain.stages, to: 0, by: -1) {
        layers = before[stage][layers]
        starts.append(chain.from + layers)
      }
      return starts.reversed()
    }
  }

  /// - Parameter limit: values from this on are of no use.
  private func table(
    _ chain: Chain, _ goal: Goal, _ bounds: Bounds, below limit: Double
  ) -> Table {
    let length = count - chain.from
    let empty = Array(repeating: Double.infinity, count: length + 1)
    var table = Table(
      values: Array(repeating: empty, count: chain.stages + 1),
      before: Array(repeating: empty.map { _ in 0 }, count: chain.stages + 1))
    table.values[0][0] = 0
    let offset = shape == .folded ? 1 : 0
    for stage in 1...chain.stages where length >= stage {
      for layers in stage...length {
        let end = chain.from + layers
        var best = limit
        var growing = GrowingStage(
          profile, stage: stage - 1 + offset, of: devices.count, at: end)
        for start in stride(from: layers - 1, through: stage - 1, by: -1) {
          growing.growLeft()
          let own = value(growing.estimate, goal)
          // Larger stages only cost more.
          guard isWithin(growing.estimate, bounds), own < best else { break }
          let value = max(table.values[stage - 1][start], own)
          guard value < best else { continue }
          let isFirst = chain.from + start == 0
          guard isFirst || profile.crossingBytes[chain.from + start] <= bounds.crossing,
            !parts((chain.from + start)..<end)
          else { continue }
          best = value
          table.values[stage][layers] = value
          table.before[stage][layers] = start
        }
      }
    }
    return table
  }

  private func value(_ estimate: StageEstimate, _ goal: Goal) -> Double {
    goal == .cycles ? estimate.cycles : estimate.bytes
  }

  private func isWithin(_ estimate: StageEstimate, _ bounds: Bounds) -> Bool {
    estimate.cycles <= bounds.cycles && estimate.bytes <= bounds.bytes
  }

  /// The last stage from each layer on.
  private func lastStages() -> [StageEstimate] {
    var stage = GrowingStage(profile, stage: devices.count - 1, of: devices.count, at: count)
    return Array(
      (0..<count).map { _ in
        stage.growLeft()
        return stage.estimate
      }.reversed())
  }

  /// Whether some of the layers that share a weight lie in these, and some do not.
  private func parts(_ ranges: Range<Int>...) -> Bool {
    profile.tied.contains { group in
      let inside = group.count { layer in ranges.contains { $0.contains(layer) } }
      return inside > 0 && inside < group.count
    }
  }
}
