import Foundations
import Recipe

/// Which keys stand where in the files of one form.
enum ConfigurationLayout {
  static let groups = [
    ConfigurationGroup(path: "bert_config", form: nil, meaning: "the model's sizes"),
    ConfigurationGroup(path: "global_batch", form: .nested, meaning: "the sizes of a batch"),
    ConfigurationGroup(path: "ipu_config", form: .nested, meaning: "how IPUs are used"),
    ConfigurationGroup(path: "optimizer_opts", form: nil, meaning: "the optimizer"),
    ConfigurationGroup(
      path: "optimizer_opts.params", form: .flat, meaning: "the optimizer's hyper-parameters"),
    ConfigurationGroup(
      path: "optimizer_opts.learning_rate", form: .nested, meaning: "the learning rate"),
    ConfigurationGroup(path: "learning_rate", form: .flat, meaning: "the learning rate"),
    ConfigurationGroup(
      path: "learning_rate.lr_schedule_params", form: .flat, meaning: "the schedule's parameters"),
    ConfigurationGroup(path: "wandb_opts", form: .flat, meaning: "Weights & Biases"),
    ConfigurationGroup(
      path: "wandb_opts.init", form: .flat, meaning: "what its run starts with", isOpen: true),
  ]

  /// The keys that may stand at a path: more than one where tasks use it differently.
  static func keys(at path: String, in form: ConfigurationForm) -> [ConfigurationKey] {
    keysByPlace[form]?[path] ?? []
  }

  /// The key that stands at a path in files of a kind, or of another task.
  static func key(at path: String, in kind: ConfigurationKind) -> ConfigurationKey? {
    let keys = keys(at: path, in: kind.form)
    return keys.first { $0.presence(in: kind) != .absent } ?? keys.first
  }

  static func group(at path: String, in form: ConfigurationForm) -> ConfigurationGroup? {
    groups.first { $0.path == path && ($0.form == nil || $0.form == form) }
  }

  /// Whether the path means something in a form.
  static func has(_ path: String, in form: ConfigurationForm) -> Bool {
    group(at: path, in: form) != nil || !keys(at: path, in: form).isEmpty
  }

  /// The paths of all keys of a kind, objects left out, in the table's order.
  static func paths(in kind: ConfigurationKind) -> [String] {
    ConfigurationKey.all.filter { $0.presence(in: kind) != .absent }
      .map { kind.form.path(of: $0.path) }
  }

  /// The names of the keys and objects that files of a kind have in the object at `parent`.
  static func members(of parent: String, in kind: ConfigurationKind) -> [String] {
    groups.filter { $0.path.parentPath == parent && ($0.form == nil || $0.form == kind.form) }
      .map(\.path.lastKey)
      + paths(in: kind).filter { $0.parentPath == parent }.map(\.lastKey)
  }

  /// Whether files of a kind cannot do without the object at `path`.
  static func isRequired(group path: String, in kind: ConfigurationKind) -> Bool {
    ConfigurationKey.all.contains {
      $0.presence(in: kind).isRequired && kind.form.path(of: $0.path).hasPrefix(path + ".")
    }
  }

  private static let keysByPlace: [ConfigurationForm: [String: [ConfigurationKey]]] = {
    var table: [ConfigurationForm: [String: [ConfigurationKey]]] = [:]
    for form in ConfigurationForm.allCases {
      for key in ConfigurationKey.all where form == .flat ? key.isFlat : key.isNested {
        for place in key.places(in: form) {
          table[form, default: [:]][place, default: []].append(key)
        }
      }
    }
    return table
  }()
}

extension ConfigurationKey {
  var isFlat: Bool { flat != Needs.everywhere(.absent) }
  var isNested: Bool { nested != Needs.everywhere(.absent) }
}
