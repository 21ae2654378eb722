import Compiler
import Foundation
import Foundations
import Frontend
import GraphIR
import Recipe
import TestSupport
import Testing
import Transforms

/// A training step that computes activations again against one that keeps them.
@Suite struct RecomputationTests {
  /// In stages, and in one function.
  @Test(arguments: MicroModel.all + [PartitionTests.uncut])
  func interleaved(model: MicroModel) throws {
    try expectSameMeaning("recompute", model)
    try expectSameMeaning("recompute,cse,dce", model)
  }

  @Test(arguments: MicroModel.all)
  func wholeStages(model: MicroModel) throws {
    try expectSameMeaning("recompute{mode=whole}", model)
    try expectSameMeaning("recompute{mode=whole},cse,dce", model)
  }

  @Test(arguments: ["interleaved", "whole"])
  func otherPipelines(mode: String) throws {
    for (stages, devices) in [
      ("emb,hid;hid,enc_out,pool,heads", "0,1"), ("emb;hid;hid,enc_out;pool;heads", "0,1,2,3,0"),
    ] {
      let cut = try PartitionTests.trainingStep(stages: stages, devices: devices)
      var module = cut.module
      try Recomputation.pass.run(on: &module, PassOptions([("mode", mode)]))
      try Verifier.check(module, after: "recompute")
      #expect(module.text != cut.module.text)
      let once = module.text
      try Recomputation.pass.run(on: &module, PassOptions([("mode", mode)]))
      #expect(module.text == once, "\(mode) changes its own result")
      try expectSameMeaning(cut.uncut, module, .bits, "\(mode) of \(stages)")
    }
  }

  /// Each layer's activations come from the call right before its backward call, of that layer's own
  /// input; what follows the last encoder layer in the last stage is kept.
  @Test func layersAreComputedRightBefore() throws {
    let cut = try PartitionTests.trainingStep(
      stages: "emb,hid;hid,enc_out,pool,heads", devices: "0,1")
    var module = cut.module
    try Recomputation.pass.run(on: &module)
    #expect(
      module["stage_0_backward"]?.callees == [
        "encoder_layer_forward", "encoder_layer_backward", "embeddings_forward",
        "embeddings_backward",
      ])
    #expect(module["stage_0_forward"]?.callees == ["embeddings", "encoder_layer"])
    #expect(
      module["stage_1_forward"]?.callees == [
        "encoder_layer", "encoder_output_forward", "pooler_forward", "heads_forward",
      ])
    #expect(
      module["stage_1_backward"]?.callees == [
        "heads_backward", "pooler_backward", "encoder_output_backward", "encoder_layer_forward",
        "encoder_layer_backward",
      ])
  }

  /// Without recomputation all layers' activations are alive at once, with it one layer's.
  @Test(arguments: [
    ("configs/pretrain_base_128_phase1.json", []),
    // A small vocabulary: the gradient of a large one would be all there is to see.
    (
      "examples/pretrain_tiny.json",
      ["bert_config.vocab_size=64", "embedding_serialization_factor=1"]
    ),
  ])
  func peaks(config: String, settings: [String]) throws {
    func module(_ isOn: Bool) throws -> (Module, TrainingRecipe) {
      let recipe = try Configuration.load(
        path: Checkout.path(config),
        overrides: try (settings + ["enable_recomputation=\(isOn)"]).map {
          try Override(setting: $0)
        },
        precision: .fp16
      ).recipe
      return (try Compilation(recipe).module, recipe)
    }
    let (kept, recipe) = try module(false)
    let (recomputed, _) = try module(true)
    var (before, after) = (PeakBytes(kept), PeakBytes(recomputed))
    let (peakBefore, peakAfter) = (
      before.peak(of: "micro_batch"), after.peak(of: "micro_batch")
    )
    let layer = try #require(kept["encoder_layer_forward"])
    let activations = layer.resultTypes.dropFirst().reduce(0) { $0 + $1.byteCount }
    let layers = recipe.program.model.layers
    // One layer's activations stay. Of the others the checkpoints do, which were among them, and the
    // peak is now at another place.
    let predicted = (layers - 1) * activations
    print(
      "\(config): \(peakBefore) bytes at most before, \(peakAfter) after; \(peakBefore - peakAfter)"
        + " fewer, predicted \(predicted)")
    let saved = peakBefore - peakAfter
    #expect(abs(Double(saved - predicted)) <= 0.15 * Double(predicted))
  }
}
