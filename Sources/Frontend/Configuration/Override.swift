import Foundations
import Recipe

/// A value from the command line that replaces one of the configuration file.
package struct Override: Hashable, Sendable {
  /// What the user wrote, as the place of mistakes in it.
  package let origin: String
  /// The keys that lead to the value, joined by dots.
  package let path: String
  private let text: String
  /// Whether the original's name for the flag is meant, of whichever form the file is.
  private let isFlag: Bool

  /// Keys that a path may have.
  private static let longestPath = 16

  /// The argument of `--set`: `path.to.key=value`. The value is read as JSON, and where it is none,
  /// or the key wants a string, as a string. Without `=` it throws `usage` (`bad-override`).
  package init(setting argument: String) throws(TesseraError) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      throw TesseraError(
        .usage, code: .badOverride,
        "--set needs path.to.key=value, but is given \(JSON.Plain.string(argument).text())",
        remedies: ["write --set \(argument)=VALUE"])
    }
    self.init(
      origin: "--set \(argument)", path: String(argument[..<equals]),
      text: String(argument[argument.index(after: equals)...]), isFlag: false)
  }

  /// The change of one value, as `--set` makes it.
  /// - Throws: `usage` (`bad-override`) for a change that `--set` cannot make.
  package init(_ edit: ConfigurationEdit) throws(TesseraError) {
    guard case .set(let path, let value) = edit else {
      throw TesseraError(
        .usage, code: .badOverride, "--set changes values, and renames or removes no keys")
    }
    try self.init(setting: "\(path)=\(value.text())")
  }

  /// A flag of the original application with its value: `--dataset-dir`, `--global-batch.replicas`.
  /// It replaces the key at `path`, by default that of the same name, or what the file's form has
  /// instead of it.
  package init(flag: String, of path: String? = nil, value: String) {
    let name = flag.drop { $0 == "-" }
    self.init(
      origin: "\(flag) \(value)", path: path ?? String(name.map { $0 == "-" ? "_" : $0 }),
      text: value, isFlag: true)
  }

  private init(origin: String, path: String, text: String, isFlag: Bool) {
    self.origin = origin
    self.path = path
    self.text = text
    self.isFlag = isFlag
  }

  /// Puts the value in its place in `root`, a file of `form`, or says why not.
  func apply(to root: inout JSON.Value, form: ConfigurationForm) -> Diagnostic? {
    let place = isFlag ? Self.translated(path, to: form) : path
    if let mistake = unknownPath(place, form) { return mistake }
    let value: JSON.Value
    do {
      value = try parsed(for: ConfigurationLayout.keys(at: place, in: form).first?.kind)
    } catch {
      return error.diagnostics.first
    }
    guard root.set(value, atPath: place.keys) else {
      let blocking = root.nearestLocation(toPath: place)
      return Diagnostic(
        code: .wrongType, "\"\(place.lastKey)\" cannot be set within what is no object",
        at: value.location, notes: ["that value stands at \(blocking)"])
    }
    return nil
  }

  /// The path in a form of the key that either form has at `path`.
  private static func translated(_ path: String, to form: ConfigurationForm) -> String {
    if ConfigurationLayout.has(path, in: form) { return path }
    return ConfigurationLayout.keys(at: path, in: form.other).first.map { form.path(of: $0.path) }
      ?? path
  }

  private var indentation: Int { origin.unicodeScalars.count - text.unicodeScalars.count }

  private var location: SourceLocation {
    SourceLocation(file: origin, line: 1, column: indentation + 1)
  }

  /// The text as JSON, or as a string where it is none. A number that no computer number can hold is
  /// a mistake all the same.
  private func parsed(for kind: ValueKind?) throws(TesseraError) -> JSON.Value {
    let asString = kind == .string
    let string = JSON.Value(.string(text), at: location)
    // Spaces before the text make columns count from the start of what the user wrote. With the path
    // above it the value stays within the depth that a file may have.
    let bytes = [UInt8](repeating: UInt8(ascii: " "), count: indentation) + Array(text.utf8)
    let depth = JSON.depthLimit - Self.longestPath
    let parsed: JSON.Value
    do {
      parsed = try JSON.parse(bytes: bytes, file: origin, depthLimit: depth)
    } catch {
      // A list, an object or a quoted text that is not finished is no word of its own.
      let isJSON = text.first { !$0.isWhitespace }.map { "[{\"".contains($0) } ?? false
      let isNumber = error.diagnostics.first?.code == .jsonNumberOutOfRange
      if !asString && (isJSON || isNumber) { throw error }
      return truth(text, kind) ?? string
    }
    let isBareWord = parsed.number != nil || parsed.boolean != nil
    return isBareWord && asString ? string : truth(text, kind) ?? parsed
  }

  /// The words that the original's flags take for a truth value.
  private func truth(_ text: String, _ kind: ValueKind?) -> JSON.Value? {
    guard isFlag, kind == .boolean else { return nil }
    switch text.lowercased() {
    case "true", "t", "yes", "y", "on", "1": return JSON.Value(.boolean(true), at: location)
    case "false", "f", "no", "n", "off", "0": return JSON.Value(.boolean(false), at: location)
    default: return nil
    }
  }

  private func unknownPath(_ path: String, _ form: ConfigurationForm) -> Diagnostic? {
    let length = path.keys.count
    guard length <= Self.longestPath else {
      return Diagnostic(
        code: .unknownKey, "the path has \(length) keys; at most \(Self.longestPath) are possible",
        at: location)
    }
    var ancestor = path
    while !ancestor.isEmpty {
      if ancestor == path, ConfigurationLayout.has(path, in: form) { return nil }
      if ConfigurationLayout.group(at: ancestor, in: form)?.isOpen == true { return nil }
      ancestor = ancestor.parentPath
    }
    let quoted = JSON.Plain.string(path).text()
    if let key = ConfigurationLayout.keys(at: path, in: form.other).first {
      let home = form.path(of: key.path)
      return Diagnostic(
        code: .mixedForms,
        "\(quoted) is a key of the \(form.other.rawValue) form, but the file is in the"
          + " \(form.rawValue) form",
        at: location, remedies: ["set \(home) instead of \(quoted)"])
    }
    let paths = ConfigurationKey.all.filter { form == .flat ? $0.isFlat : $0.isNested }
      .map { form.path(of: $0.path) }
    let known = paths.first { $0.lastKey == path } ?? path.nearest(among: paths)
    return Diagnostic(
      code: .unknownKey, "the configuration has no key \(quoted)", at: location,
      remedies: known.map { ["set \($0) instead of \(quoted)"] } ?? [])
  }
}
