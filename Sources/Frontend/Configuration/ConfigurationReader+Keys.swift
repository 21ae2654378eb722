import Foundations
import Recipe

/// Mistakes with keys: of none, of the other form, of another task.
extension ConfigurationReader {
  /// Looks at the keys of an object and below it: which are none, or of another form or task. What a
  /// stray key was meant to be counts as unreadable, and is not reported as missing as well.
  mutating func examine(_ object: JSON.Value, at parent: String) {
    let members = object.members ?? []
    let present = Set(members.map(\.key))
    let isOpen = ConfigurationLayout.group(at: parent, in: form)?.isOpen ?? false
    for member in members {
      let path = join(parent, member.key)
      // A key with a dot in it is not the path that it looks like.
      let isPath = !member.key.contains(".")
      if isPath, let key = ConfigurationLayout.key(at: path, in: kind) {
        if key.presence(in: kind) == .absent { reportForeign(key, member, at: path) }
      } else if isPath, ConfigurationLayout.group(at: path, in: form) != nil {
        examine(member.value, at: path)
      } else if isPath, ConfigurationLayout.has(path, in: form.other) {
        reportMixed(member, at: path)
      } else if !isOpen {
        report(unknown(member, in: parent, present: present))
      }
    }
  }

  private mutating func reportMixed(_ member: JSON.Member, at path: String) {
    let homes = ConfigurationLayout.keys(at: path, in: form.other).map { form.path(of: $0.path) }
    var remedies: [Remedy] = []
    if let home = homes.first {
      markUnreadable(home)
      let isThere = root.value(atPath: home) != nil
      remedies = [
        isThere
          ? Remedy("remove \"\(path)\"", [.remove(path: path)])
          : Remedy(
            "move its value to \(home)",
            [.remove(path: path), .set(path: home, JSON.Plain(member.value))])
      ]
    } else if let members = member.value.members {
      let namesake = ConfigurationLayout.groups.first {
        $0.path.lastKey == member.key && $0.path != path && ($0.form == nil || $0.form == form)
      }
      let homes = members.compactMap { home(of: $0.key, in: path, or: namesake?.path) }
      for home in homes { markUnreadable(home) }
      if let namesake { markUnreadable(namesake.path) }
      if homes.count == members.count {
        let moves = zip(homes, members).map { home, inner in
          ConfigurationEdit.set(path: home, JSON.Plain(inner.value))
        }
        remedies = [
          moves.isEmpty
            ? Remedy("remove \"\(path)\"", [.remove(path: path)])
            : Remedy(
              "move its members to the \(form.rawValue) form's keys",
              [.remove(path: path)] + moves)
        ]
      }
    }
    report(
      Diagnostic(
        code: .mixedForms,
        "\(path) is a key of the \(form.other.rawValue) form (\(form.other.releases)),"
          + " but this file is in the \(form.rawValue) form (\(form.releases))",
        at: member.keyLocation,
        notes: homes.first.map { ["the \(form.rawValue) form calls it \($0)"] } ?? [],
        remedies: remedies))
  }

  /// Where a member of an object of the other form stands in this form: by the other form's name, or
  /// by this form's in the object of the same name.
  private func home(of name: String, in path: String, or namesake: String?) -> String? {
    if let flat = ConfigurationLayout.keys(at: "\(path).\(name)", in: form.other).first?.path {
      return form.path(of: flat)
    }
    guard let namesake else { return nil }
    return ConfigurationLayout.keys(at: "\(namesake).\(name)", in: form).isEmpty
      ? nil : "\(namesake).\(name)"
  }

  private mutating func unknown(
    _ member: JSON.Member, in parent: String, present: Set<String>
  ) -> Diagnostic {
    let quoted = JSON.Plain.string(member.key).text()
    let path = join(parent, member.key)
    let place = parent.isEmpty ? "the configuration" : parent
    var mistake = Diagnostic(
      code: .unknownKey, "\(place) has no key \(quoted)", at: member.keyLocation)
    guard suggestionsLeft > 0 else { return mistake }
    suggestionsLeft -= 1
    let known = ConfigurationLayout.members(of: parent, in: kind).filter { !present.contains($0) }
    let elsewhere = ConfigurationLayout.paths(in: kind).first {
      $0.lastKey == member.key || $0 == member.key
    }
    if let elsewhere {
      let target = elsewhere.parentPath.isEmpty ? "the top level" : elsewhere.parentPath
      if root.value(atPath: elsewhere) != nil {
        mistake.remedies = [
          Remedy("remove \(quoted), which \(target) has", [.remove(path: path)])
        ]
      } else {
        markUnreadable(elsewhere)
        mistake.remedies = [
          Remedy(
            "move \"\(elsewhere.lastKey)\" to \(target)",
            [.remove(path: path), .set(path: elsewhere, JSON.Plain(member.value))])
        ]
      }
    } else if let nearest = member.key.nearest(among: known) {
      markUnreadable(join(parent, nearest))
      mistake.remedies = [
        Remedy("rename \(quoted) to \"\(nearest)\"", [.rename(path: path, to: nearest)])
      ]
    } else {
      mistake.remedies = [Remedy("remove \(quoted)", [.remove(path: path)])]
    }
    return mistake
  }

  /// A key that only files of another kind have. Published files have some; they do nothing.
  private mutating func reportForeign(
    _ key: ConfigurationKey, _ member: JSON.Member, at path: String
  ) {
    if key.isModelSize, kind.namesModel, key.presence(form, kind.task) != .absent {
      report(
        modelSourceConflict(
          "\(path) and bert_model_name both say the model's sizes", at: path, member))
      return
    }
    let users = ConfigurationKind.Task.allCases.filter { key.presence(form, $0) != .absent }
    foreignKeys.append(path)
    report(
      Diagnostic(
        .note, code: .keyOfOtherTask,
        "\(path) is a key of \(users.map(\.phrase).joined(separator: " and "));"
          + " \(kind.task.phrase) does without it",
        at: member.keyLocation,
        remedies: [Remedy("remove \"\(path)\"", [.remove(path: path)])]))
  }

  /// Two keys that both say where the model comes from.
  func modelSourceConflict(_ message: String, at path: String, _ member: JSON.Member) -> Diagnostic
  {
    Diagnostic(
      code: .modelSourceConflict, message, at: member.keyLocation,
      remedies: [
        Remedy("remove \"\(path.lastKey)\"", [.remove(path: path)]),
        Remedy("remove \"bert_model_name\"", [.remove(path: "bert_model_name")]),
      ])
  }
}
