import Foundations
import Recipe

/// The tables of the page on configurations, `docs/config.md`, made from the tables in code.
package enum ConfigurationTables {
  /// The keys that stand at different places in the two forms.
  package static let translations = markdown(
    header: [
      "flat form (\(ConfigurationForm.flat.releases))",
      "nested form (\(ConfigurationForm.nested.releases))",
    ],
    rows: ConfigurationForm.translations.map { ["`\($0.flat)`", "`\($0.nested)`"] })

  /// Every key by its path in the flat form: what it does, what it may be, which kinds of file need
  /// it or what they have without it, and whether it is in effect.
  package static let keys = markdown(
    header: ["key", "what it is", "value", "flat", "nested", "in effect"],
    rows: ConfigurationKey.all.map { key in
      [
        "`\(key.path)`" + (key.isModelSize ? " †" : ""), key.meaning, key.kind.phrase,
        key.flat.phrase, key.nested.phrase, key.effect.phrase,
      ]
    })

  private static func markdown(header: [String], rows: [[String]]) -> String {
    ([header, header.map { _ in "---" }] + rows)
      .map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}

extension ConfigurationKey.Needs {
  /// What each task has, those with the same together.
  fileprivate var phrase: String {
    let all = [pretraining, squad, glue]
    if let first = all.first, all.allSatisfy({ $0 == first }) { return first.phrase }
    let parts: [(tasks: String, presence: ConfigurationKey.Presence)] =
      squad == glue
      ? [("pre-training", pretraining), ("SQuAD, GLUE", squad)]
      : [("pre-training", pretraining), ("SQuAD", squad), ("GLUE", glue)]
    return parts.filter { $0.presence != .absent }
      .map { "\($0.tasks): \($0.presence.phrase)" }.joined(separator: "; ")
  }
}

extension ConfigurationKey.Presence {
  fileprivate var phrase: String {
    switch self {
    case .required: "needed"
    case .requiredOrNull: "needed, may be `null`"
    case .optional: "may be left out"
    case .defaulted(let value): "`\(value.text())`"
    case .absent: "–"
    }
  }
}

extension ConfigurationKey.Effect {
  fileprivate var phrase: String {
    switch self {
    case .full: "yes"
    case .stored: "stored"
    case .storedUnless(let quiet): "stored; a warning unless `\(quiet.text())`"
    }
  }
}
