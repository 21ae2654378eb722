import Autodiff
import Foundation
import Foundations
import Frontend
import GraphIR
import Interpreter
import Operations
import Recipe
import TestSupport
import Testing

/// The whole of BERT in f64, dropout included: the derivative along a random direction in each parameter
/// against central differences.
@Suite struct BertTests {
  /// Narrower than any real BERT, so that the interpreter takes well under a second.
  private static let narrow = [
    "bert_config.max_seq_length=8", "bert_config.max_position_embeddings=8",
    "bert_config.max_predictions_per_seq=3", "bert_config.hidden_size=16",
    "bert_config.intermediate_size=24", "bert_config.vocab_size=30",
    "bert_config.initializer_range=0.3", "micro_batch_size=2",
  ]

  private static let example = Checkout.path("examples/pretrain_tiny.json")

  private func graph(
    settings: [String] = [], task: TrainingTask? = nil, variant: ModelVariant = .huggingFace
  ) throws -> BertGraph {
    let overrides = try (Self.narrow + settings).map { try Override(setting: $0) }
    var recipe = try Configuration.load(
      path: Self.example, overrides: overrides, precision: .fp32
    ).recipe.program
    if let task { recipe.task = task }
    recipe.model.variant = variant
    return BertGraph(recipe, element: .f64)
  }

  /// Arguments of `@loss`: random parameters, indices that every stream admits, a random key.
  private func arguments(_ graph: BertGraph) -> [Tensor] {
    var generator = SplitMix64(seed: 12)
    let parameters = graph.parameters.map { parameter in
      let type = TensorType(parameter.shape, .f64)
      return parameter.initializer == .ones
        ? generator.tensor(type, in: 0.5...1.5) : generator.tensor(type, in: -0.3...0.3)
    }
    let streams = graph.streams.all.map { stream in
      if stream.type.element == .f32 {
        return generator.tensor(stream.type, in: 0...5)
      }
      let values = (0..<stream.type.count).map { index in
        switch stream.name {
        case "input_ids", "masked_lm_ids": Int32((index * 7 + 3) % 29 + 1)
        case "attention_mask": Int32(index % 8 < 6 ? 1 : 0)
        case "masked_lm_positions": Int32(index % 3 + 1)
        case "start_positions", "end_positions": Int32(index + 2)
        default: Int32(index % 2)
        }
      }
      return Tensor(stream.type, integers: values)
    }
    let key = Tensor(TensorType([4], .i32), integers: [1984, 0, 1, 5])
    return parameters + streams + (graph.takesKey ? [key] : [])
  }

  /// - Parameter zeros: ends of the names of parameters that the loss does not depend on. A softmax does
  ///   not see what is added to all its operands: the key's bias adds the same to all scores of a query.
  private func check(_ graph: BertGraph, zeros: [String] = ["key.bias"]) throws {
    let arguments = arguments(graph)
    var differentiation = Differentiation(graph.module)
    let gradient = try differentiation.gradient(
      of: BertGraph.lossFunction, newName: "gradient", lossResult: 0,
      withRespectTo: arguments.indices.map { $0 < graph.parameters.count })
    let module = differentiation.module
    try expectValid(module)
    // However many layers, one pair of functions.
    #expect(
      module.functions.map(\.name).filter { $0.hasPrefix("encoder_layer_") && !$0.hasSuffix("n") }
        == ["encoder_layer_forward", "encoder_layer_backward"])
    let one = Tensor(TensorType([], .f64), [1])
    let results = try run("gradient", of: module, arguments + [one])
    #expect(results.count == gradient.results.count)
    let figureCount = graph.figures.count + 1
    var generator = SplitMix64(seed: 13)
    for (index, parameter) in graph.parameters.enumerated() {
      let computed = results[figureCount + index]
      let direction = generator.tensor(computed.type, in: -1...1)
      func loss(_ step: Double) throws -> Double {
        var moved = arguments
        let values = zip(arguments[index].values, direction.values).map { $0 + step * $1 }
        moved[index] = Tensor(computed.type, values)
        return try run(BertGraph.lossFunction, of: graph.module, moved)[0].values[0]
      }
      let step = 1e-5
      let expected = (try loss(step) - loss(-step)) / (2 * step)
      let found = zip(computed.values, direction.values).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(
        abs(found - expected) <= 1e-6 * max(1e-1, abs(expected)),
        "\(parameter.name): \(found), not \(expected)")
      if !zeros.contains(where: parameter.name.hasSuffix) {
        #expect(computed.values.contains { abs($0) > 1e-9 }, "\(parameter.name) has no gradient")
      }
    }
  }

  @Test(arguments: ["gelu", "gelu_tanh"])
  func pretraining(activation: String) throws {
    try check(try graph(settings: ["bert_config.hidden_act=\(activation)"]))
  }

  /// Each part is there and not there, with each of the others.
  @Test(arguments: [
    .nestedDefault, variant("transform"), variant("qkvBias projectionBias"), variant("split"),
    variant("transform predictionBias split projectionBias"),
    variant("predictionBias qkvBias split"), variant("transform predictionBias qkvBias"),
  ])
  func variants(variant: ModelVariant) throws {
    let graph = try graph(variant: variant)
    try check(graph)
    let names = graph.parameters.map(\.name)
    #expect(names.contains { $0.hasSuffix("qkv.weight") } == !variant.splitsQKV)
    #expect(
      names.contains { $0.hasSuffix("qkv.bias") } == (!variant.splitsQKV && variant.usesQKVBias))
    #expect(
      names.contains { $0.hasSuffix("query.bias") } == (variant.splitsQKV && variant.usesQKVBias))
    #expect(
      names.contains { $0.hasSuffix("attention.output.dense.bias") }
        == variant.usesProjectionBias)
    #expect(names.contains("cls.predictions.bias") == variant.usesPredictionBias)
    #expect(
      names.filter { $0.hasPrefix("cls.predictions.transform") }.count
        == (variant.usesPredictionTransform ? 4 : 0))
  }

  /// The variant that has the named parts.
  private static func variant(_ parts: String) -> ModelVariant {
    let parts = parts.split(separator: " ")
    return ModelVariant(
      usesPredictionTransform: parts.contains("transform"),
      usesPredictionBias: parts.contains("predictionBias"),
      usesQKVBias: parts.contains("qkvBias"), splitsQKV: parts.contains("split"),
      usesProjectionBias: parts.contains("projectionBias"))
  }

  @Test(arguments: [GlueTask.mrpc, .stsb])
  func sequenceClassification(task: GlueTask) throws {
    try check(try graph(task: .sequenceClassification(task), variant: .nestedDefault))
  }

  @Test func questionAnswering() throws {
    // The same holds for what is added to the logits of all positions.
    let zeros = ["key.bias", "layer.1.output.LayerNorm.bias", "qa_outputs.bias"]
    try check(try graph(task: .questionAnswering), zeros: zeros)
  }
}
