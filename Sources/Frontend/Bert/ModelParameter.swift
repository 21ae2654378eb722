import Foundations
import Recipe

/// A trained tensor of the model, by Hugging Face's name. Weights of dense layers are stored
/// [out, in], as PyTorch has them.
package struct ModelParameter: Hashable, Sendable {
  /// Hugging Face's name, such as `bert.pooler.dense.weight`.
  package var name: String
  /// The extents; [out, in] for a dense weight.
  package var shape: [Int]
  /// What the first values are.
  package var initializer: ParameterInitializer
  /// The number of the encoder layer that it belongs to, from 0; nil outside of the layers.
  package var layer: Int?
}

/// The model's parameters in the order in which every function takes them.
package struct ModelParameters: Sendable {
  /// The parameters, in that order.
  package private(set) var all: [ModelParameter] = []

  /// The parameters of BERT for a task, named as in Hugging Face's BertForPreTraining,
  /// BertForQuestionAnswering and BertForSequenceClassification. The decoder's weight is the word
  /// embeddings' and is not listed. Where queries, keys and values share a weight it is
  /// `attention.self.qkv.weight`, [3H, H] with rows in this order, and their bias
  /// `attention.self.qkv.bias`, [3H].
  package init(_ model: BertConfiguration, task: TrainingTask) {
    let hidden = model.hiddenSize
    let variant = model.variant
    let normal = ParameterInitializer.truncatedNormal(standardDeviation: model.initializerRange)
    var layer: Int?
    func add(_ name: String, _ shape: [Int], _ initializer: ParameterInitializer) {
      all.append(
        ModelParameter(name: name, shape: shape, initializer: initializer, layer: layer))
    }
    func addDense(_ name: String, from input: Int, to output: Int, hasBias: Bool = true) {
      add("\(name).weight", [output, input], normal)
      if hasBias { add("\(name).bias", [output], .zeros) }
    }
    func addNorm(_ name: String) {
      add("\(name).weight", [hidden], .ones)
      add("\(name).bias", [hidden], .zeros)
    }

    add("bert.embeddings.word_embeddings.weight", [model.vocabularySize, hidden], normal)
    add("bert.embeddings.position_embeddings.weight", [model.maximumPositions, hidden], normal)
    add("bert.embeddings.token_type_embeddings.weight", [model.tokenTypes, hidden], normal)
    addNorm("bert.embeddings.LayerNorm")
    for number in 0..<model.layers {
      layer = number
      let prefix = Self.encoderLayerPrefix(number)
      let projections =
        variant.splitsQKV ? ["query", "key", "value"].map { ($0, hidden) } : [("qkv", 3 * hidden)]
      for (projection, width) in projections {
        addDense(
          "\(prefix)attention.self.\(projection)", from: hidden, to: width,
          hasBias: variant.usesQKVBias)
      }
      addDense(
        "\(prefix)attention.output.dense", from: hidden, to: hidden,
        hasBias: variant.usesProjectionBias)
      addNorm("\(prefix)attention.output.LayerNorm")
      addDense("\(prefix)intermediate.dense", from: hidden, to: model.intermediateSize)
      addDense("\(prefix)output.dense", from: model.intermediateSize, to: hidden)
      addNorm("\(prefix)output.LayerNorm")
    }
    layer = nil
    switch task {
    case .pretraining:
      addDense("bert.pooler.dense", from: hidden, to: hidden)
      if variant.usesPredictionBias {
        add("cls.predictions.bias", [model.vocabularySize], .zeros)
      }
      if variant.usesPredictionTransform {
        addDense("cls.predictions.transform.dense", from: hidden, to: hidden)
        addNorm("cls.predictions.transform.LayerNorm")
      }
      addDense("cls.seq_relationship", from: hidden, to: 2)
    case .questionAnswering:
      addDense("qa_outputs", from: hidden, to: 2)
    case .sequenceClassification(let glue):
      addDense("bert.pooler.dense", from: hidden, to: hidden)
      addDense("classifier", from: hidden, to: glue.labelCount)
    }
  }

  /// What the names of encoder layer number `layer`, from 0, begin with.
  package static func encoderLayerPrefix(_ layer: Int) -> String { "bert.encoder.layer.\(layer)." }
}
