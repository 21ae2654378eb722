import Compiler
import Foundation
import Foundations
import Frontend
import GraphIR
import Recipe
import TestSupport
import Testing

/// What a deeper model costs: functions of the same number and the same bodies, and a few operations a
/// layer in the functions that list the layers.
@Suite struct DepthTests {
  /// The operations that a layer adds at most, all functions together: the calls of its functions in
  /// stages, in `@evaluation`, in `@gradients` and in the update, and what its checkpoint's stash is, and
  /// is written and read by.
  private static let operationsOfLayer = 12

  /// What the names of functions begin with that list the layers or their parameters.
  private static let listing = [
    "evaluation", "gradients", "loss", "micro_batch", "replica_gradients", "slot_", "stage_",
    "training_step",
  ]

  /// BERT-Large with another number of layers, on its four IPUs.
  private func module(layers: Int) throws -> Module {
    let stage = "[" + Array(repeating: #""hid""#, count: layers / 4).joined(separator: ",") + "]"
    let stages = #"[["emb"],\#(stage),\#(stage),\#(stage),\#(stage),["enc_out","pool","heads"]]"#
    let recipe = try Configuration.load(
      path: Checkout.path("configs/pretrain_large_128_phase1.json"),
      overrides: [
        Override(setting: "bert_config.num_hidden_layers=\(layers)"),
        Override(setting: "pipeline_stages=\(stages)"),
        Override(setting: "device_mapping=[0,0,1,2,3,0]"),
      ], precision: .fp16
    ).recipe
    return try Compilation(recipe).module
  }

  private func count(_ module: Module) -> Int {
    module.functions.reduce(0) { $0 + $1.allOperations.count }
  }

  private func text(_ function: Function) -> String {
    var module = Module()
    module.insert(function)
    return module.text
  }

  @Test func bodiesAreTheSameAtAnyDepth() throws {
    let (shallow, deep) = (try module(layers: 12), try module(layers: 96))
    #expect(shallow.functions.map(\.name) == deep.functions.map(\.name))
    for (left, right) in zip(shallow.functions, deep.functions)
    where !Self.listing.contains(where: left.name.hasPrefix) {
      #expect(text(left) == text(right), "the body of @\(left.name) depends on the depth")
    }
    let layers = shallow.functions.map(\.name).filter { $0.hasPrefix("encoder_layer") }
    #expect(layers.count >= 3)
    let added = Double(count(deep) - count(shallow)) / 84
    #expect(added <= Double(Self.operationsOfLayer))
    #expect(added >= 5, "each layer is called forward, again and backward, and in two entries")
  }
}
