import Foundations
import Recipe

/// One value of a configuration: what it may be, who needs it, and what it does.
struct ConfigurationKey: Sendable {
  /// Whether a kind of file needs the key.
  enum Presence: Hashable, Sendable {
    case required
    /// Must be there, but may be null for "none".
    case requiredOrNull
    /// May be left out, or be null.
    case optional
    /// May be left out, and then has this value.
    case defaulted(JSON.Plain)
    /// No key of this kind: accepted, and without effect.
    case absent

    var isRequired: Bool { self == .required || self == .requiredOrNull }
    var mayBeNull: Bool { self == .optional || self == .requiredOrNull }
  }

  /// The presence in the files of each task.
  struct Needs: Hashable, Sendable {
    var pretraining: Presence = .absent
    var squad: Presence = .absent
    var glue: Presence = .absent

    static func everywhere(_ presence: Presence) -> Needs {
      Needs(pretraining: presence, squad: presence, glue: presence)
    }

    static func pretraining(_ presence: Presence) -> Needs { Needs(pretraining: presence) }

    static func fineTuning(_ presence: Presence, pretraining: Presence = .absent) -> Needs {
      Needs(pretraining: pretraining, squad: presence, glue: presence)
    }
  }

  /// What following the value comes to in this version.
  enum Effect: Hashable, Sendable {
    case full
    /// It is checked and stored, and changes nothing.
    case stored
    /// As `stored`; any other value than this asks for something that does not happen.
    case storedUnless(JSON.Plain)
  }

  /// The keys that lead to it in the flat form, joined by dots: the name by which Tessera knows it.
  let path: String
  let kind: ValueKind
  let flat: Needs
  let nested: Needs
  /// What the value does, as one phrase.
  let meaning: String
  /// A value that suits most files.
  let suggestion: JSON.Plain?
  /// Whether `bert_model_name` says it already.
  let isModelSize: Bool
  let effect: Effect
  /// Whether the original's nested form cannot do without it, though Tessera can.
  let isNeededByOriginal: Bool

  init(
    _ path: String, _ kind: ValueKind, _ flat: Needs,
    nested: Needs? = nil, _ meaning: String, suggestion: JSON.Plain? = nil,
    isModelSize: Bool = false, effect: Effect = .full, isNeededByOriginal: Bool = false
  ) {
    self.path = path
    self.kind = kind
    self.flat = flat
    self.nested = nested ?? flat
    self.meaning = meaning
    self.suggestion = suggestion
    self.isModelSize = isModelSize
    self.effect = effect
    self.isNeededByOriginal = isNeededByOriginal
  }

  /// A key that every file of the flat form needs.
  init(
    _ path: String, _ kind: ValueKind, nested: Needs? = nil, _ meaning: String,
    suggestion: JSON.Plain? = nil, effect: Effect = .full
  ) {
    self.init(
      path, kind, .everywhere(.required), nested: nested, meaning, suggestion: suggestion,
      effect: effect)
  }

  func presence(_ form: ConfigurationForm, _ task: ConfigurationKind.Task) -> Presence {
    let needs = form == .flat ? flat : nested
    return switch task {
    case .pretraining: needs.pretraining
    case .squad: needs.squad
    case .glue: needs.glue
    }
  }

  func presence(in kind: ConfigurationKind) -> Presence {
    isModelSize && kind.namesModel ? .absent : presence(kind.form, kind.task)
  }

  /// Where a file of the form may have it. The published nested files have the sizes of sequences at
  /// the top level or, as the flat form, in `bert_config`.
  func places(in form: ConfigurationForm) -> [String] {
    let path = form.path(of: path)
    return form == .nested && path != self.path && self.path.hasPrefix("bert_config.")
      ? [path, self.path] : [path]
  }
}

/// An object that holds keys.
struct ConfigurationGroup: Hashable, Sendable {
  let path: String
  /// The form that has it; nil for both.
  let form: ConfigurationForm?
  let meaning: String
  /// Whether it may have members that Tessera does not know.
  var isOpen = false
}

extension String {
  /// The path of the object that holds the key at this path; empty for the file itself.
  var parentPath: String { lastIndex(of: ".").map { String(self[..<$0]) } ?? "" }

  /// The last key of this path.
  var lastKey: String { lastIndex(of: ".").map { String(self[index(after: $0)...]) } ?? self }
}
