import Foundations
import GraphIR

/// Computes activations again in the backward pass instead of keeping them.
///
/// `interleaved`: the output of each encoder layer is a checkpoint. Of a layer only its operands are
/// kept, and its forward function is called again right before its backward function, so that one
/// layer's activations are alive at a time:
///
///     h1, a1… = @encoder_layer_forward(h0, …)          h1 = @encoder_layer(h0, …)
///     h2, a2… = @encoder_layer_forward(h1, …)          h2 = @encoder_layer(h1, …)
///     …                                           →    …
///     g1 = @encoder_layer_backward(a2…, g2)            h2', a2… = @encoder_layer_forward(h1, …)
///     g0 = @encoder_layer_backward(a1…, g1)            g1 = @encoder_layer_backward(a2…, g2)
///                                                      h1', a1… = @encoder_layer_forward(h0, …)
///                                                      g0 = @encoder_layer_backward(a1…, g1)
///
/// Where stages are functions, a forward stage gives checkpoints in place of activations, and the
/// second computation is in the backward stage. What else has a derivative (embeddings, pooler) is
/// computed again where that keeps fewer bytes. What comes after the last encoder layer in the last
/// stage is not: its backward pass follows at once. The last encoder layer itself is computed again, as
/// its activations would otherwise be alive together with those of the heads.
///
/// `whole`: each stage but the last runs forward again right before its backward function, from its
/// inputs: less is kept between the two, and a whole stage's activations are alive at once.
///
/// `within-bytes`: what each stage keeps fits a bound, in all the copies that the pipeline's schedule keeps
/// of it. Activations stay as long as they fit; then layers are computed again that free many bytes for
/// few cycles, as `ActivationChoice` says, down to what a stage is given by the one before it. Where
/// stages are not functions the layers' outputs stay: computed again in the same function they would be
/// one value with the first ones.
///
/// Dropout draws by counter, so that the second computation gives the same bits as the first.
package enum Recomputation {
  /// What is computed again.
  package enum Mode: String, CaseIterable, Sendable {
    /// Layer by layer, from checkpoints.
    case interleaved
    /// Each stage as a whole.
    case whole
    /// As little as fits a bound.
    case withinBytes = "within-bytes"
    /// Nothing.
    case none
  }

  /// The pass, with estimated costs.
  package static let pass = pass { EstimatedCosts($0) }

  /// The pass, which asks what functions of a module cost.
  package static func pass<Costs: CostModel>(
    costs: @escaping @Sendable (Module) -> Costs
  ) -> Pass {
    Pass(
      "recompute", "computes activations again in the backward pass instead of keeping them",
      options: [
        Pass.Option(
          "mode",
          "interleaved (layer by layer), whole (a stage at once), within-bytes or none; default: "
            + "interleaved"),
        Pass.Option("bytes", "what a stage may keep at most, for within-bytes"),
        Pass.Option(
          "checkpoint",
          "what the names of functions begin with whose outputs are kept; default: encoder_layer"),
      ]
    ) { module, options in
      let mode = try options.choice("mode", default: Mode.interleaved)
      let checkpoint = options["checkpoint"] ?? "encoder_layer"
      switch mode {
      case .none: return
      case .interleaved, .whole: computeAgain(mode, checkpoint, &module)
      case .withinBytes:
        guard options["bytes"] != nil else {
          throw TesseraError(
            .usage, code: .badPassOption, "within-bytes needs the option 'bytes'",
            remedies: ["write recompute{mode=within-bytes bytes=100000000}"])
        }
        let bound = try options.integer("bytes", 0...Int.max, default: 0)
        var recomputation = BoundedRecomputation(checkpoint, bound, costs(module))
        try recomputation.run(on: &module)
      }
    }
  }

  private static func computeAgain(_ mode: Mode, _ checkpoint: String, _ module: inout Module) {
    for name in module.functions.map(\.name) {
      guard let function = module[name] else { continue }
      let (stages, layers) = pairs(in: function, of: module)
      guard !stages.isEmpty || !layers.isEmpty else { continue }
      var rewriter = Rewriter(function)
      if mode == .whole {
        for pair in stages.dropLast() { rewriter.recompute(pair, of: module) }
      } else {
        rewriter.recompute(
          layers.filter(isBeforeLastCheckpoint(checkpoint, in: function)), of: module)
        for (index, pair) in stages.enumerated() {
          var stage = StageRecomputation(pair, in: rewriter, of: module)
          stage.chooseLayers(checkpoint, isLast: index == stages.count - 1)
          stage.apply(&rewriter, &module)
        }
      }
      module.insert(rewriter.function)
    }
  }

  /// The pairs of a function's calls: those of stages, and those of layers.
  static func pairs(
    in function: Function, of module: Module
  ) -> (stages: [DerivativePair], layers: [DerivativePair]) {
    DerivativePair.pairs(in: function, of: module)
      .partitioned { module[$0.forwardName]?.placement != nil }
  }

  /// Whether the forward call stands before, or is, the last call of a checkpoint layer in the forward
  /// part of the function.
  static func isBeforeLastCheckpoint(
    _ prefix: String, in function: Function
  ) -> (DerivativePair) -> Bool {
    let positions = function.positions
    var last = -1
    for (position, id) in function[function.body].operations.enumerated() {
      guard case .control(.call(let callee)) = function[id].operation else { continue }
      if DerivativePair.backwardName(callee) != nil { break }
      if callee.hasPrefix(prefix) { last = position }
    }
    return { pair in positions[pair.forward].map { $0 <= last } ?? false }
  }
}

extension Array {
  /// The elements that match and those that do not, in their order.
  fileprivate func partitioned(_ matches: (Element) -> Bool) -> ([Element], [Element]) {
    (filter(matches), filter { !matches($0) })
  }
}
