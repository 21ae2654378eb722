import Checkpoints
import Foundations
import Recipe

extension HuggingFaceConfiguration {
  /// What `config.json` says of a bundle's model.
  package init(_ model: BertConfiguration) {
    self.init()
    hiddenSize = model.hiddenSize
    layers = model.layers
    attentionHeads = model.attentionHeads
    intermediateSize = model.intermediateSize
    vocabularySize = model.vocabularySize
    maximumPositions = model.maximumPositions
    tokenTypes = model.tokenTypes
    activation = Self.activationNames(model.activation)[0]
    layerNormEpsilon = model.layerNormEpsilon
    hiddenDropout = model.hiddenDropout
    attentionDropout = model.attentionDropout
    initializerRange = model.initializerRange
  }

  /// The names of an activation in transformers' table `ACT2FN`, the one to write first.
  private static func activationNames(_ activation: BertConfiguration.Activation) -> [String] {
    switch activation {
    case .gelu: ["gelu", "gelu_python"]
    case .geluTanh:
      [
        "gelu_new", "gelu_pytorch_tanh", "gelu_accurate", "gelu_fast", "gelu_python_tanh",
        "gelu_tanh",
      ]
    }
  }

  /// The bundle's activation of that name, or nil where a bundle can have none like it.
  private var knownActivation: BertConfiguration.Activation? {
    BertConfiguration.Activation.allCases.first {
      Self.activationNames($0).contains(activation)
    }
  }

  /// How the model of this configuration differs from a bundle's: each key with both values, and what
  /// makes them alike. Sizes that tensors show in their shapes, the vocabulary's among them, are left to
  /// those.
  func differences(from model: BertConfiguration) -> [Diagnostic] {
    var found: [Diagnostic] = []
    func compare(
      _ severity: Diagnostic.Severity, _ key: String, _ stored: String, _ wanted: String,
      _ meaning: String, flag: String? = nil
    ) {
      guard stored != wanted else { return }
      let remedies: [Remedy] = [
        flag.map { "compile the bundle with \($0)" } ?? "choose another checkpoint"
      ].map { Remedy($0) }
      found.append(
        Diagnostic(
          severity, code: .checkpointConfiguration,
          "the checkpoint's config.json has \(key) \(stored), the bundle \(wanted)",
          notes: [meaning], remedies: remedies))
    }
    compare(
      .error, "model_type", modelType, "bert", "models of another kind compute another function")
    compare(
      .error, "num_attention_heads", "\(attentionHeads)", "\(model.attentionHeads)",
      "no shape shows it, but the model is another function",
      flag: "--set bert_config.num_attention_heads=\(attentionHeads)")
    compare(
      .error, "position_embedding_type", positionEmbeddingType, "absolute",
      "Tessera's BERT has absolute positions alone")
    if knownActivation != model.activation {
      let wanted = Self.activationNames(model.activation)[0]
      if let known = knownActivation {
        compare(
          .warning, "hidden_act", activation, wanted,
          "the two forms of GELU differ by less than 0.001, which adds up over layers",
          flag: "--set bert_config.hidden_act=\(known.rawValue)")
      } else {
        compare(
          .error, "hidden_act", activation, wanted,
          "with another activation the model is another function")
      }
    }
    compare(
      .warning, "layer_norm_eps", "\(layerNormEpsilon)", "\(model.layerNormEpsilon)",
      "layer norm divides by a slightly different number",
      flag: "--set bert_config.layer_norm_eps=\(layerNormEpsilon)")
    compare(
      .warning, "num_hidden_layers", "\(layers)", "\(model.layers)",
      layers > model.layers
        ? "the last layers of the checkpoint are not used"
        : "the last layers of the model stay at their initial values",
      flag: "--set bert_config.num_hidden_layers=\(layers) and its pipeline_stages")
    return found
  }
}

extension HuggingFaceCheckpoint {
  /// Compares the `config.json` and `vocab.txt` beside the checkpoint, where they are, with a bundle's
  /// model.
  /// - Returns: the warnings.
  /// - Throws: `checkpoint-configuration` (exit 3) where the model is another function.
  func compareConfiguration(with model: BertConfiguration) throws(TesseraError) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if let configuration = try HuggingFaceConfiguration(besideCheckpoint: file.path) {
      found = configuration.differences(from: model)
    }
    if let words = try vocabularyCount(), words > model.vocabularySize {
      found.append(
        Diagnostic(
          .warning, code: .checkpointConfiguration,
          "the checkpoint's vocab.txt has \(words) words, the bundle's model \(model.vocabularySize)",
          notes: ["data made with that vocabulary may hold words that the model has no row for"],
          remedies: [Remedy("compile the bundle with --set bert_config.vocab_size=\(words)")]))
    }
    guard found.allSatisfy({ $0.severity != .error }) else {
      throw TesseraError(.incompatible, found)
    }
    return found
  }
}
