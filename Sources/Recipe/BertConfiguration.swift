/// The sizes and constants of a BERT model, with Hugging Face's names in the configuration.
package struct BertConfiguration: Hashable, Sendable {
  /// The activation of the feed-forward layers and of the masked-LM head.
  package enum Activation: String, Hashable, Sendable, CaseIterable {
    /// x · Φ(x), by the error function.
    case gelu
    /// The tanh approximation of Hendrycks and Gimpel (2016), which IPUs compute.
    case geluTanh = "gelu_tanh"
  }

  package var hiddenSize: Int
  package var vocabularySize: Int
  package var attentionHeads: Int
  package var layers: Int
  package var intermediateSize: Int
  /// The longest sequence that has position embeddings.
  package var maximumPositions: Int
  package var tokenTypes: Int
  package var hiddenDropout: Double
  package var attentionDropout: Double
  /// The standard deviation of the initial weights.
  package var initializerRange: Double
  package var layerNormEpsilon: Double
  package var activation: Activation

  package init(
    hiddenSize: Int, vocabularySize: Int, attentionHeads: Int, layers: Int, intermediateSize: Int,
    maximumPositions: Int = 512, tokenTypes: Int = 2, hiddenDropout: Double = 0.1,
    attentionDropout: Double = 0.1, initializerRange: Double = 0.02,
    layerNormEpsilon: Double = 1e-12, activation: Activation = .geluTanh
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
  }

  /// Columns of one attention head; `attentionHeads` divides `hiddenSize` in a checked recipe.
  package var headSize: Int { hiddenSize / attentionHeads }
}
