import Foundations
import Recipe

/// The values of a configuration as they count, and where each comes from.
package struct EffectiveConfiguration: Sendable {
  /// One value.
  package struct Entry: Sendable {
    /// The keys that lead to it in the file's form, joined by dots.
    package var path: String
    /// The value, null where there is none.
    package var value: JSON.Plain
    /// Where it comes from.
    package var origin: Origin
    /// Whether it changes anything in this version.
    package var isInEffect: Bool
    /// What it does, as one phrase.
    package var meaning: String
  }

  /// Where a value comes from.
  package enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// The file, at a place.
    case file(SourceLocation)
    /// An option of the command line.
    case flag(String)
    /// The model that `bert_model_name` names.
    case model(String)
    /// The form's own.
    case defaultValue

    package var description: String {
      switch self {
      case .file(let location): "\(location.file):\(location.line)"
      case .flag(let text): text
      case .model(let name): name
      case .defaultValue: "default"
      }
    }
  }

  /// The form of the file.
  package let form: ConfigurationForm
  /// The task in words.
  package let task: String
  /// Every key of the file's kind, in the order in which files are written.
  package let entries: [Entry]

  /// Where the value of a key, by its path in the flat form, stands in the file; nil where it does
  /// not stand there.
  package func location(of flat: String) -> SourceLocation? {
    let path = form.path(of: flat)
    guard case .file(let location) = entries.first(where: { $0.path == path })?.origin else {
      return nil
    }
    return location
  }

  let kind: ConfigurationKind
  /// The values as written, by their paths in the flat form.
  let written: [String: JSON.Plain]
  /// Keys of the file that its kind has no use for.
  let ignored: [String]
  /// Members of `wandb_opts.init` that are no keys: they are only carried along.
  let carried: [String]

  init(_ reader: ConfigurationReader, file: String) {
    kind = reader.kind
    form = reader.form
    task = reader.kind.task.phrase
    ignored = reader.foreignKeys
    let own = ConfigurationLayout.members(of: "wandb_opts.init", in: reader.kind)
    carried = (reader.root.value(atPath: "wandb_opts.init")?.members ?? []).map(\.key)
      .filter { !own.contains($0) }
    let modelName = reader.optionalString("bert_model_name")
    let published = modelName.flatMap(PublishedModel.configuration).map(\.sizes) ?? [:]
    var written: [String: JSON.Plain] = [:]
    var entries: [Entry] = []
    for key in ConfigurationKey.all {
      let isImplied = reader.kind.namesModel && key.isModelSize
      guard isImplied || key.presence(in: reader.kind) != .absent else { continue }
      let value: JSON.Plain
      let origin: Origin
      if let found = reader.value(key.path) {
        value = JSON.Plain(found)
        written[key.path] = value
        origin =
          found.location.file == file ? .file(found.location) : .flag(found.location.file)
      } else if isImplied, let modelName {
        value = published[key.path] ?? key.suggestion ?? .null
        origin = .model(modelName)
      } else {
        value = reader.defaultValue(of: key.path) ?? .null
        origin = .defaultValue
      }
      entries.append(
        Entry(
          path: reader.form.path(of: key.path), value: value, origin: origin,
          isInEffect: key.effect == .full, meaning: key.meaning))
    }
    // Without a length of its own a sequence is as long as the model allows.
    let length = reader.form.path(of: "bert_config.max_seq_length")
    let longest = entries.first { $0.path == "bert_config.max_position_embeddings" }?.value
    if let longest,
      let index = entries.firstIndex(where: { $0.path == length && $0.value == .null })
    {
      entries[index].value = longest
    }
    self.entries = entries
    self.written = written
  }
}

extension BertConfiguration {
  /// The sizes by their keys.
  fileprivate var sizes: [String: JSON.Plain] {
    [
      "bert_config.hidden_size": .integer(hiddenSize),
      "bert_config.vocab_size": .integer(vocabularySize),
      "bert_config.num_attention_heads": .integer(attentionHeads),
      "bert_config.num_hidden_layers": .integer(layers),
      "bert_config.intermediate_size": .integer(intermediateSize),
      "bert_config.max_position_embeddings": .integer(maximumPositions),
      "bert_config.type_vocab_size": .integer(tokenTypes),
      "bert_config.initializer_range": .real(initializerRange),
      "bert_config.layer_norm_eps": .real(layerNormEpsilon),
    ]
  }
}
