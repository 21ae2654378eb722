/// What the layers of a model cost, in the order in which data flows: all that a cut into pipeline stages
/// is chosen by. Cycles are of one micro-batch; all figures are whole numbers, so that sums do not depend
/// on their order.
package struct PipelineProfile: Sendable {
  /// A layer, which lies in one stage.
  package struct Layer: Sendable {
    /// The name by which `pipeline_stages` lists it.
    package var name: String
    /// Cycles of the forward run; of a second one too, where activations are computed again.
    package var forwardCycles = 0.0
    /// Cycles of the backward run.
    package var backwardCycles = 0.0
    /// Bytes of the weights that it is the first to read.
    package var weightBytes = 0.0
    /// Bytes of the sums of their gradients.
    package var accumulatorBytes = 0.0
    /// Bytes of the optimizer's state of these weights that is on the chip.
    package var stateBytes = 0.0
    /// Bytes that the weight update needs at once beside these three.
    package var updateBytes = 0.0
    /// Bytes that its forward run keeps for its backward run, beside what it reads.
    package var keptBytes = 0.0
    /// The numbers of the values that it reads of what layers before it compute, each once.
    package var reads: [Int] = []
    /// The most bytes that its forward run holds.
    package var forwardTemporaryBytes = 0.0
    /// The most bytes that its backward run holds, beside what was kept.
    package var backwardTemporaryBytes = 0.0
    /// Whether its activations are computed again.
    package var isRecomputed = false
    /// Whether it comes after the last encoder layer: in the last stage its backward run follows at once,
    /// and nothing is computed again.
    package var isAfterEncoder = false

    package init(name: String) { self.name = name }
  }

  /// The layers.
  package let layers: [Layer]
  /// The bytes, of one micro-batch, of the values that layers read of others.
  package let valueBytes: [Double]
  /// For each layer the bytes that go to it, and past it, from the layers before; 0 for the first.
  package let crossingBytes: [Double]
  /// Layers that read one weight and must lie on one IPU: their numbers, rising.
  package let tied: [[Int]]
  /// IPUs of a replica.
  package let ipus: Int
  /// Bytes of an IPU for tensors.
  package let memoryBytes: Double
  /// Bytes that go from an IPU to the next in a cycle.
  package let linkBytesPerCycle: Double
  /// For each value that a layer reads the number of the next layer that reads it, `Int.max` without one.
  let nextReaders: [[Int]]
  /// The same for the layer before, -1 without one.
  let previousReaders: [[Int]]

  package init(
    layers: [Layer], valueBytes: [Double], crossingBytes: [Double], tied: [[Int]], ipus: Int,
    memoryBytes: Double, linkBytesPerCycle: Double
  ) {
    self.layers = layers
    self.valueBytes = valueBytes
    self.crossingBytes = crossingBytes
    self.tied = tied
    self.ipus = ipus
    self.memoryBytes = memoryBytes
    self.linkBytesPerCycle = linkBytesPerCycle
    var next = valueBytes.map { _ in Int.max }
    nextReaders = layers.indices.reversed().map { number in
      let readers = layers[number].reads.map { next[$0] }
      for value in layers[number].reads { next[value] = number }
      return readers
    }.reversed()
    var previous = valueBytes.map { _ in -1 }
    previousReaders = layers.indices.map { number in
      let readers = layers[number].reads.map { previous[$0] }
      for value in layers[number].reads { previous[value] = number }
      return readers
    }
  }
}

/// Where the layers are cut into stages, and on which IPU each stage is.
package struct PipelineCut: Hashable, Sendable {
  /// The number of the first layer of each stage.
  package var starts: [Int]
  /// The IPU of each stage.
  package var devices: [Int]

  package init(starts: [Int], devices: [Int]) {
    self.starts = starts
    self.devices = devices
  }

  /// The layers of each stage, of so many layers in all.
  package func ranges(of count: Int) -> [Range<Int>] {
    starts.indices.map { stage in
      starts[stage]..<max(starts[stage], stage + 1 < starts.count ? starts[stage + 1] : count)
    }
  }
}

/// The way in which stages may go over the IPUs.
package enum PipelineShape: Hashable, Sendable, CaseIterable {
  /// A stage for each IPU.
  case chain
  /// As the published configurations: the first IPU has the first stage and a further, last one.
  case folded

  /// The IPU of each stage.
  package func devices(ipus: Int) -> [Int] {
    switch self {
    case .chain: Array(0..<ipus)
    case .folded: Array(0..<ipus) + [0]
    }
  }

  /// The shapes that a number of IPUs can have.
  package static func all(ipus: Int) -> [PipelineShape] { ipus > 1 ? allCases : [.chain] }
}
