import Compiler
import GraphIR
import Operations
import Testing
import Transforms

/// Layers that were written out become functions again, one a direction, whatever their number.
@Suite struct OutliningTests {
  @Test(arguments: MicroModel.all)
  func inlining(model: MicroModel) throws {
    try expectSameMeaning("inline", model)
  }

  @Test(arguments: MicroModel.all)
  func outliningOfWhatWasInlined(model: MicroModel) throws {
    try expectSameMeaning("inline,outline", model)
    try expectSameMeaning("inline,fold,canonicalize,cse,dce,outline", model)
  }

  /// A whole module inlined is its entries alone.
  @Test func nothingIsCalledAfterInlining() throws {
    let module = try layers(2, "inline")
    #expect(module.functions.allSatisfy { $0.isEntry && $0.callees.isEmpty })
  }

  /// Bodies are the same in number and size with two layers and eight; the layer's is called once a
  /// layer.
  @Test(arguments: ["inline,outline", "inline,cse,dce,outline"])
  func bodiesDoNotGrowWithLayers(passes: String) throws {
    let (two, eight) = (try layers(2, passes), try layers(8, passes))
    #expect(bodies(two) == bodies(eight))
    #expect(bodies(eight).count >= 3)
    #expect(two.attentionCalls == [2])
    #expect(eight.attentionCalls == [8])
  }

  private func layers(_ count: Int, _ passes: String) throws -> Module {
    let hidden = Array(repeating: "\"hid\"", count: count).joined(separator: ", ")
    let model = MicroModel(
      "\(count) layers",
      [
        "bert_config.num_hidden_layers=\(count)",
        "pipeline_stages=[[\"emb\"], [\(hidden), \"enc_out\"], [\"pool\", \"heads\"]]",
      ], dropout: 0.1)
    var module = try model.compiled(upTo: "training-step").module
    for invocation in try PassInvocation.list(passes, among: PassRegistry.all) {
      try invocation.run(on: &module)
      try Verifier.check(module, after: invocation.pass.name)
    }
    return module
  }

  /// The operations of functions that are no entries, in the order of their names.
  private func bodies(_ module: Module) -> [[String]] {
    module.functions.filter { !$0.isEntry }.map { function in
      function.allOperations.map { function[$0].operation.mnemonic }
    }
  }
}

extension Module {
  /// How often the training step calls each function that makes a softmax and drops some of it, which
  /// only the forward pass of a layer does.
  fileprivate var attentionCalls: [Int] {
    functions.compactMap { function in
      let operations = function.allOperations.map { function[$0].operation.mnemonic }
      guard !function.isEntry, operations.contains("tessera.softmax"),
        operations.contains("tessera.dropout")
      else { return nil }
      return self[EntryName.trainingStep]?.callees.count { $0 == function.name }
    }
  }
}
