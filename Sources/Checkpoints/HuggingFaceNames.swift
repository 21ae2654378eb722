/// The names that Hugging Face's BERT classes have given to their parameters over the years.
package enum HuggingFaceNames {
  /// The name as BertForPreTraining writes it today.
  ///
  /// BertModel alone writes `encoder.…` for `bert.encoder.…`; the first converted checkpoints call
  /// the weight and bias of a LayerNorm gamma and beta, as TensorFlow does; a model that trained in
  /// parallel writes `module.` before all of them.
  package static func canonical(_ name: String) -> String {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 1, parts.first == "module" { parts.removeFirst() }
    if let first = parts.first, ["embeddings", "encoder", "pooler"].contains(first) {
      parts.insert("bert", at: 0)
    }
    if parts.count >= 2, parts[parts.count - 2] == "LayerNorm" {
      switch parts[parts.count - 1] {
      case "gamma": parts[parts.count - 1] = "weight"
      case "beta": parts[parts.count - 1] = "bias"
      default: break
      }
    }
    return parts.joined(separator: ".")
  }

  /// The tensor that queries, keys and values share, and which third of it `name` is; nil where it is
  /// none of theirs.
  static func jointTensor(of name: String) -> (name: String, part: Int)? {
    for (part, projection) in ["query", "key", "value"].enumerated() {
      for kind in ["weight", "bias"] where name.hasSuffix(".attention.self.\(projection).\(kind)") {
        return ("\(name.dropLast("\(projection).\(kind)".count))qkv.\(kind)", part)
      }
    }
    return nil
  }

  /// Whether a parameter has a row for each word of the vocabulary.
  static func hasRowForEachWord(_ name: String) -> Bool {
    ["bert.embeddings.word_embeddings.weight", "cls.predictions.bias"].contains(name)
  }

  /// The parameter that `name` is a second name of, in BertForPreTraining: the decoder of the
  /// masked-LM head shares its weight with the word embeddings and its bias with the head's.
  package static func tiedParameter(of name: String) -> String? {
    switch name {
    case "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight"
    case "cls.predictions.decoder.bias": "cls.predictions.bias"
    default: nil
    }
  }
}

/// A parameter that a model wants from a checkpoint, under its Hugging Face name.
package struct WantedParameter: Hashable, Sendable {
  /// The name, such as `bert.pooler.dense.weight`.
  package var name: String
  /// The extents, outermost first.
  package var shape: [Int]

  /// A parameter of that name and shape.
  package init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}
