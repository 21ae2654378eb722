/// What a stage costs, or several stages of one IPU do, by the estimate.
package struct StageEstimate: Hashable, Sendable {
  /// Cycles of the forward, second forward and backward run of a micro-batch.
  package var cycles = 0.0
  /// Bytes of the weights.
  package var weightBytes = 0.0
  /// Bytes of the sums of their gradients.
  package var accumulatorBytes = 0.0
  /// Bytes of the optimizer's state that is on the chip.
  package var stateBytes = 0.0
  /// Bytes that are kept from forward to backward runs, of all micro-batches that are on their way.
  package var stashBytes = 0.0
  /// The most bytes that a run holds beside these.
  package var temporaryBytes = 0.0
  /// The most bytes that the weight update holds beside weights, accumulators and state. It runs when
  /// nothing is stashed.
  package var updateBytes = 0.0

  /// The most bytes that are held at a time.
  package var bytes: Double {
    weightBytes + accumulatorBytes + stateBytes + max(stashBytes + temporaryBytes, updateBytes)
  }

  /// With another stage of the same IPU, of which one runs at a time.
  static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.cycles += right.cycles
    sum.weightBytes += right.weightBytes
    sum.accumulatorBytes += right.accumulatorBytes
    sum.stateBytes += right.stateBytes
    sum.stashBytes += right.stashBytes
    sum.temporaryBytes = max(left.temporaryBytes, right.temporaryBytes)
    sum.updateBytes = max(left.updateBytes, right.updateBytes)
    return sum
  }
}

/// What a cut costs, by the estimate.
package struct CutEstimate: Hashable, Sendable {
  /// Each stage.
  package var stages: [StageEstimate]
  /// Each IPU, with all its stages.
  package var ipus: [StageEstimate]
  /// Cycles of the largest copy from one stage to the next; all IPUs wait for it.
  package var transferCycles: Double

  /// Cycles of a timestep, in which each IPU runs its stages once and then the copies go: those of the
  /// slowest IPU and of the largest copy.
  package var cycles: Double { (ipus.map(\.cycles).max() ?? 0) + transferCycles }

  /// The bytes of the IPU that needs most.
  package var bytes: Double { ipus.map(\.bytes).max() ?? 0 }

  /// The first IPU that takes the most cycles.
  package var slowestIPU: Int { Self.firstLargest(ipus.map(\.cycles)) }

  /// The first IPU that needs the most bytes.
  package var fullestIPU: Int { Self.firstLargest(ipus.map(\.bytes)) }

  private static func firstLargest(_ numbers: [Double]) -> Int {
    numbers.firstIndex(of: numbers.max() ?? 0) ?? 0
  }
}

/// A stage that grows to either side, layer by layer.
///
/// Of S stages in the grouped schedule stage i keeps 2(S − 1 − i) + 1 micro-batches of what its layers read
/// of others, each value once, and of the activations that are not computed again.
struct GrowingStage {
  private let profile: PipelineProfile
  private let copies: Double
  private let isLast: Bool
  private(set) var layers: Range<Int>
  private(set) var estimate = StageEstimate()

  /// An empty stage before the layer of number `place`.
  init(_ profile: PipelineProfile, stage: Int, of count: Int, at place: Int) {
    self.profile = profile
    layers = place..<place
    copies = Double(2 * (count - 1 - stage) + 1)
    isLast = stage == count - 1
  }

  /// Adds the layer before those that it has.
  mutating func growLeft() {
    let number = layers.lowerBound - 1
    var read = 0.0
    for (value, next) in zip(profile.layers[number].reads, profile.nextReaders[number])
    where next >= layers.upperBound {
      read += profile.valueBytes[value]
    }
    layers = number..<layers.upperBound
    add(profile.layers[number], read: read)
  }

  /// Adds the layer after those that it has.
  mutating func growRight() {
    let number = layers.upperBound
    var read = 0.0
    for (value, previous) in zip(profile.layers[number].reads, profile.previousReaders[number])
    where previous < layers.lowerBound {
      read += profile.valueBytes[value]
    }
    layers = layers.lowerBound..<(number + 1)
    add(profile.layers[number], read: read)
  }

  /// - Parameter read: the bytes that it reads and no other layer of the stage does.
  private mutating func add(_ layer: PipelineProfile.Layer, read: Double) {
    let isRecomputed = layer.isRecomputed && !(isLast && layer.isAfterEncoder)
    estimate.cycles += layer.forwardCycles + layer.backwardCycles
    if isRecomputed { estimate.cycles += layer.forwardCycles }
    estimate.weightBytes += layer.weightBytes
    estimate.accumulatorBytes += layer.accumulatorBytes
    estimate.stateBytes += layer.stateBytes
    estimate.stashBytes += copies * (read + (isRecomputed ? 0 : layer.keptBytes))
    estimate.temporaryBytes = max(
      estimate.temporaryBytes, layer.forwardTemporaryBytes,
      layer.backwardTemporaryBytes + (isRecomputed ? layer.keptBytes : 0))
    estimate.updateBytes = max(estimate.updateBytes, layer.updateBytes)
  }
}

extension PipelineProfile {
  /// The estimate of a cut into stages none of which is empty.
  package func estimate(_ cut: PipelineCut) -> CutEstimate {
    let ranges = cut.ranges(of: layers.count)
    let stages = ranges.enumerated().map { number, range in
      var stage = GrowingStage(self, stage: number, of: ranges.count, at: range.lowerBound)
      for _ in range { stage.growRight() }
      return stage.estimate
    }
    var byIPU = Array(repeating: StageEstimate(), count: (cut.devices.max() ?? 0) + 1)
    for (device, stage) in zip(cut.devices, stages) { byIPU[device] = byIPU[device] + stage }
    let largest = cut.starts.dropFirst().map { crossingBytes[$0] }.max() ?? 0
    return CutEstimate(
      stages: stages, ipus: byIPU, transferCycles: transferCycles(largest))
  }

  /// The cycles of a copy from one IPU to another; gradients go the other way at the same time.
  func transferCycles(_ bytes: Double) -> Double { (bytes / linkBytesPerCycle).rounded(.up) }

  /// Whether no stage is empty and layers that share a weight lie on one IPU.
  package func isPossible(_ cut: PipelineCut) -> Bool {
    let ranges = cut.ranges(of: layers.count)
    guard cut.starts.first == 0, ranges.allSatisfy({ !$0.isEmpty }),
      ranges.reduce(0, { $0 + $1.count }) == layers.count
    else { return false }
    return tied.allSatisfy { group in
      let devices = group.compactMap { layer in
        ranges.firstIndex { $0.contains(layer) }.map { cut.devices[$0] }
      }
      return Set(devices).count <= 1
    }
  }
}
