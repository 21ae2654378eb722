import GraphIR

/// Chooses what is computed again so that what is kept between forward and backward pass fits a bound.
///
/// Everything is kept at first. Moves then free memory one after the other, until the bound is met: a layer
/// is computed again, which keeps what that needs in place of its activations; or a layer's output is not
/// kept, which only layers that are computed again read, and a second run of the layer gives it again. Of
/// the moves that free bytes the one is made that frees most for its cycles. The moves and their order do
/// not depend on the bound: a larger one makes fewer of the same, and computes nothing again that a smaller
/// one keeps.
struct ActivationChoice {
  /// A layer that could be computed again.
  struct Layer {
    /// The values of the forward pass that its backward call reads, each once.
    var reads: [ValueID]
    /// The values of the forward pass that another run reads, each once.
    var needs: [ValueID]
    /// What it gives to others, where another run could give that again.
    var outputs: [ValueID]
    /// Cycles of the run that gives the activations.
    var activationCycles: Double
    /// Cycles of the run that only gives the outputs.
    var outputCycles: Double
    /// Whether the backward pass computes its activations again.
    var isRecomputed = false
    /// Whether the backward pass computes its outputs again, for layers after it.
    var dropsOutputs = false
  }

  private(set) var layers: [Layer]
  /// The bytes that are kept.
  private(set) var keptBytes = 0
  private let bytes: [ValueID: Int]
  /// How many of the layers, and of other readers, a value is kept for.
  private var holders: [ValueID: Int] = [:]
  /// The layers that read, need or give a value, and the one that gives it, by their numbers.
  private var layersOf: [ValueID: [Int]] = [:]
  private var makerOf: [ValueID: Int] = [:]
  /// The bytes that a layer's next move frees, for each of its cycles.
  private var worth: [Double]
  /// The layers whose next move is worth something else now.
  private var changed: Set<Int> = []

  /// - Parameters:
  ///   - layers: in the order in which they run.
  ///   - others: values that are kept in any case.
  init(_ layers: [Layer], alsoKept others: [ValueID], in function: Function) {
    self.layers = layers
    worth = layers.map { _ in 0 }
    var bytes: [ValueID: Int] = [:]
    for value in layers.flatMap({ $0.reads + $0.needs }) + others {
      bytes[value] = function.type(of: value).byteCount
    }
    self.bytes = bytes
    for (number, layer) in layers.enumerated() {
      for value in layer.outputs { makerOf[value] = number }
      for value in Set(layer.reads + layer.needs + layer.outputs) {
        layersOf[value, default: []].append(number)
      }
    }
    for value in others + layers.flatMap(\.reads) { hold(value) }
    changed = Set(layers.indices)
  }

  /// The values that another run of their layer gives again.
  var dropped: Set<ValueID> {
    Set(layers.lazy.filter(\.dropsOutputs).flatMap(\.outputs))
  }

  /// Makes moves until no more than `bound` bytes are kept, or none frees any. Of equal moves that of the
  /// earliest layer comes first: the activations of late layers are read and freed first.
  mutating func fit(_ bound: Int) {
    while keptBytes > bound {
      for number in changed { worth[number] = worthOfMove(number) }
      changed = []
      guard let best = worth.indices.max(by: { worth[$0] < worth[$1] }), worth[best] > 0,
        let first = worth.firstIndex(of: worth[best])
      else { return }
      changed.insert(first)
      if layers[first].isRecomputed { dropOutputs(first) } else { recompute(first) }
    }
  }

  // MARK: Moves

  private mutating func recompute(_ number: Int) {
    layers[number].isRecomputed = true
    for value in layers[number].needs where !isDropped(value) { hold(value) }
    for value in layers[number].reads { release(value) }
  }

  /// All that hold the outputs are layers that are computed again.
  private mutating func dropOutputs(_ number: Int) {
    layers[number].dropsOutputs = true
    for value in layers[number].outputs { release(value, times: holders[value] ?? 0) }
  }

  private func worthOfMove(_ number: Int) -> Double {
    let layer = layers[number]
    let (freed, cycles) =
      layer.isRecomputed
      ? (bytesFreedByDropping(layer), layer.outputCycles)
      : (bytesFreedByRecomputing(layer), layer.activationCycles)
    return Double(max(0, freed)) / max(cycles, 1)
  }

  private func bytesFreedByRecomputing(_ layer: Layer) -> Int {
    var freed = 0
    for value in layer.reads where holders[value] == 1 && !layer.needs.contains(value) {
      freed += bytes[value] ?? 0
    }
    for value in layer.needs where holders[value] ?? 0 == 0 && !isDropped(value) {
      freed -= bytes[value] ?? 0
    }
    return freed
  }

  /// 0 where the outputs are dropped, or kept for something else than layers that are computed again.
  private func bytesFreedByDropping(_ layer: Layer) -> Int {
    guard !layer.dropsOutputs else { return 0 }
    var freed = 0
    for value in layer.outputs {
      let readers = (layersOf[value] ?? []).count {
        layers[$0].isRecomputed && layers[$0].needs.contains(value)
      }
      guard holders[value] ?? 0 == readers else { return 0 }
      if readers > 0 { freed += bytes[value] ?? 0 }
    }
    return freed
  }

  private func isDropped(_ value: ValueID) -> Bool {
    makerOf[value].map { layers[$0].dropsOutputs } ?? false
  }

  private mutating func hold(_ value: ValueID) {
    let count = holders[value] ?? 0
    holders[value] = count + 1
    if count == 0 { keptBytes += bytes[value] ?? 0 }
    noteChange(of: value, from: count, to: count + 1)
  }

  private mutating func release(_ value: ValueID, times: Int = 1) {
    let count = holders[value] ?? 0
    holders[value] = count - times
    if count > 0, count == times { keptBytes -= bytes[value] ?? 0 }
    noteChange(of: value, from: count, to: count - times)
  }

  /// What all layers read is held by many: only the first and last holder matter to the others.
  private mutating func noteChange(of value: ValueID, from old: Int, to new: Int) {
    if min(old, new) <= 1 {
      changed.formUnion(layersOf[value] ?? [])
    } else if let maker = makerOf[value] {
      changed.insert(maker)
    }
  }
}
