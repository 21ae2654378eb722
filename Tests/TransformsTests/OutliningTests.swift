import Compiler
import Foundations
import Frontend
import GraphIR
import Operations
import TestSupport
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

  /// BERT-Large, inlined, gets its layer back, each body called once a layer: forward, backward, and
  /// the forward pass that keeps activations, which recomputation calls before backward.
  @Test func largeGetsItsLayerBack() throws {
    let module = try outlined("pretrain_large_128_phase1", [])
    #expect(module.attentionCalls == [24, 24])
    #expect(module.calls(ofFunctionsWith: "tessera.gelu_tanh_gradient") == [24])
    let step = try #require(module[EntryName.trainingStep])
    #expect(!step.allOperations.contains { step[$0].operation.mnemonic == "tessera.softmax" })
  }

  /// Twelve layers and ninety-six have the same bodies.
  @Test func bodiesAreThoseOfTwelveLayers() throws {
    func base(_ layers: Int) throws -> Module {
      let stage = "[\(Array(repeating: "\"hid\"", count: layers / 3).joined(separator: ", "))]"
      return try outlined(
        "pretrain_base_128_phase1",
        [
          "bert_config.num_hidden_layers=\(layers)",
          "pipeline_stages=[[\"emb\"], \(stage), \(stage), \(stage), "
            + "[\"enc_out\", \"pool\", \"heads\"]]",
        ])
    }
    let (twelve, many) = (try base(12), try base(96))
    #expect(bodies(twelve) == bodies(many))
    #expect(many.attentionCalls == [96, 96])
    func operations(_ module: Module) -> Int {
      module.functions.reduce(0) { $0 + $1.allOperations.count }
    }
    let added = Double(operations(many) - operations(twelve)) / 84
    print("operations added a layer: \(added), all of them in entries")
    // Calls, and what the host and replicas exchange of each parameter; a layer itself has 80 and more.
    #expect(added < 80)
  }

  /// A configuration's training step, written out and outlined.
  private func outlined(_ name: String, _ settings: [String]) throws -> Module {
    let recipe = try Configuration.load(
      path: Checkout.path("configs/\(name).json"),
      overrides: try settings.map { try Override(setting: $0) }, precision: .fp16
    ).recipe
    var found: Module?
    _ = try Compilation(recipe) { finished in
      if finished.name == "dce" { found = finished.module }
    }
    var module = try #require(found)
    for invocation in try PassInvocation.list("inline,outline", among: PassRegistry.all) {
      try invocation.run(on: &module)
    }
    try Verifier.check(module, after: "outline")
    return module
  }

  /// The configuration's key picks the last phase.
  @Test func theConfigurationChooses() throws {
    let written = try MicroModel("inlined", ["use_outlining=false"]).compiled(upTo: "inline").module
    let callees = Set(written.functions.flatMap(\.callees))
    #expect(callees.sorted().allSatisfy { written[$0]?.placement != nil }, "only stages are called")
    let outlined = try MicroModel("outlined").compiled(upTo: "outline").module
    #expect(outlined[EntryName.trainingStep]?.callees.isEmpty == false)
  }

  /// The code saved is weighed against the bytes copied: of the same operations small tensors make a
  /// function, and large ones do not.
  @Test(arguments: [(extent: 64, pays: true), (2048, false)])
  func copiesAreWeighed(extent: Int, pays: Bool) throws {
    var rewriter = Rewriter(functionNamed: "main")
    let type = TensorType([extent, extent], .f32)
    let weights = (0..<4).map { _ in rewriter.addArgument(type) }
    var value = rewriter.addArgument(type)
    for weight in weights {
      value = rewriter.multiply(rewriter.add(value, weight), weight)
      value = rewriter.unary(.negate, value)
    }
    rewriter.return([value])
    var module = Module()
    module.insert(rewriter.function)
    for invocation in try PassInvocation.list("outline{minimum=3}", among: PassRegistry.all) {
      try invocation.run(on: &module)
    }
    #expect(module.functions.count == (pays ? 2 : 1))
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
    calls(ofFunctionsWith: "tessera.softmax", "tessera.dropout")
  }

  /// How often the training step calls each function that has all of these operations.
  fileprivate func calls(ofFunctionsWith wanted: String...) -> [Int] {
    functions.compactMap { function in
      let operations = Set(function.allOperations.map { function[$0].operation.mnemonic })
      guard !function.isEntry, operations.isSuperset(of: wanted) else { return nil }
      return self[EntryName.trainingStep]?.callees.count { $0 == function.name }
    }
  }
}
