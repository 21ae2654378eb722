import Recipe

/// The published uncased models that `bert_model_name` may name.
enum PublishedModel {
  /// All names, the usual ones first.
  static let names: [String] = models.map(\.name)

  /// The model's sizes; nil where the name is unknown.
  static func configuration(named name: String) -> BertConfiguration? {
    models.first { $0.name == name }?.configuration
  }

  private static let models: [(name: String, configuration: BertConfiguration)] =
    [
      ("bert-base-uncased", uncased(layers: 12, hiddenSize: 768)),
      ("bert-large-uncased", uncased(layers: 24, hiddenSize: 1024)),
      ("prajjwal1/bert-tiny", uncased(layers: 2, hiddenSize: 128)),
      ("prajjwal1/bert-mini", uncased(layers: 4, hiddenSize: 256)),
      ("prajjwal1/bert-small", uncased(layers: 4, hiddenSize: 512)),
      ("prajjwal1/bert-medium", uncased(layers: 8, hiddenSize: 512)),
    ]
    + [2, 4, 6, 8, 10, 12].flatMap { layers in
      [128, 256, 512, 768].map { hiddenSize in
        (
          "google/bert_uncased_L-\(layers)_H-\(hiddenSize)_A-\(hiddenSize / 64)",
          uncased(layers: layers, hiddenSize: hiddenSize)
        )
      }
    }

  /// All of the family have heads of 64 columns, a feed-forward layer four times as wide as the
  /// hidden state, and the same vocabulary (Devlin et al., 2018; Turc et al., 2019).
  private static func uncased(layers: Int, hiddenSize: Int) -> BertConfiguration {
    BertConfiguration(
      hiddenSize: hiddenSize, vocabularySize: 30_522, attentionHeads: hiddenSize / 64,
      layers: layers, intermediateSize: 4 * hiddenSize)
  }
}
