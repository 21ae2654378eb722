import Foundations
import Recipe

/// Which of the three kinds of file a configuration is; they have different keys.
enum ConfigurationForm: Hashable, Sendable, CaseIterable {
  case pretraining
  /// SQuAD from a published model, named by `bert_model_name`.
  case squadByName
  /// SQuAD from a checkpoint whose model `bert_config` describes.
  case squadFromCheckpoint

  /// The form in words, as in "a key of …".
  var phrase: String {
    switch self {
    case .pretraining: "pre-training"
    case .squadByName: "SQuAD with bert_model_name"
    case .squadFromCheckpoint: "SQuAD from a checkpoint"
    }
  }
}

/// One key of the flat configuration form.
struct ConfigurationKey: Sendable {
  /// Whether a form needs the key.
  enum Presence: Hashable, Sendable {
    case required
    /// Must be there, but may be null for "none".
    case requiredOrNull
    /// May be left out, or be null.
    case optional
    case defaulted(JSON.Plain)
    /// No key of this form.
    case absent
  }

  /// The keys that lead to it, joined by dots.
  let path: String
  let kind: ValueKind
  private let pretraining: Presence
  private let squadByName: Presence
  private let squadFromCheckpoint: Presence
  /// What the value does, as one phrase.
  let meaning: String

  /// A key of the same presence in every form.
  init(_ path: String, _ kind: ValueKind, _ presence: Presence, _ meaning: String) {
    self.init(path, kind, pretraining: presence, squad: presence, meaning)
  }

  init(
    _ path: String, _ kind: ValueKind, pretraining: Presence = .absent, squad: Presence = .absent,
    squadByName: Presence? = nil, _ meaning: String
  ) {
    self.path = path
    self.kind = kind
    self.pretraining = pretraining
    self.squadByName = squadByName ?? squad
    self.squadFromCheckpoint = squad
    self.meaning = meaning
  }

  func presence(in form: ConfigurationForm) -> Presence {
    switch form {
    case .pretraining: pretraining
    case .squadByName: squadByName
    case .squadFromCheckpoint: squadFromCheckpoint
    }
  }

  func isRequired(in form: ConfigurationForm) -> Bool {
    presence(in: form) == .required || presence(in: form) == .requiredOrNull
  }

  func mayBeNull(in form: ConfigurationForm) -> Bool {
    presence(in: form) == .optional || presence(in: form) == .requiredOrNull
  }

  /// The path of the object that holds the key; empty for the file itself.
  var parent: String {
    path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
  }

  /// The key itself.
  var name: String {
    path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
