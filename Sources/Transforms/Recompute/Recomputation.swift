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
/// Dropout draws by counter, so that the second computation gives the same bits as the first.
package enum Recomputation {
  /// What is computed again.
  package enum Mode: String, CaseIterable, Sendable {
    /// Layer by layer, from checkpoints.
    case interleaved
    /// Each stage as a whole.
    case whole
    /// Nothing.
    case none
  }

  /// The pass.
  package static let pass = Pass(
    "recompute", "computes activations again in the backward pass instead of keeping them",
    options: [
      Pass.Option(
        "mode",
        "interleaved (layer by layer), whole (a stage at once) or none; default: interleaved"),
      Pass.Option(
        "checkpoint",
        "what the names of functions begin with whose outputs are kept; default: encoder_layer"),
    ]
  ) { module, options in
    let mode = try options.choice("mode", default: Mode.interleaved)
    guard mode != .none else { return }
    let checkpoint = options["checkpoint"] ?? "encoder_layer"
    for name in module.functions.map(\.name) {
      guard let function = module[name] else { continue }
      let pairs = DerivativePair.pairs(in: function, of: module)
      guard !pairs.isEmpty else { continue }
      let (stages, layers) = pairs.partitioned { module[$0.forwardName]?.placement != nil }
      var rewriter = Rewriter(function)
      switch mode {
      case .interleaved:
        rewriter.recompute(
          layers.filter(isBeforeLastCheckpoint(checkpoint, in: function)), of: module)
        for (index, pair) in stages.enumerated() {
          var stage = StageRecomputation(pair, in: rewriter, of: module)
          stage.chooseLayers(checkpoint, isLast: index == stages.count - 1)
          stage.apply(&rewriter, &module)
        }
      case .whole:
        for pair in stages.dropLast() { rewriter.recompute(pair, of: module) }
      case .none: break
      }
      module.insert(rewriter.function)
    }
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
