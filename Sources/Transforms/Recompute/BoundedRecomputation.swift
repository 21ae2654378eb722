import Foundations
import GraphIR
import Operations

/// Computes as little again as fits a bound on what each stage keeps between its forward and backward run.
///
/// With S stages the grouped schedule runs stage i's backward function 2(S − 1 − i) timesteps after the
/// slot of its forward function, so that 2(S − 1 − i) + 1 micro-batches of what it keeps are there at once.
struct BoundedRecomputation<Costs: CostModel> {
  private let checkpoint: String
  private let bound: Int
  private var costs: Costs
  /// What keeps more than the bound whatever is chosen: of whom, how many bytes, in how many copies.
  private var misfits: [(name: String, bytes: Int, copies: Int)] = []

  init(_ checkpoint: String, _ bound: Int, _ costs: Costs) {
    self.checkpoint = checkpoint
    self.bound = bound
    self.costs = costs
  }

  /// - Throws: `activations-do-not-fit` where the least that stages can keep is more than the bound.
  mutating func run(on module: inout Module) throws(TesseraError) {
    let stageCount = module.functions.compactMap { $0.placement?.stage }.max().map { $0 + 1 } ?? 1
    for name in module.functions.map(\.name) {
      guard let function = module[name] else { continue }
      let (stages, layers) = Recomputation.pairs(in: function, of: module)
      guard !stages.isEmpty || !layers.isEmpty else { continue }
      var rewriter = Rewriter(function)
      chooseLayers(layers, &rewriter, module)
      for (index, pair) in stages.enumerated() {
        var stage = StageRecomputation(pair, in: rewriter, of: module)
        let number = module[pair.forwardName]?.placement?.stage ?? index
        let copies = 2 * (stageCount - 1 - number) + 1
        let kept = stage.chooseLayers(
          checkpoint, isLast: number == stageCount - 1, within: bound / copies, &costs)
        note("stage \(number)", kept, copies)
        stage.apply(&rewriter, &module)
      }
      module.insert(rewriter.function)
    }
    try checkFit()
  }

  /// Chooses among layers whose calls stand in one function.
  private mutating func chooseLayers(
    _ layers: [DerivativePair], _ rewriter: inout Rewriter, _ module: Module
  ) {
    let function = rewriter.function
    let candidates = layers.filter(
      Recomputation.isBeforeLastCheckpoint(checkpoint, in: function))
    guard !candidates.isEmpty else { return }
    let described = candidates.map { description(of: $0, in: function) }
    var choice = ActivationChoice(described, alsoKept: [], in: function)
    choice.fit(bound)
    note("@\(function.name)", choice.keptBytes, 1)
    for (pair, layer) in zip(candidates, choice.layers) where layer.isRecomputed {
      rewriter.recompute(pair, of: module)
    }
  }

  private mutating func description(
    of pair: DerivativePair, in function: Function
  ) -> ActivationChoice.Layer {
    let forward = function[pair.forward]
    let needs = forward.operands.filter { operand in
      guard let maker = function.operation(defining: operand) else { return false }
      if case .source(.constant) = function[maker].operation { return false }
      return true
    }
    let known = Set(forward.results + needs)
    return ActivationChoice.Layer(
      reads: Self.once(function[pair.backward].operands.filter(known.contains)),
      needs: Self.once(needs), outputs: [],
      activationCycles: costs.cost(of: pair.forwardName).cycles, outputCycles: 0)
  }

  private static func once(_ values: [ValueID]) -> [ValueID] {
    var seen: Set<ValueID> = []
    return values.filter { seen.insert($0).inserted }
  }

  private mutating func note(_ name: String, _ bytes: Int, _ copies: Int) {
    if bytes > bound / copies { misfits.append((name, bytes, copies)) }
  }

  private func checkFit() throws(TesseraError) {
    guard let worst = misfits.max(by: { $0.bytes * $0.copies < $1.bytes * $1.copies }) else {
      return
    }
    let least = worst.bytes * worst.copies
    let mebibytes = (least + (1 << 20) - 1) >> 20
    throw TesseraError(
      .doesNotFit, code: .activationsDoNotFit,
      "\(worst.name) keeps at least \(least) bytes of activations, more than the bound of \(bound)",
      notes: misfits.map { misfit in
        "\(misfit.name): \(misfit.bytes) bytes of a micro-batch, of which \(misfit.copies) "
          + "\(misfit.copies == 1 ? "is" : "are") there at once"
      },
      remedies: [
        "raise the bound to \(least) bytes: --recompute-within \(mebibytes)",
        "use a smaller micro-batch",
      ])
  }
}
