import Foundations

/// How the tensors of a checkpoint meet the parameters that a model wants.
package struct CheckpointReport: Hashable, Sendable {
  /// A wanted parameter and the tensor of the checkpoint for it.
  package struct Match: Hashable, Sendable {
    /// What the model wants.
    package var parameter: WantedParameter
    /// The tensor's name in the file.
    package var storedName: String
    /// The shape that it is stored in.
    package var storedShape: [Int]
    /// The type that it is stored in.
    package var element: SafetensorsElement
    /// The rows of the tensor that are the parameter's; nil for all.
    package var rows: Range<Int>?

    /// The shape of the rows that are the parameter's.
    package var shape: [Int] {
      rows.map { [$0.count] + storedShape.dropFirst() } ?? storedShape
    }

    /// Whether parameter and tensor have a row for each word, and differ in their number alone.
    package var differsInVocabularyAlone: Bool {
      HuggingFaceNames.hasRowForEachWord(HuggingFaceNames.canonical(parameter.name))
        && shape != parameter.shape && shape.count == parameter.shape.count
        && shape.dropFirst() == parameter.shape.dropFirst()
    }
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

  /// Tensors that have the values of a parameter, in the order in which the parameters were asked for,
  /// as are `missing` and `mismatched`. Where `Match.shape` differs from the parameter's, rows for
  /// words were cut or added.
  package var matched: [Match] = []
  /// Not in the checkpoint: the model's own initial values stay.
  package var missing: [WantedParameter] = []
  /// In the checkpoint, but of another shape or of a type that is no float.
  package var mismatched: [Match] = []
  /// By their names in the file, sorted.
  package var tiedCopies: [TiedCopy] = []
  /// By their names in the file, sorted.
  package var placeless: [Placeless] = []
  /// Tensors that no wanted parameter uses, by their names in the file, sorted.
  package var unused: [String] = []
  /// Tensors that only resuming a training needs, by their names in the file, sorted.
  package var trainingState: [String] = []
  /// What else is to be known, as that the checkpoint's config.json says something else.
  package var warnings: [Diagnostic] = []
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
    lines += mismatched.map(\.mismatchLine)
    lines += resizedLines
    for copy in tiedCopies where !copy.isEqual {
      lines.append(
        "\(printable(copy.storedName)) differs from \(copy.tiedTo), to which it is tied: not used")
    }
    lines += placelessLines
    if !unused.isEmpty {
      lines.append("unused: " + list(unused))
    }
    if !trainingState.isEmpty {
      lines.append("left alone: \(trainingState.count) tensors of the training's state")
    }
    lines += warnings.map(\.description)
    return lines.joined(separator: "\n")
  }

  /// Which rows for words were cut or added.
  private var resizedLines: [String] {
    matched.filter { $0.shape != $0.parameter.shape }.compactMap { match in
      guard let stored = match.shape.first, let wanted = match.parameter.shape.first else {
        return nil
      }
      let rows = "\(match.parameter.name): \(stored) rows in the checkpoint, \(wanted) in the model"
      if wanted < stored { return "\(rows): the last \(stored - wanted) are cut" }
      let added = "\(rows): \(wanted - stored) added"
      return match.parameter.shape.count == 1
        ? "\(added), all \(Int(HuggingFaceCheckpoint.unseenWordBias)), so that no prediction falls on them"
        : "\(added), at their initial values"
    }
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

extension CheckpointReport {
  /// The settings that give a bundle the checkpoint's sizes, of those that shapes show to differ.
  var sizeSettings: [String] {
    let places = [
      ("bert.embeddings.word_embeddings.weight", 1, "hidden_size"),
      ("bert.embeddings.position_embeddings.weight", 0, "max_position_embeddings"),
      ("bert.embeddings.token_type_embeddings.weight", 0, "type_vocab_size"),
      ("bert.encoder.layer.0.intermediate.dense.weight", 0, "intermediate_size"),
    ]
    return places.compactMap { name, axis, key in
      guard let match = mismatched.first(where: { $0.parameter.name == name }),
        match.shape.count == 2, match.parameter.shape.count == 2,
        match.shape[axis] != match.parameter.shape[axis]
      else { return nil }
      return "--set bert_config.\(key)=\(match.shape[axis])"
    }
  }
}

extension CheckpointReport.Match {
  /// One line that says how the tensor does not fit: the name, the wanted and the stored shape.
  package var mismatchLine: String {
    let wanted = "\(parameter.name): \(parameter.shape) wanted"
    return element.convertsToFloat
      ? "\(wanted), the checkpoint has \(shape)"
      : "\(wanted), the checkpoint has \(shape) of type \(element.rawValue)"
  }
}
