/// Which parts of BERT a model has, where releases of the original application differ.
///
/// The flat form of the configuration is Hugging Face's BERT; the nested form leaves parts out unless
/// its keys say otherwise.
package struct ModelVariant: Hashable, Sendable, CustomStringConvertible {
  /// `use_cls_layer`: whether the masked-LM head has a dense layer, activation and layer norm before
  /// the product with the vocabulary.
  package var usesPredictionTransform: Bool
  /// `use_prediction_bias`: whether a bias is added to the masked-LM logits.
  package var usesPredictionBias: Bool
  /// `use_qkv_bias`: whether queries, keys and values have a bias.
  package var usesQKVBias: Bool
  /// `use_qkv_split`: whether queries, keys and values have a weight each; else they share one of
  /// [3H, H], rows in this order, and are computed by one product.
  package var splitsQKV: Bool
  /// `use_projection_bias`: whether the dense layer after attention has a bias.
  package var usesProjectionBias: Bool

  package init(
    usesPredictionTransform: Bool, usesPredictionBias: Bool, usesQKVBias: Bool, splitsQKV: Bool,
    usesProjectionBias: Bool
  ) {
    self.usesPredictionTransform = usesPredictionTransform
    self.usesPredictionBias = usesPredictionBias
    self.usesQKVBias = usesQKVBias
    self.splitsQKV = splitsQKV
    self.usesProjectionBias = usesProjectionBias
  }

  /// The parts by their keys, in the order of the documentation.
  package var keys: [(name: String, value: Bool)] {
    [
      ("use_cls_layer", usesPredictionTransform), ("use_prediction_bias", usesPredictionBias),
      ("use_qkv_bias", usesQKVBias), ("use_qkv_split", splitsQKV),
      ("use_projection_bias", usesProjectionBias),
    ]
  }

  /// "Hugging Face's BERT", or each key with its value.
  package var description: String {
    self == .huggingFace
      ? "Hugging Face's BERT"
      : keys.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }

  /// Hugging Face's BERT, which the flat form means.
  package static let huggingFace = ModelVariant(
    usesPredictionTransform: true, usesPredictionBias: true, usesQKVBias: true, splitsQKV: true,
    usesProjectionBias: true)

  /// What the nested form means where it has none of the keys.
  package static let nestedDefault = ModelVariant(
    usesPredictionTransform: false, usesPredictionBias: true, usesQKVBias: false,
    splitsQKV: false, usesProjectionBias: false)
}
