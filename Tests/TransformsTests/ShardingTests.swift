import Bundle
import Compiler
import Foundations
import GraphIR
import Interpreter
import Operations
import Recipe
import Runtime
import TestSupport
import Testing
import Transforms

/// Optimizer state in parts: the same weights, from programs in which a replica has its part only.
@Suite struct ShardingTests {
  /// Both optimizers and precisions, two and four replicas, and what the other micro models have.
  private static let models =
    MicroModel.all.filter { $0.testDescription.contains("replicas") }
    + [2, 4].flatMap { replicas in
      [Precision.fp32, .fp16].flatMap { precision in
        ["AdamW", "LAMB"].map { optimizer in
          MicroModel(
            "\(optimizer), \(precision), \(replicas) replicas",
            ["optimizer_opts.name=\(optimizer)"],
            precision: precision, replicas: replicas)
        }
      }
    } + [
      MicroModel(
        "nested default, 3 replicas", ["micro_batch_size=2", "optimizer_opts.name=LAMB"],
        variant: .nestedDefault, replicas: 3, dropout: 0.1)
    ]

  /// How far weights may be from those of an update that is not sharded: LAMB's norms are sums in another
  /// order, and with them the trust ratio, of which an f16 update takes the nearest f16.
  private func tolerance(_ model: MicroModel) -> Tolerance {
    guard model.testDescription.contains("LAMB") || model.testDescription.contains("nested") else {
      return .bits
    }
    return model.testDescription.contains("fp32") ? .relative(1e-6) : .relative(1e-3)
  }

  private func sharded(
    _ compiled: MicroModel.Compiled, minBytes: Int = 0, then more: String = ""
  ) throws -> Module {
    var module = compiled.module
    let text = "shard{replicas=\(compiled.recipe.program.replicas) min-bytes=\(minBytes)}\(more)"
    for invocation in try PassInvocation.list(text, among: PassRegistry.all) {
      try invocation.run(on: &module)
      try Verifier.check(module, after: invocation.pass.name)
    }
    return module
  }

  @Test(arguments: models)
  func meaning(model: MicroModel) throws {
    for phase in ["training-step", "fuse"] {
      let compiled = try model.compiled(upTo: phase)
      for minBytes in [0, 1000] {
        let module = try sharded(compiled, minBytes: minBytes)
        #expect(module.text != compiled.module.text)
        let before = try ShardedResults(compiled, compiled.module, like: compiled.module)
        let after = try ShardedResults(compiled, module, like: compiled.module)
        let note = "after \(phase), \(minBytes) bytes"
        #expect(
          differences(before.interpreted, after.interpreted, tolerance(model)) == [],
          "interpreter, \(note)")
        #expect(
          differences(before.executed, after.executed, tolerance(model)) == [], "engine, \(note)")
      }
    }
  }

  /// All passes that follow work on sharded programs.
  @Test(arguments: models.filter { $0.testDescription.contains("LAMB, fp32") })
  func laterPasses(model: MicroModel) throws {
    let compiled = try model.compiled(upTo: "fuse")
    let before = try ShardedResults(compiled, try sharded(compiled), like: compiled.module)
    let passes = [
      ",offload{min-bytes=0},outline,schedule", ",inline,schedule",
      ",fold,canonicalize,cse,dce,fuse,offload{min-bytes=200}",
    ]
    for more in passes {
      let module = try sharded(compiled, then: more)
      let after = try ShardedResults(compiled, module, like: compiled.module)
      #expect(differences(before.executed, after.executed, .bits) == [], "\(more)")
    }
  }

  /// What is exchanged is one operation of each kind, however many parameters there are.
  @Test func exchangesAreOneForAllParameters() throws {
    for optimizer in ["AdamW", "LAMB"] {
      let compiled = try MicroModel(
        "", ["optimizer_opts.name=\(optimizer)"], precision: .fp32, replicas: 2
      ).compiled(upTo: "fuse")
      let entry = try #require(try sharded(compiled)[EntryName.trainingStep])
      var counts: [String: Int] = [:]
      for id in entry.allOperations {
        guard case .collective(let collective) = entry[id].operation else { continue }
        counts[collective.mnemonic, default: 0] += 1
        if case .allReduceSum = collective {
          // Losses and norms; no gradient.
          #expect(entry[id].results.allSatisfy { entry.type(of: $0).rank == 0 })
        }
      }
      counts["tessera.replica_slice"] = nil
      #expect(
        counts == [
          "tessera.all_reduce_sum": optimizer == "LAMB" ? 2 : 1,
          "tessera.reduce_scatter_sum": 1, "tessera.all_gather": 1,
        ])
    }
  }

  /// Updates that parameters of one shape shared are shared by their parts, through the update of a
  /// layer: two layers make no more functions than one.
  @Test func updatesStayShared() throws {
    func functions(_ layers: Int) throws -> Int {
      let hidden = Array(repeating: "\"hid\"", count: layers).joined(separator: ", ")
      let compiled = try MicroModel(
        "",
        [
          "optimizer_opts.name=LAMB", "bert_config.num_hidden_layers=\(layers)",
          "pipeline_stages=[[\"emb\"], [\(hidden), \"enc_out\"], [\"pool\", \"heads\"]]",
        ], precision: .fp32, replicas: 2
      ).compiled(upTo: "fuse")
      return try sharded(compiled).functions.count
    }
    #expect(try functions(2) == functions(4))
  }
}
