import Bundle
import Compiler
import Foundation
import Foundations
import Frontend
import GraphIR
import Recipe
import TestSupport
import Testing

/// Every configuration that the project ships, through all stages.
@Suite struct CompilationTests {
  static let configurations = [
    "configs/pretrain_base_128_phase1.json", "configs/pretrain_base_384_phase2.json",
    "configs/pretrain_large_128_phase1.json", "configs/pretrain_large_384_phase2.json",
    "configs/pretrain_tiny_128_phase1.json", "configs/squad_base.json",
    "configs/squad_base_checkpoint_path.json", "examples/pretrain_tiny.json",
  ]

  static func load(_ path: String, precision: Precision = .fp16) throws -> TrainingRecipe {
    try Configuration.load(
      path: Checkout.path(path), overrides: [],
      precision: precision
    ).recipe
  }

  /// Text, verifier, program and bundle of each; twice with equal digests.
  @Test(arguments: configurations)
  func compiles(path: String) throws {
    var phases: [String] = []
    let recipe = try Self.load(path)
    let compilation = try Compilation(recipe) { phase in
      phases.append(phase.name)
      let text = phase.module.text
      let reparsed = try Module(parsing: text, file: path).text
      #expect(reparsed == text)
      guard MLIROpt.path != nil else { return }
      let reprinted = try MLIROpt.reprint(text)
      #expect(reprinted == text)
    }
    #expect(phases == PassPipeline.phases(for: recipe.program).map(\.name))
    let bundle = try compilation.bundle(includesIR: true)
    try bundle.program.validate()
    let again = try Compilation(recipe).bundle(includesIR: false)
    #expect(again.programDigest == bundle.programDigest)
  }

  /// The layers are functions: depth adds calls, not functions. What outlining adds depends on the width,
  /// whose bytes it weighs.
  @Test func functionsDoNotGrowWithDepth() throws {
    let base = try Compilation(Self.load("configs/pretrain_base_128_phase1.json"))
    let large = try Compilation(Self.load("configs/pretrain_large_128_phase1.json"))
    func names(_ module: Module) -> [String] {
      module.functions.map(\.name).filter { !$0.hasPrefix("outlined") }
    }
    #expect(names(base.module) == names(large.module))
    #expect(base.module.functions.count <= names(base.module).count + 2)
    #expect(large.module.functions.filter { $0.name.hasPrefix("encoder_layer") }.count <= 4)
  }
}
