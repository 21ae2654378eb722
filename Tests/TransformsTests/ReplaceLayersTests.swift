import Compiler
import Foundations
import GraphIR
import Operations
import Recipe
import TestSupport
import Testing
import Transforms

/// The word embedding in slices: meaning, errors, and what the forward pass keeps.
@Suite struct ReplaceLayersTests {
  /// Pairs of a model without and with slices.
  private static let models: [(plain: MicroModel, sliced: MicroModel, limit: Double)] = [
    ("fp32", [], Precision.fp32, 0, 1e-4), ("fp16", ["micro_batch_size=2"], .fp16, 0.1, 0.01),
  ].map { name, settings, precision, dropout, limit in
    func model(_ isReplacing: Bool) -> MicroModel {
      MicroModel(
        "\(name), \(isReplacing)", settings + ["replace_layers=\(isReplacing)"],
        precision: precision, dropout: dropout)
    }
    return (model(false), model(true), limit)
  }

  /// Evaluation has the same bits; the gradient of what goes into the projection is summed in
  /// another order, all weights after an update are within rounding.
  @Test func meaning() throws {
    for (plain, sliced, limit) in Self.models {
      let compiled = try plain.compiled(upTo: "training-step")
      let module = try sliced.compiled(upTo: "training-step").module
      #expect(module["projection_slice"] != nil && compiled.module["projection_slice"] == nil)
      try expectSameMeaning(compiled, module, .relative(limit))
      let (before, after) = (try Results(compiled, compiled.module), try Results(compiled, module))
      for (before, after) in [
        (before.interpreted, after.interpreted), (before.executed, after.executed),
      ] {
        func evaluation(_ results: [NamedResult]) -> [NamedResult] {
          results.filter { $0.entry == "evaluation" }
        }
        #expect(!evaluation(before).isEmpty)
        #expect(differences(evaluation(before), evaluation(after), .bits) == [])
      }
    }
  }

  /// The padding token gets no gradient from lookups: without the projection, none at all.
  @Test func paddingHasNoGradient() throws {
    let compiled = try Self.models[0].sliced.compiled(upTo: "training-step")
    let derivative = try #require(compiled.module["embedding_first_slice_backward"])
    let operations = derivative.allOperations.map { derivative[$0].operation }
    #expect(operations.contains(.elementwise(.compare(.equal))))
    let next = try #require(compiled.module["embedding_slice_backward"])
    #expect(
      !next.allOperations.contains { next[$0].operation == .elementwise(.compare(.equal)) })
  }

  @Test func slicesMustBeEqual() throws {
    var module = try Self.models[0].plain.compiled(upTo: "frontend").module
    let error = #expect(throws: TesseraError.self) {
      try ReplaceLayers.pass.run(on: &module, PassOptions([("factor", "3")]))
    }
    #expect(error?.diagnostics.first?.code == .vocabularyNotDivisible)
    #expect(
      error?.diagnostics.first?.message.contains("tensor<64x16xf32>") == true,
      "\(String(describing: error))")
    let range = #expect(throws: TesseraError.self) {
      try ReplaceLayers.pass.run(on: &module, PassOptions([("factor", "0")]))
    }
    #expect(range?.diagnostics.first?.code == .badPassOption)
  }

  /// What an encoder layer keeps for its derivative: no mask of a dropout, which is drawn again; of a
  /// layer norm one mean and one 1/σ a row beside its operand; of GELU its operand. That is why
  /// these layers need no other form.
  @Test func residualsOfAnEncoderLayer() throws {
    let model = MicroModel("fp16, dropout", precision: .fp16, dropout: 0.1)
    let module = try model.compiled(upTo: "training-step").module
    let forward = try #require(module["encoder_layer_forward"])
    let kept = forward.results.dropFirst().map { value in
      guard case .result(let id, let index) = forward[value].definition else { return "argument" }
      return "\(forward[id].operation.mnemonic) \(index) \(forward.type(of: value))"
    }
    let scores = "tensor<1x2x8x8xf16>"
    let rows = "tensor<8x16xf16>"
    #expect(
      kept == [
        // Query, key and value by heads; probabilities, and what dropout left of them.
        "tessera.transpose 0 \(scores)", "tessera.transpose 0 \(scores)",
        "tessera.transpose 0 \(scores)", "tessera.softmax 0 \(scores)",
        "tessera.add 0 tensor<i32>", "tessera.dropout 0 \(scores)",
        // The context; the layer norm's operand, result, mean and 1/σ.
        "tessera.reshape 0 \(rows)", "tessera.add 0 tensor<i32>", "tessera.add 0 \(rows)",
        "tessera.layer_norm 0 \(rows)", "tessera.layer_norm 1 tensor<8xf32>",
        "tessera.layer_norm 2 tensor<8xf32>",
        // GELU's operand and result; the second layer norm's operand, mean and 1/σ.
        "tessera.add 0 tensor<8x32xf16>", "tessera.gelu_tanh 0 tensor<8x32xf16>",
        "tessera.add 0 tensor<i32>", "tessera.add 0 \(rows)",
        "tessera.layer_norm 1 tensor<8xf32>", "tessera.layer_norm 2 tensor<8xf32>",
      ])
    let backward = try #require(module["encoder_layer_backward"])
    let again = backward.allOperations.filter {
      if case .random(.dropout) = backward[$0].operation { true } else { false }
    }
    #expect(again.count == 3)
  }
}
