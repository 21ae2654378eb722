import Bundle
import Compiler
import Foundation
import Foundations
import Frontend
import Interpreter
import Operations
import Recipe
import TestSupport
import Testing

/// A small model of any variant and task, with random parameters and data.
struct SmallModel {
  let compilation: Compilation
  let parameters: [Tensor]
  let streams: [Tensor]

  static let layers = 2

  init(
    _ variant: ModelVariant, task: TrainingTask = .pretraining(maximumPredictions: 3),
    dropout: Double = 0
  ) throws {
    let settings = [
      "bert_config.max_seq_length=8", "bert_config.max_predictions_per_seq=3",
      "bert_config.vocab_size=30", "bert_config.max_position_embeddings=8",
      "bert_config.hidden_size=16", "bert_config.intermediate_size=24",
      "bert_config.hidden_dropout_prob=\(dropout)",
      "bert_config.attention_probs_dropout_prob=\(dropout)",
      "embedding_serialization_factor=2", "micro_batch_size=2", "total_num_train_samples=24",
    ]
    var recipe = try Configuration.load(
      path: Checkout.path("examples/pretrain_tiny.json"),
      overrides: try settings.map { try Override(setting: $0) }, precision: .fp32
    ).recipe
    recipe.program.model.variant = variant
    recipe.program.task = task
    if case .sequenceClassification = task {
      recipe.program.pipeline.stages = [
        [.embeddings], [.encoderLayer, .encoderLayer], [.pooler, .classificationHead],
      ]
    }
    compilation = try Compilation(recipe)
    var generator = SplitMix64(seed: 5)
    parameters = compilation.parameters.map { parameter in
      let type = TensorType(parameter.shape, .f32)
      return Tensor(
        type, (0..<type.count).map { _ in Double.random(in: -0.4...0.4, using: &generator) })
    }
    streams = BatchStreams(recipe.program).all.map { stream in
      let values = (0..<stream.type.count).map { index -> Double in
        switch stream.name {
        case "input_ids", "masked_lm_ids": Double((index * 7 + 3) % 29 + 1)
        case "attention_mask": index % 8 < 6 ? 1 : 0
        case "masked_lm_positions": Double(index % 3 + 1)
        case "labels": stream.type.element == .f32 ? 2.5 + Double(index) : Double(index)
        default: Double(index % 2)
        }
      }
      return Tensor(stream.type, values)
    }
  }

  /// The results of the evaluation, or of the gradients' entry, by name.
  func run(_ entry: String, _ parameters: [Tensor]? = nil) throws -> [String: Tensor] {
    var arguments = (parameters ?? self.parameters) + streams
    if entry == EntryName.gradients {
      arguments += [
        Tensor(TensorType([2], .i32), splat: 0), Tensor(TensorType([], .i32), splat: 0),
        Tensor(TensorType([], .f32), splat: 16),
      ]
    }
    let results = try Interpreter(compilation.module).run(entry, arguments)
    let ports = try #require(compilation.module[entry]).resultPorts
    return Dictionary(
      uniqueKeysWithValues: try zip(ports, results).map { (try #require($0).name, $1) })
  }
}

@Suite struct VariantTests {
  /// All combinations give a graph that verifies, and a program.
  @Test func everyVariantCompiles() throws {
    var digests: Set<String> = []
    for bits in 0..<32 {
      let variant = ModelVariant(
        usesPredictionTransform: bits & 1 > 0, usesPredictionBias: bits & 2 > 0,
        usesQKVBias: bits & 4 > 0, splitsQKV: bits & 8 > 0, usesProjectionBias: bits & 16 > 0)
      let bundle = try SmallModel(variant, dropout: 0.1).compilation.bundle(includesIR: false)
      try bundle.program.validate()
      digests.insert(bundle.programDigest)
    }
    #expect(digests.count == 32)
  }

  /// One product with joint weights and three products are the same function, and so are their
  /// gradients.
  @Test(arguments: [true, false]) func jointEqualsSplit(hasBias: Bool) throws {
    var variant = ModelVariant.huggingFace
    variant.usesQKVBias = hasBias
    let split = try SmallModel(variant)
    variant.splitsQKV = false
    let joint = try SmallModel(variant)
    let byName = Dictionary(
      uniqueKeysWithValues: zip(split.compilation.parameters.map(\.name), split.parameters))
    let parameters = try joint.compilation.parameters.map { parameter in
      let parts = ["query", "key", "value"].compactMap { projection -> Tensor? in
        let pieces = parameter.name.split(separator: ".").map { $0 == "qkv" ? projection[...] : $0 }
        return byName[pieces.joined(separator: ".")]
      }
      let isJoint = parameter.name.contains(".qkv.")
      return Tensor(
        TensorType(parameter.shape, .f32),
        isJoint ? parts.flatMap(\.values) : try #require(byName[parameter.name]).values)
    }
    #expect(
      joint.compilation.parameters.count == split.compilation.parameters.count - (hasBias ? 8 : 4))
    for entry in [EntryName.evaluation, EntryName.gradients] {
      let expected = try split.run(entry)
      let found = try joint.run(entry, parameters)
      for (name, tensor) in found {
        if name.contains(".qkv.") {
          let pieces = ["query", "key", "value"].compactMap { projection in
            expected[
              name.split(separator: ".").map { $0 == "qkv" ? projection[...] : $0 }
                .joined(separator: ".")]
          }
          #expect(pieces.count == 3)
          expectClose(tensor.values, pieces.flatMap(\.values), name)
        } else {
          expectClose(tensor.values, try #require(expected[name]).values, name)
        }
      }
    }
  }

  /// Without the transform the vocabulary's logits are a product of the rows themselves.
  @Test(arguments: [true, false]) func headWithoutTransform(hasBias: Bool) throws {
    var variant = ModelVariant.nestedDefault
    variant.usesPredictionBias = hasBias
    let model = try SmallModel(variant)
    let results = try model.run(EntryName.evaluation)
    let last = try #require(results["hidden_states.\(SmallModel.layers)"]).values
    let names = model.compilation.parameters.map(\.name)
    let words = model.parameters[
      try #require(names.firstIndex(of: "bert.embeddings.word_embeddings.weight"))]
    let bias = names.firstIndex(of: "cls.predictions.bias").map { model.parameters[$0].values }
    #expect((bias != nil) == hasBias)
    let logits = try #require(results["prediction_logits"]).values
    for row in 0..<6 {
      let token = row / 3 * 8 + row % 3 + 1
      for word in 0..<30 {
        var logit = bias?[word] ?? 0
        for column in 0..<16 {
          logit += last[token * 16 + column] * words.values[word * 16 + column]
        }
        #expect(abs(logits[row * 30 + word] - logit) < 1e-5)
      }
    }
  }

  private func expectClose(_ found: [Double], _ expected: [Double], _ name: String) {
    #expect(found.count == expected.count, "\(name)")
    let scale = max(1, expected.map(abs).max() ?? 0)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * scale }, "\(name)")
  }
}

/// Sequence classification against the formulas, written out in double precision.
@Suite struct SequenceClassificationTests {
  @Test(arguments: GlueTask.allCases) func lossAndLogits(task: GlueTask) throws {
    let model = try SmallModel(.huggingFace, task: .sequenceClassification(task))
    let compilation = model.compilation
    #expect(
      compilation.parameters.suffix(4).map(\.name) == [
        "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight",
        "classifier.bias",
      ])
    #expect(
      compilation.parameters.suffix(2).map(\.shape) == [[task.labelCount, 16], [task.labelCount]])
    let results = try model.run(EntryName.evaluation)
    let last = try #require(results["hidden_states.\(SmallModel.layers)"]).values
    let parameters = model.parameters.suffix(4).map(\.values)
    let labels = try #require(model.streams.last).values
    func dense(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
      bias.indices.map { row in
        x.indices.reduce(bias[row]) { $0 + x[$1] * weight[row * x.count + $1] }
      }
    }
    var loss = 0.0
    for sample in 0..<2 {
      let first = Array(last[sample * 8 * 16..<sample * 8 * 16 + 16])
      let pooled = dense(first, parameters[0], parameters[1]).map { tanh($0) }
      let logits = dense(pooled, parameters[2], parameters[3])
      let found = try #require(results["logits"]).values
      for (index, logit) in logits.enumerated() {
        #expect(abs(found[sample * task.labelCount + index] - logit) < 1e-5)
      }
      if task == .stsb {
        loss += (logits[0] - labels[sample]) * (logits[0] - labels[sample]) / 2
      } else {
        let total = logits.reduce(0) { $0 + exp($1) }
        loss -= (logits[Int(labels[sample])] - log(total)) / 2
      }
    }
    #expect(abs(try #require(results["glue_loss"]).values[0] - loss) < 1e-5)
    #expect(try #require(model.streams.last).type.element == (task == .stsb ? .f32 : .i32))
    try compilation.program.validate()
  }

  /// The classifier's dropout has a stream of its own, after those of the layers.
  @Test func dropoutBeforeTheClassifier() throws {
    let model = try SmallModel(
      .huggingFace, task: .sequenceClassification(.mrpc), dropout: 0.25)
    let plain = try SmallModel(.huggingFace, task: .sequenceClassification(.mrpc))
    let dropped = try model.run(EntryName.gradients)
    let kept = try plain.run(EntryName.gradients)
    // A column of the classifier's weight has no gradient where the pooler's output is dropped in both
    // samples.
    let weight = try #require(dropped["classifier.weight"]).values
    #expect(weight.contains(0) && weight.contains { $0 != 0 })
    #expect(try !#require(kept["classifier.weight"]).values.contains(0))
    let columns = (0..<16).filter { weight[$0] == 0 }
    #expect(columns.allSatisfy { weight[16 + $0] == 0 })
  }
}
