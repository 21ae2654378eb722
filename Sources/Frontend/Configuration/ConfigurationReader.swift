import Foundations
import Recipe

/// Holds a configuration's tree against the table of keys: what is there, and all that is wrong
/// with keys and single values.
struct ConfigurationReader {
  let root: JSON.Value
  let form: ConfigurationForm
  private(set) var diagnostics: [Diagnostic] = []
  /// The readable values by path, without nulls.
  private var values: [String: JSON.Value] = [:]
  /// Paths whose value is missing or wrong: what is asked of them says nothing about the file.
  private var unreadable: Set<String> = []
  /// Unknown keys that still get a nearest known one: a file may have a million of them.
  private var suggestionsLeft = 100

  init(_ root: JSON.Value, form: ConfigurationForm) {
    self.root = root
    self.form = form
    read(root, at: "")
  }

  private mutating func read(_ object: JSON.Value, at parent: String) {
    var seen: Set<String> = []
    /// Keys that a misspelt one was taken for: not reported as missing too.
    var misspelt: Set<String> = []
    let members = object.members ?? []
    let present = Set(members.map(\.key))
    for member in members {
      let path = parent.isEmpty ? member.key : "\(parent).\(member.key)"
      guard let key = ConfigurationKey.at(path), key.name == member.key else {
        diagnostics.append(unknown(member, in: parent, present: present, misspelt: &misspelt))
        continue
      }
      seen.insert(path)
      if key.presence(in: form) == .absent {
        diagnostics.append(foreign(key, at: member.keyLocation))
      } else if !(member.value.isNull && key.mayBeNull(in: form)) {
        read(member.value, of: key)
      }
    }
    for key in ConfigurationKey.members(of: parent)
    where key.isRequired(in: form) && !seen.contains(key.path) {
      unreadable.insert(key.path)
      if misspelt.contains(key.name) { continue }
      reportMissing(key.path)
    }
    for name in misspelt { unreadable.insert(parent.isEmpty ? name : "\(parent).\(name)") }
  }

  private mutating func read(_ value: JSON.Value, of key: ConfigurationKey) {
    let mistakes = key.kind.mistakes(in: value, path: key.path)
    diagnostics += mistakes
    guard mistakes.isEmpty else {
      unreadable.insert(key.path)
      return
    }
    values[key.path] = value
    if key.kind == .object { read(value, at: key.path) }
  }

  private mutating func unknown(
    _ member: JSON.Member, in parent: String, present: Set<String>, misspelt: inout Set<String>
  ) -> Diagnostic {
    let quoted = JSON.Plain.string(member.key).text()
    let place = parent.isEmpty ? "the configuration" : parent
    var mistake = Diagnostic(
      code: .unknownKey, "\(place) has no key \(quoted)", at: member.keyLocation)
    guard suggestionsLeft > 0 else { return mistake }
    suggestionsLeft -= 1
    let known = ConfigurationKey.members(of: parent)
      .filter { $0.presence(in: form) != .absent && !present.contains($0.name) }
    let elsewhere = ConfigurationKey.all.first {
      ($0.name == member.key || $0.path == member.key) && $0.presence(in: form) != .absent
    }
    if let elsewhere {
      let target = elsewhere.parent.isEmpty ? "the top level" : elsewhere.parent
      mistake.remedies = ["move \"\(elsewhere.name)\" to \(target)"]
    } else if let nearest = member.key.nearest(among: known.map(\.name)) {
      misspelt.insert(nearest)
      mistake.remedies = ["rename \(quoted) to \"\(nearest)\""]
    } else {
      mistake.remedies = ["remove \(quoted)"]
    }
    return mistake
  }

  private func foreign(_ key: ConfigurationKey, at location: SourceLocation) -> Diagnostic {
    let isConflict = form == .squadByName && key.presence(in: .squadFromCheckpoint) != .absent
    let users = ConfigurationForm.allCases.filter { key.presence(in: $0) != .absent }
    return Diagnostic(
      code: isConflict ? .modelSourceConflict : .keyOfOtherTask,
      isConflict
        ? "\(key.path) and bert_model_name both say which model to start from"
        : "\(key.path) is no key of \(form.phrase)",
      at: location,
      notes: ["it is a key of " + users.map(\.phrase).joined(separator: " and ")],
      remedies: isConflict
        ? ["remove \"\(key.name)\"", "remove \"bert_model_name\""] : ["remove \"\(key.name)\""])
  }
}

// MARK: - Values

extension ConfigurationReader {
  /// Adds a mistake that takes more than one value to see.
  mutating func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  /// Adds a mistake in the value at `path`, which nothing is concluded from any more.
  mutating func reportUnreadable(_ path: String, _ diagnostic: Diagnostic) {
    unreadable.insert(path)
    diagnostics.append(diagnostic)
  }

  /// Adds that `path` is missing from its object.
  mutating func reportMissing(_ path: String) {
    guard let key = ConfigurationKey.at(path) else { return }
    var remedies: [Remedy] = ["add \"\(key.name)\": \(key.kind.phrase)"]
    if path == "bert_config", form == .squadFromCheckpoint {
      remedies.append("add \"bert_model_name\" instead, to start from a published model")
    }
    unreadable.insert(path)
    diagnostics.append(
      Diagnostic(
        code: .missingKey, "\(path) is missing",
        at: root.nearestLocation(toPath: path), notes: ["it is \(key.meaning)"],
        remedies: remedies))
  }

  /// Whether the value at `path`, or what it follows from, is what the user meant.
  func isReadable(_ path: String) -> Bool {
    if form == .squadByName, path.hasPrefix("bert_config."), unreadable.contains("bert_model_name")
    {
      return false
    }
    var ancestor = path[...]
    while true {
      if unreadable.contains(String(ancestor)) { return false }
      guard let dot = ancestor.lastIndex(of: ".") else { return true }
      ancestor = ancestor[..<dot]
    }
  }

  /// Where the value at `path` stands, or what implies it.
  func location(of path: String) -> SourceLocation {
    if form == .squadByName, path.hasPrefix("bert_config."), root.value(atPath: path) == nil,
      let name = values["bert_model_name"]
    {
      return name.location
    }
    return root.nearestLocation(toPath: path)
  }

  /// The value as written, where it is there and readable.
  func value(_ path: String) -> JSON.Value? { values[path] }

  func optionalInteger(_ path: String) -> Int? { values[path]?.integer }

  func optionalReal(_ path: String) -> Double? { values[path]?.number }

  func optionalString(_ path: String) -> String? { values[path]?.string }

  // The readers below give the default of an absent key, and some value of the right kind where
  // the file has a mistake: the recipe is then only made to look for more mistakes.

  func integer(_ path: String) -> Int {
    if let integer = optionalInteger(path) { return integer }
    if case .integer(let integer) = defaultValue(of: path) { return integer }
    if case .integer(let range) = ConfigurationKey.at(path)?.kind { return range.lowerBound }
    return 0
  }

  func real(_ path: String) -> Double {
    if let real = optionalReal(path) { return real }
    if case .real(let real) = defaultValue(of: path) { return real }
    return 0
  }

  func boolean(_ path: String) -> Bool { values[path]?.boolean ?? false }

  func string(_ path: String) -> String {
    if let string = optionalString(path) { return string }
    if case .string(let string) = defaultValue(of: path) { return string }
    return ""
  }

  func integers(_ path: String) -> [Int] {
    (values[path]?.elements ?? []).compactMap(\.integer)
  }

  func reals(_ path: String) -> [Double] {
    (values[path]?.elements ?? []).compactMap(\.number)
  }

  func choice<Case: RawRepresentable<String>>(_ path: String, or fallback: Case) -> Case {
    Case(rawValue: string(path)) ?? fallback
  }

  private func defaultValue(of path: String) -> JSON.Plain? {
    guard case .defaulted(let value) = ConfigurationKey.at(path)?.presence(in: form) else {
      return nil
    }
    return value
  }
}
