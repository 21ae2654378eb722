import Foundations
import GraphIR
import Operations
import Recipe

/// The dropout streams of a model: the embeddings have one, each encoder layer three, and the
/// classifier the one after the last layer's.
enum DropoutStream {
  static let embeddings = 0

  /// The first of a layer's streams: attention probabilities, attention output, layer output.
  static func firstOfLayer(_ layer: Int) -> Int { 1 + 3 * layer }

  static func classifier(layers: Int) -> Int { firstOfLayer(layers) }
}

extension BertBuilder {
  /// The arguments of an encoder layer before its parameters.
  mutating func addEncoderLayerArguments() {
    addArgument("hidden_states", TensorType([tokens, model.hiddenSize], element))
    addArgument("attention_bias", TensorType([batch, 1, 1, sequence], element))
    if isTraining {
      addArgument("key", Self.keyType)
      addArgument("stream", TensorType([], .i32))
    }
  }

  /// One encoder layer (Devlin et al. 2019; the function of Hugging Face's BertLayer), from the
  /// arguments of its function.
  mutating func encoderLayer() -> ValueID {
    let hidden = value("hidden_states")
    let context = selfAttention(hidden)
    let projected = dense(context, "attention.output.dense")
    let attended = residual(hidden, projected, stream: 1, norm: "attention.output.LayerNorm")
    let intermediate = activation(dense(attended, "intermediate.dense"))
    return residual(
      attended, dense(intermediate, "output.dense"), stream: 2, norm: "output.LayerNorm")
  }

  /// LayerNorm(x + dropout(y)); the layer's streams follow the one it is called with.
  private mutating func residual(
    _ x: ValueID, _ y: ValueID, stream: Int, norm: String
  ) -> ValueID {
    let dropped = dropout(y, probability: model.hiddenDropout, stream: stream)
    return layerNorm(rewriter.add(dropped, x), norm)
  }

  /// softmax(Q Kᵀ / √d + bias) V for each head, heads side by side again.
  private mutating func selfAttention(_ hidden: ValueID) -> ValueID {
    let (query, key, value) = projections(hidden)
    let products = rewriter.matmul(query, key, transposesRight: true, partials: partials)
    let scale = rewriter.scalar(1 / Double(model.headSize).squareRoot(), element)
    let scores = rewriter.add(
      rewriter.multiply(products, scale), self.value("attention_bias"))
    let probabilities = dropout(
      rewriter.insert(.softmax(.softmax), [scores])[0], probability: model.attentionDropout,
      stream: 0)
    let context = rewriter.matmul(probabilities, value, partials: partials)
    return rewriter.reshape(
      rewriter.transpose(context, [0, 2, 1, 3]), [tokens, model.hiddenSize])
  }

  /// Q, K and V by heads: of three products, or columns of the product with their joint weight.
  private mutating func projections(
    _ hidden: ValueID
  ) -> (query: ValueID, key: ValueID, value: ValueID) {
    if model.variant.splitsQKV {
      return (
        heads(dense(hidden, "attention.self.query")), heads(dense(hidden, "attention.self.key")),
        heads(dense(hidden, "attention.self.value"))
      )
    }
    let joint = dense(hidden, "attention.self.qkv")
    let width = model.hiddenSize
    func part(_ index: Int) -> ValueID {
      heads(rewriter.slice(joint, starts: [0, index * width], shape: [tokens, width]))
    }
    return (part(0), part(1), part(2))
  }

  /// [tokens, hidden] to [batch, heads, sequence, head size]
  private mutating func heads(_ x: ValueID) -> ValueID {
    let split = rewriter.reshape(x, [batch, sequence, model.attentionHeads, model.headSize])
    return rewriter.transpose(split, [0, 2, 1, 3])
  }
}
