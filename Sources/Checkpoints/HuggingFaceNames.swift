/// The names that Hugging Face's BERT classes have given to their parameters over the years.
package enum HuggingFaceNames {
  /// The name as BertForPreTraining writes it today.
  ///
  /// BertModel alone writes `encoder.…` for `bert.encoder.…`; the first converted checkpoints call
  /// the weight and bias of a LayerNorm gamma and beta, as TensorFlow does.
  package static func canonical(_ name: String) -> String {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
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

/// How the tensors of a checkpoint meet the parameters that a model wants.
package struct CheckpointReport: Hashable, Sendable {
  /// A wanted parameter and the tensor that has its value.
  package struct Match: Hashable, Sendable {
    /// What the model wants.
    package var parameter: WantedParameter
    /// The tensor's name in the file.
    package var storedName: String
    /// The type that it is stored in.
    package var element: SafetensorsElement
  }

  /// A wanted parameter and a tensor of its name that cannot be its value.
  package struct Mismatch: Hashable, Sendable {
    /// What the model wants.
    package var parameter: WantedParameter
    /// The tensor's name in the file.
    package var storedName: String
    /// The shape that it is stored in.
    package var storedShape: [Int]
    /// The type that it is stored in.
    package var element: SafetensorsElement
  }

  /// A tensor that repeats the value of another under the decoder's name.
  package struct TiedCopy: Hashable, Sendable {
    /// The copy's name in the file.
    package var storedName: String
    /// The canonical name of the parameter that it repeats.
    package var tiedTo: String
    /// False where the two differ: the copy was trained apart, and its value is not used.
    package var isEqual: Bool
  }

  /// A tensor that the model has no parameter for, as it leaves that part of BERT out.
  package struct Placeless: Hashable, Sendable {
    /// The tensor's name in the file.
    package var storedName: String
    /// Whether it belongs to the masked-word head's transform; else it is a bias.
    package var isOfTransform: Bool
    /// Whether it has the value that leaves its operation without effect.
    package var isNeutral: Bool
  }

  /// In the order in which the parameters were asked for, as are `missing` and `mismatched`.
  package var matched: [Match] = []
  /// Not in the checkpoint: the model's own initial values stay.
  package var missing: [WantedParameter] = []
  /// In the checkpoint, but of another shape or of a type that is no float.
  package var mismatched: [Mismatch] = []
  /// By their names in the file, sorted.
  package var tiedCopies: [TiedCopy] = []
  /// By their names in the file, sorted.
  package var placeless: [Placeless] = []
  /// Tensors that no wanted parameter uses, by their names in the file, sorted.
  package var unused: [String] = []
}

extension CheckpointReport: CustomStringConvertible {
  /// The report for a person: a line of counts, then a line for each kind that is not plain success.
  package var description: String {
    var lines = [
      "\(matched.count) parameters loaded, \(missing.count) missing, "
        + "\(mismatched.count) of another shape, \(unused.count) tensors unused"
    ]
    if !missing.isEmpty {
      lines.append("missing, so at their initial values: " + list(missing.map(\.name)))
    }
    lines += mismatched.map(\.description)
    for copy in tiedCopies where !copy.isEqual {
      lines.append(
        "\(printable(copy.storedName)) differs from \(copy.tiedTo), to which it is tied: not used")
    }
    lines += placelessLines
    if !unused.isEmpty {
      lines.append("unused: " + list(unused))
    }
    return lines.joined(separator: "\n")
  }

  /// What the model does not have, and whether that makes it another function.
  private var placelessLines: [String] {
    let transform = placeless.filter(\.isOfTransform)
    let biases = placeless.filter { !$0.isOfTransform }
    var lines: [String] = []
    if !biases.isEmpty {
      let lost = biases.filter { !$0.isNeutral }.map(\.storedName)
      let count = biases.count == 1 ? "1 bias" : "\(biases.count) biases"
      lines.append(
        "the model has no place for \(count) of the checkpoint: "
          + (lost.isEmpty
            ? "all zero, so nothing is lost"
            : "\(lost.count) not zero, so it is another function: \(list(lost))"))
    }
    if !transform.isEmpty {
      lines.append(
        "the model has no place for the transform of the checkpoint's masked-word head"
          + (transform.allSatisfy(\.isNeutral)
            ? ", which has neutral values" : ": that head is another function"))
    }
    return lines
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(8).map(printable).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}

extension CheckpointReport.Mismatch: CustomStringConvertible {
  /// One line: the name, the wanted and the stored shape.
  package var description: String {
    let wanted = "\(parameter.name): \(parameter.shape) wanted"
    return element.convertsToFloat
      ? "\(wanted), the checkpoint has \(storedShape)"
      : "\(wanted), the checkpoint has \(storedShape) of type \(element.rawValue)"
  }
}
