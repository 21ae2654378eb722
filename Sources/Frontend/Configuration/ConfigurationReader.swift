import Foundations
import Recipe

/// Holds a configuration's tree against the table of keys: what is there, and all that is wrong
/// with keys and single values.
///
/// Keys are asked for by their paths in the flat form; messages have the paths of the file's form.
struct ConfigurationReader {
  let root: JSON.Value
  let kind: ConfigurationKind
  private(set) var diagnostics: [Diagnostic] = []
  /// The readable values, without nulls.
  private var values: [String: JSON.Value] = [:]
  /// Keys whose value is missing or wrong: what is asked of them says nothing about the file.
  private var unreadable: Set<String> = []
  /// Unknown keys that still get a nearest known one: a file may have a million of them.
  var suggestionsLeft: Int
  private let suggests: Bool
  /// Keys of the file that its kind has no use for.
  var foreignKeys: [String] = []

  init(_ root: JSON.Value, kind: ConfigurationKind, suggests: Bool = true) {
    self.root = root
    self.kind = kind
    self.suggests = suggests
    suggestionsLeft = suggests ? 100 : 0
    examine(root, at: "")
    read(root, at: "")
  }

  var form: ConfigurationForm { kind.form }

  /// Reads the values of an object and below it, and looks for what is missing.
  private mutating func read(_ object: JSON.Value, at parent: String) {
    let members = object.members ?? []
    for member in members where !member.key.contains(".") {
      let path = join(parent, member.key)
      if let key = ConfigurationLayout.key(at: path, in: kind) {
        let presence = key.presence(in: kind)
        if presence != .absent, !(member.value.isNull && presence.mayBeNull) {
          read(member.value, of: key, at: path)
        }
      } else if ConfigurationLayout.group(at: path, in: form) != nil {
        readGroup(member.value, at: path)
      }
    }
    let present = Set(members.map(\.key))
    for name in ConfigurationLayout.members(of: parent, in: kind) where !present.contains(name) {
      reportIfMissing(join(parent, name))
    }
  }

  /// The path of a key of the object at `parent`.
  func join(_ parent: String, _ name: String) -> String {
    parent.isEmpty ? name : "\(parent).\(name)"
  }

  private mutating func read(_ value: JSON.Value, of key: ConfigurationKey, at path: String) {
    let mistakes = key.kind.mistakes(in: value, path: path)
    guard mistakes.isEmpty else {
      unreadable.insert(key.path)
      let remedies = suggests ? remedies(for: value, of: key, at: path) : []
      diagnostics += mistakes.enumerated().map { index, mistake in
        var mistake = mistake
        // Of a list all the entries are mended at once.
        if index == 0 || mistakes.count <= 8 { mistake.remedies = remedies }
        return mistake
      }
      return
    }
    if let other = values[key.path], JSON.Plain(other) != JSON.Plain(value) {
      diagnostics.append(
        Diagnostic(
          code: .conflictingValues,
          "\(path) is \(value.phrase), but the same value at \(other.location) is \(other.phrase)",
          at: value.location, remedies: [Remedy("remove \"\(path)\"", [.remove(path: path)])]))
    }
    values[key.path] = values[key.path] ?? value
  }

  /// What the value most likely was meant to be, what suits most files, and to do without it.
  private func remedies(
    for value: JSON.Value, of key: ConfigurationKey, at path: String
  ) -> [Remedy] {
    let suggestion = suggestion(for: key)
    let candidates = [key.kind.mended(value, suggestion: suggestion), suggestion].compactMap { $0 }
    var remedies: [Remedy] = []
    for candidate in candidates {
      let remedy = Remedy(
        "set \(path.lastKey) to \(candidate.text())", [.set(path: path, candidate)])
      if !remedies.contains(remedy) { remedies.append(remedy) }
    }
    if !key.presence(in: kind).isRequired {
      remedies.append(Remedy("remove \"\(path.lastKey)\"", [.remove(path: path)]))
    }
    return remedies
  }

  private mutating func readGroup(_ value: JSON.Value, at path: String) {
    if value.members != nil {
      read(value, at: path)
    } else if !(value.isNull && !ConfigurationLayout.isRequired(group: path, in: kind)) {
      markUnreadable(path)
      diagnostics.append(
        Diagnostic(
          code: .wrongType, "\(path) must be an object, but is \(value.phrase)",
          at: value.location, notes: [holds(path)],
          remedies: [
            suggested(group: path).map {
              Remedy("set \(path.lastKey) to an object", [.remove(path: path)] + $0)
            }
          ].compactMap { $0 }))
    }
  }

  /// Nothing is concluded any more from the key at a path of the file, or from those below it.
  mutating func markUnreadable(_ path: String) {
    for key in ConfigurationKey.all {
      let place = form.path(of: key.path)
      if place == path || place.hasPrefix(path + ".") { unreadable.insert(key.path) }
    }
  }
}

// MARK: - What is missing

extension ConfigurationReader {
  private mutating func reportIfMissing(_ path: String) {
    if ConfigurationLayout.group(at: path, in: form) != nil {
      guard ConfigurationLayout.isRequired(group: path, in: kind) else { return }
      // Its keys may stand elsewhere, misspelt or moved, and were reported there.
      guard !isReported(group: path) else { return }
      reportMissing(
        path, notes: [holds(path)],
        add: Remedy("add \"\(path.lastKey)\"", suggested(group: path) ?? []))
      markUnreadable(path)
    } else if let key = ConfigurationLayout.key(at: path, in: kind),
      key.presence(in: kind).isRequired, !unreadable.contains(key.path)
    {
      let isElsewhere = key.places(in: form).contains { root.value(atPath: $0) != nil }
      if !isElsewhere { reportMissing(key) }
    }
  }

  private func isReported(group path: String) -> Bool {
    let required = ConfigurationKey.all.filter {
      $0.presence(in: kind).isRequired && form.path(of: $0.path).hasPrefix(path + ".")
    }
    return required.allSatisfy { unreadable.contains($0.path) }
  }

  /// Adds that a key is missing from its object.
  mutating func reportMissing(_ key: ConfigurationKey) {
    let path = form.path(of: key.path)
    unreadable.insert(key.path)
    reportMissing(
      path, notes: ["it is \(key.meaning): \(key.kind.phrase)"],
      add: suggestion(for: key).map {
        Remedy("add \"\(path.lastKey)\": \($0.text())", [.set(path: path, $0)])
      } ?? Remedy("add \"\(path.lastKey)\": \(key.kind.phrase)"))
  }

  private mutating func reportMissing(_ path: String, notes: [String], add: Remedy) {
    var remedies = [add]
    if path == "bert_config", kind.task != .pretraining {
      remedies.insert(
        Remedy(
          "add \"bert_model_name\", to start from a published model",
          [.set(path: "bert_model_name", .string(suggestedModel))]), at: 0)
    }
    diagnostics.append(
      Diagnostic(
        code: .missingKey, "\(path) is missing", at: root.nearestLocation(toPath: path),
        notes: notes, remedies: remedies))
  }

  private func holds(_ path: String) -> String {
    let names = ConfigurationLayout.members(of: path, in: kind)
    let meaning = ConfigurationLayout.group(at: path, in: form)?.meaning ?? ""
    return "it holds \(meaning): \(names.joined(separator: ", "))"
  }

  /// What the object at `path` needs, and what is usual in it; nil where a value cannot be guessed.
  private func suggested(group path: String) -> [ConfigurationEdit]? {
    guard suggests else { return nil }
    let keys = ConfigurationKey.all.filter {
      form.path(of: $0.path).hasPrefix(path + ".") && $0.presence(in: kind) != .absent
    }
    var edits: [ConfigurationEdit] = []
    for key in keys {
      let presence = key.presence(in: kind)
      guard presence.isRequired || (presence == .optional && key.suggestion != nil) else {
        continue
      }
      guard let value = suggestion(for: key) else { return nil }
      edits.append(.set(path: form.path(of: key.path), value))
    }
    return edits
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

  /// Whether the value at `path`, or what it follows from, is what the user meant.
  func isReadable(_ path: String) -> Bool {
    let isImplied = kind.namesModel && ConfigurationKey.at(path)?.isModelSize == true
    return !unreadable.contains(isImplied ? "bert_model_name" : path)
  }

  /// Where the value at `path` of the flat form stands, or what implies it; list entries in brackets.
  func location(of path: String) -> SourceLocation {
    let key = String(path.prefix { $0 != "[" })
    guard let value = values[key] else {
      return kind.namesModel && ConfigurationKey.at(key)?.isModelSize == true
        ? values["bert_model_name"]?.location ?? root.location
        : root.nearestLocation(toPath: form.path(of: key))
    }
    return value.nearestLocation(toPath: String(path.dropFirst(key.count)))
  }

  /// The value as written, where it is there and readable.
  func value(_ path: String) -> JSON.Value? { values[path] }

  func optionalInteger(_ path: String) -> Int? { values[path]?.integer }

  func optionalReal(_ path: String) -> Double? { values[path]?.number }

  func optionalString(_ path: String) -> String? {
    if let string = values[path]?.string { return string }
    if case .string(let string) = defaultValue(of: path) { return string }
    return nil
  }

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
    switch defaultValue(of: path) {
    case .real(let real): return real
    case .integer(let integer): return Double(integer)
    default: return 0
    }
  }

  func boolean(_ path: String) -> Bool {
    if let boolean = values[path]?.boolean { return boolean }
    return defaultValue(of: path) == .boolean(true)
  }

  func string(_ path: String) -> String { optionalString(path) ?? "" }

  func integers(_ path: String) -> [Int] {
    (values[path]?.elements ?? []).compactMap(\.integer)
  }

  func reals(_ path: String) -> [Double] {
    (values[path]?.elements ?? []).compactMap(\.number)
  }

  func choice<Case: RawRepresentable<String>>(_ path: String, or fallback: Case) -> Case {
    Case(rawValue: string(path)) ?? fallback
  }

  /// What a key that the file leaves out has.
  func defaultValue(of path: String) -> JSON.Plain? {
    guard case .defaulted(let value) = ConfigurationKey.at(path)?.presence(in: kind) else {
      return nil
    }
    return value
  }
}

extension ConfigurationKey {
  private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

  /// The key by its path in the flat form.
  static func at(_ path: String) -> ConfigurationKey? { byPath[path] }
}
