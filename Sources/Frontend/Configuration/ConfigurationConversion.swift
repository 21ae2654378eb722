import Foundations
import Recipe

extension EffectiveConfiguration {
  /// The same configuration in a form, and what it has no key for there.
  ///
  /// What the file leaves out stays out where both forms have one default for it; all else is
  /// written, so that the new file means the same.
  /// - Parameter name: the run's name where the recipe has one: the flat form may make it from two keys.
  package func converted(
    to form: ConfigurationForm, runName name: String?
  ) -> (configuration: JSON.Plain, remarks: [Diagnostic]) {
    var target = kind
    target.form = form
    var members: [(path: String, value: JSON.Plain)] = []
    var remarks: [Diagnostic] = []
    for key in ConfigurationKey.all {
      let value =
        key.path == "name" && form == .nested ? name.map(JSON.Plain.string) : written[key.path]
      let path = form.path(of: key.path)
      if key.presence(in: target) == .absent {
        // The run's name carries on what the flat form has beside it.
        if value != nil, key.path != "wandb_opts.init.name" {
          remarks.append(
            Diagnostic(
              .note, code: .lostInConversion,
              "the \(form.rawValue) form has no key for \(self.form.path(of: key.path))"))
        }
      } else if let value {
        members.append((path, value))
      } else if let value = addition(key, target) {
        members.append((path, value))
      }
    }
    remarks += carried.map {
      Diagnostic(
        .note, code: .lostInConversion,
        "left out: wandb_opts.init.\($0) is no key of the original's")
    }
    remarks += ignored.map {
      Diagnostic(
        .note, code: .lostInConversion,
        "left out: \($0), which \(task) does without")
    }
    return (JSON.Plain(atPaths: members), remarks)
  }

  /// What has to be written of a key that the file leaves out.
  private func addition(_ key: ConfigurationKey, _ target: ConfigurationKind) -> JSON.Plain? {
    var value: JSON.Plain?
    if case .defaulted(let usual) = key.presence(in: kind) { value = usual }
    let isNeeded = target.form == .nested && key.isNeededByOriginal
    switch key.presence(in: target) {
    case .required: return value ?? key.suggestion
    case .requiredOrNull: return value ?? .null
    case .defaulted(let usual): return value == usual && !isNeeded ? nil : value
    case .optional: return value
    case .absent: return nil
    }
  }
}

extension JSON.Plain {
  /// An object from values at paths of keys; objects stand where their first member is.
  init(atPaths values: [(path: String, value: JSON.Plain)]) {
    var fields: [Field] = []
    var inner: [String: [(path: String, value: JSON.Plain)]] = [:]
    for (path, value) in values {
      guard let dot = path.firstIndex(of: ".") else {
        fields.append(Field(path, value))
        continue
      }
      let key = String(path[..<dot])
      if inner[key] == nil { fields.append(Field(key, .null)) }
      inner[key, default: []].append((String(path[path.index(after: dot)...]), value))
    }
    self = .object(
      fields.map { field in
        inner[field.key].map { Field(field.key, JSON.Plain(atPaths: $0)) } ?? field
      })
  }
}
