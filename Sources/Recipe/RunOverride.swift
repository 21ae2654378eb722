import Foundations

/// A value that a user gives for one run of a bundle, in place of the configuration's.
package struct RunOverride: Hashable, Sendable {
  /// What the user wrote, for messages.
  package let origin: String
  /// The keys that lead to the value in either published form, joined by dots.
  package let path: String
  /// The value: JSON, or a string without quotes.
  package let text: String

  /// The argument of `--set`: `path.to.key=value`.
  /// - Throws: `bad-override` (usage) where it has no `=`.
  package init(setting argument: String) throws(TesseraError) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      throw TesseraError(
        .usage, code: .badOverride,
        "--set needs path.to.key=value, but is given \(JSON.Plain.string(argument).text())",
        remedies: [
          Remedy(
            argument.isEmpty || argument.hasPrefix("=")
              ? "name the key: --set path.to.key=\(argument.drop { $0 == "=" })"
              : "write --set \(argument)=VALUE")
        ])
    }
    self.init(
      origin: "--set \(argument)", path: String(argument[..<equals]),
      text: String(argument[argument.index(after: equals)...]))
  }

  /// A flag with its value, for the key at `path`.
  package init(flag: String, of path: String, value: String) {
    self.init(origin: "\(flag) \(value)", path: path, text: value)
  }

  private init(origin: String, path: String, text: String) {
    self.origin = origin
    self.path = path
    self.text = text
  }

  /// The path in the flat form, by which values go within Tessera, where a recipe has it.
  fileprivate func flatPath(among known: [String]) -> String? {
    let translated = ConfigurationForm.translations.first { $0.nested == path }?.flat
    return [path, translated].compactMap { $0 }.first { path in
      known.contains { path == $0 || path.hasPrefix($0 + ".") || path.hasPrefix($0 + "[") }
    }
  }

  /// The value as JSON; what is no JSON, or stands where a text is wanted, is a string.
  fileprivate var value: JSON.Plain {
    let texts = [
      "name", "dataset_dir", "save_ckpt_path", "pretrained_ckpt_path", "bert_model_name",
      "cache_dir", "output_dir", "config", "wandb_opts.init.name", "wandb_opts.init.project",
      "wandb_opts.init.entity", "wandb_opts.init.notes",
    ]
    let parsed = try? JSON.parse(bytes: Array(text.utf8), file: origin)
    guard let parsed, !texts.contains(path) || parsed.isNull || parsed.string != nil else {
      return .string(text)
    }
    return JSON.Plain(parsed)
  }
}

extension TrainingRecipe {
  /// The recipe with the values of a run replaced. A value that is compiled into the program may be
  /// given too where it is the bundle's own.
  ///
  /// - Throws: `compiled-in` (incompatible) for a value that would change the program, with the compiler's
  ///   flag; `unknown-key` (badData); and what is wrong with a value (badData).
  package func overridden(by overrides: [RunOverride]) throws(TesseraError) -> TrainingRecipe {
    var recipe = self
    for override in overrides { recipe.run = try recipe.run(overriddenBy: override) }
    return recipe
  }

  private func run(overriddenBy override: RunOverride) throws(TesseraError) -> Run {
    let known = run.values.map(\.path)
    guard let path = override.flatPath(among: known) else {
      try refuse(override)
      return run
    }
    let values = run.values.map { key, value -> (path: String, value: JSON.Plain?) in
      guard path == key || path.hasPrefix(key + ".") else { return (key, value) }
      let keys = path.dropFirst(key.count).split(separator: ".").map(String.init)
      let new = (value ?? .object([])).replacing(keys[...], with: override.value)
      return (key, new == .null ? .none : new)
    }
    var reader = try RecipeReader(
      Array(JSON.Plain.object(atPaths: values).text().utf8), file: override.origin)
    let changed = Run(&reader)
    reader.finish()
    guard reader.diagnostics.isEmpty else {
      throw TesseraError(
        .badData,
        reader.diagnostics.map { mistake in
          var mistake = mistake
          mistake.location = nil
          mistake.message = "\(override.origin): \(mistake.message)"
          return mistake
        })
    }
    return changed
  }

  /// Says why a value that is none of the run cannot be given.
  private func refuse(_ override: RunOverride) throws(TesseraError) {
    let known = program.values.map(\.path)
    guard let path = override.flatPath(among: known) else {
      throw override.unknownKey(among: known + run.values.map(\.path))
    }
    let compiled = program.values.first { $0.path == path }?.value
    if let compiled, compiled.says(override.value) { return }
    throw TesseraError(
      .incompatible, code: .compiledIn,
      "\(override.origin): \(override.path) is compiled into the bundle"
        + (compiled.map { ", where it is \($0.text())" } ?? ""),
      notes: ["a run can change its samples, learning rate, seed, paths and logging"],
      remedies: [
        Remedy(
          override.path == "precision"
            ? "compile again with --precision \(override.text)"
            : "compile again: tesserac compile CONFIG --set \(override.path)=\(override.text)")
      ])
  }
}

extension JSON.Plain {
  /// Whether both are the same value, however numbers are written: 1.0 is 1.
  fileprivate func says(_ other: JSON.Plain) -> Bool {
    switch (self, other) {
    case (.array(let own), .array(let others)):
      own.count == others.count && zip(own, others).allSatisfy { $0.says($1) }
    case (.integer(let whole), .real(let number)), (.real(let number), .integer(let whole)):
      Double(whole) == number
    default: self == other
    }
  }

  /// The object with the value at `path` replaced or added; any value where the path is empty.
  fileprivate func replacing(_ path: ArraySlice<String>, with value: JSON.Plain) -> JSON.Plain {
    guard let key = path.first else { return value }
    var fields: [Field] = if case .object(let fields) = self { fields } else { [] }
    let old = fields.firstIndex { $0.key == key }
    let new = (old.map { fields[$0].value } ?? .object([])).replacing(path.dropFirst(), with: value)
    if let old { fields[old].value = new } else { fields.append(Field(key, new)) }
    return .object(fields)
  }
}
