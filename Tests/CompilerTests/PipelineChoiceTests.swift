import Compiler
import Foundation
import Foundations
import Frontend
import Recipe
import TestSupport
import Testing

/// Stages chosen for models: published configurations, other depths, what does not fit.
@Suite struct PipelineChoiceTests {
  private static func load(
    _ config: String, _ settings: [String] = [], auto: Bool = true
  ) throws -> LoadedConfiguration {
    var answer: PipelineRequest.Answer?
    if auto {
      answer = { request throws(TesseraError) in
        let (choice, remarks) = try PipelineChoice.answer(request)
        return (choice.mapping, remarks)
      }
    }
    return try Configuration.load(
      path: Checkout.path(config), overrides: settings.map { try Override(setting: $0) },
      choosePipeline: answer)
  }

  /// A published cut as the estimate sees it.
  private static func published(
    _ recipe: TrainingRecipe.Program, _ profile: PipelineProfile
  ) -> PipelineCut {
    let sizes = recipe.pipeline.stages.map(\.count)
    let starts = sizes.indices.map { sizes[..<$0].reduce(0, +) }
    return PipelineCut(starts: starts, devices: recipe.pipeline.devices)
  }

  /// Published configurations ran, so that they must fit. The choice is no slower, by the estimate.
  @Test(arguments: [
    "configs/pretrain_base_128_phase1.json", "configs/pretrain_base_384_phase2.json",
    "configs/pretrain_large_128_phase1.json", "configs/pretrain_large_384_phase2.json",
    "configs/squad_base.json",
  ])
  func publishedConfigurations(config: String) throws {
    let written = try Self.load(config, auto: false).recipe.program
    let choice = try PipelineChoice(written)
    let profile = choice.profile
    let cut = Self.published(written, profile)
    #expect(profile.isPossible(cut))
    let estimate = profile.estimate(cut)
    #expect(estimate.bytes <= profile.memoryBytes, "\(config): \(estimate)")
    #expect(choice.fits)
    #expect(choice.estimate.cycles <= estimate.cycles)
    func text(_ cut: PipelineCut, _ estimate: CutEstimate) -> String {
      let counts = cut.ranges(of: profile.layers.count).map { range in
        profile.layers[range].count { $0.name == "hid" }
      }
      return "\(counts) hid, \((estimate.cycles / 1e4).rounded() / 100) Mcycles, "
        + "\(Int(estimate.bytes / 1_048_576)) MiB"
    }
    print(
      "\(config): published \(text(cut, estimate)); chosen \(text(choice.cut, choice.estimate))")
    // The last stage is on the IPU of the embeddings, whose weight its heads share.
    if case .pretraining = written.task {
      #expect(choice.mapping.devices == [0, 1, 2, 3, 0])
      #expect(choice.mapping.stages.first?.first == .embeddings)
      #expect(choice.mapping.stages.last?.last == .heads)
    }
    let chosen = try Self.load(config)
    #expect(chosen.recipe.program.pipeline == choice.mapping)
    #expect(chosen.remarks.allSatisfy { $0.severity != .error })
    #expect(try PipelineChoice(written).cut == choice.cut)
    #expect(try PipelineChoice(chosen.recipe.program).cut == choice.cut, "not of the stages before")
  }

  /// What the estimate says of a timestep against what was measured (TensorFlow 2, Bow Pod16, SDK 3.3): the
  /// nested form's model of BERT-Base, 15.6 Mcycles, and BERT-Large, 13.1 Mcycles. It knows nothing of
  /// layouts and must stay below; it must not be half of it.
  @Test(arguments: [
    ("configs/pretrain_base_128_phase1.json", [1, 4, 4, 4, 3], 15.6e6),
    ("configs/pretrain_large_128_phase1.json", [4, 7, 7, 7, 3], 13.1e6),
  ])
  func measuredTimesteps(config: String, sizes: [Int], cycles: Double) throws {
    var recipe = try Self.load(config, auto: false).recipe.program
    recipe.model.variant = .nestedDefault
    recipe.model.attentionDropout = 0
    let profile = try PipelineProfile(recipe)
    let starts = sizes.indices.map { sizes[..<$0].reduce(0, +) }
    let estimate = profile.estimate(PipelineCut(starts: starts, devices: [0, 1, 2, 3, 0]))
    print("\(config): \(estimate.cycles / 1e6) Mcycles estimated, \(cycles / 1e6) measured")
    #expect(estimate.cycles < cycles && estimate.cycles > cycles / 2)
  }

  /// Any number of layers and IPUs, whatever the file's stages list.
  @Test(arguments: [(1, 1), (2, 2), (3, 2), (5, 4), (48, 8), (97, 16)])
  func anyDepth(layers: Int, ipus: Int) throws {
    let devices = (0..<ipus).map(String.init).joined(separator: ",")
    let proportions = (0..<ipus).map { _ in "0.2" }.joined(separator: ",")
    let stages = ipus > 1 ? ipus + 1 : 1
    let recipe = try Self.load(
      "configs/pretrain_base_128_phase1.json",
      [
        "bert_config.num_hidden_layers=\(layers)", "device_mapping=[\(devices)]",
        "matmul_available_memory_proportion_per_pipeline_stage=[\(proportions)]",
        "grad_acc_steps_per_replica=\(2 * stages * 10)",
      ]
    ).recipe.program
    #expect(recipe.pipeline.encoderLayerStages.count == layers)
    #expect(recipe.pipeline.stages.count == stages)
    #expect(recipe.pipeline.ipusPerReplica == ipus)
  }

  /// Mistakes beside the stages are told before stages are looked for, and what the stages bring about
  /// after it.
  @Test func otherMistakes() throws {
    let config = "configs/pretrain_base_128_phase1.json"
    let before = #expect(throws: TesseraError.self) {
      _ = try Self.load(config, ["bert_config.num_attention_heads=7"])
    }
    #expect(before?.diagnostics.map(\.code) == [.headsDoNotDivide])
    let after = #expect(throws: TesseraError.self) {
      _ = try Self.load(config, ["grad_acc_steps_per_replica=511"])
    }
    #expect(after?.diagnostics.map(\.code) == [.accumulationNotMultiple])
    let few = #expect(throws: TesseraError.self) {
      _ = try Self.load(
        config,
        ["device_mapping=[0,1,2,3,4,5,6,7]", "bert_config.num_hidden_layers=2"]
          + ["matmul_available_memory_proportion_per_pipeline_stage=[1,1,1,1,1,1,1,1]"])
    }
    #expect(few?.diagnostics.map(\.code) == [.tooFewLayers])
    #expect(few?.diagnostics.first?.location != nil)
  }

  /// What fits no IPU is a warning with the resource, the numbers and ways out that are tried.
  @Test func whatDoesNotFit() throws {
    let config = "configs/pretrain_large_128_phase1.json"
    let loaded = try Self.load(config, ["optimizer_state_offchip=false"])
    let warning = try #require(loaded.remarks.first { $0.code == .pipelineDoesNotFit })
    #expect(warning.severity == .warning)
    #expect(warning.location?.line == 43 && warning.message.contains("MiB too many"), "\(warning)")
    #expect(warning.notes.first?.contains("optimizer state") == true)
    let edits = warning.remedies.flatMap(\.edits)
    #expect(edits.contains(.set(path: "optimizer_state_offchip", true)), "\(warning)")
    // The first remedy does what it says.
    let mended = try Self.load(config, ["optimizer_state_offchip=true"])
    #expect(!mended.remarks.contains { $0.code == .pipelineDoesNotFit })
  }

  /// A file's stages do not count, and the choice has its own place in the effective configuration.
  @Test func effectiveConfiguration() throws {
    let loaded = try Self.load("configs/pretrain_base_128_phase1.json")
    for path in ["pipeline_stages", "device_mapping"] {
      let entry = try #require(loaded.values.entries.first { $0.path == path })
      #expect(entry.origin == .flag("--pipeline auto"))
    }
    let nested = try Self.load(
      "configs/pretrain_base_128_phase1.json", ["pipeline_stages=[[\"emb\"],[\"heads\"]]"])
    #expect(nested.recipe.program.pipeline == loaded.recipe.program.pipeline)
  }
}
