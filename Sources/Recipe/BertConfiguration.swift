/// The sizes and constants of a BERT model, with Hugging Face's names in the configuration.
package struct BertConfiguration: Hashable, Sendable {
  /// The activation of the feed-forward layers and of the masked-LM head.
  package enum Activation: String, Hashable, Sendable, CaseIterable {
    /// x · Φ(x), by the error function.
    case gelu
    /// The tanh approximation of Hendrycks and Gimpel (2016), which IPUs compute.
    case geluTanh = "gelu_tanh"
  }

  /// H: columns of every hidden state; a multiple of `attentionHeads`.
  package var hiddenSize: Int
  /// V: entries of the vocabulary, and rows of the word embeddings.
  package var vocabularySize: Int
  /// Attention heads of each layer, of `hiddenSize / attentionHeads` columns each.
  package var attentionHeads: Int
  /// Encoder layers.
  package var layers: Int
  /// Columns between the two dense layers of the feed-forward part.
  package var intermediateSize: Int
  /// The longest sequence that has position embeddings.
  package var maximumPositions: Int
  /// Kinds of segment that have an embedding of their own.
  package var tokenTypes: Int
  /// The probability with which an element of a hidden state is dropped in training; below 1.
  package var hiddenDropout: Double
  /// The probability with which an attention probability is dropped in training; below 1.
  package var attentionDropout: Double
  /// The standard deviation of the initial weights.
  package var initializerRange: Double
  /// What layer norm adds to the variance before the root.
  package var layerNormEpsilon: Double
  /// The function between the feed-forward layers, and in the head that predicts masked tokens.
  package var activation: Activation
  /// Which of the parts that not every BERT has are there.
  package var variant: ModelVariant

  package init(
    hiddenSize: Int, vocabularySize: Int, attentionHeads: Int, layers: Int, intermediateSize: Int,
    maximumPositions: Int = 512, tokenTypes: Int = 2, hiddenDropout: Double = 0.1,
    attentionDropout: Double = 0.1, initializerRange: Double = 0.02,
    layerNormEpsilon: Double = 1e-12, activation: Activation = .geluTanh,
    variant: ModelVariant = .huggingFace
  ) {
    self.hiddenSize = hiddenSize
    self.vocabularySize = vocabularySize
    self.attentionHeads = attentionHeads
    self.layers = layers
    self.intermediateSize = intermediateSize
    self.maximumPositions = maximumPositions
    self.tokenTypes = tokenTypes
    self.hiddenDropout = hiddenDropout
    self.attentionDropout = attentionDropout
    self.initializerRange = initializerRange
    self.layerNormEpsilon = layerNormEpsilon
    self.activation = activation
    self.variant = variant
  }

  /// Columns of one attention head; `attentionHeads` divides `hiddenSize` in a checked recipe.
  package var headSize: Int { hiddenSize / attentionHeads }
}
