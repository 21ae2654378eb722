import Foundations
import Recipe

/// A value from the command line that replaces one of the configuration file.
package struct Override: Hashable, Sendable {
  /// The keys that lead to the value, joined by dots.
  package let path: String
  let value: JSON.Value

  /// Keys that a path may have.
  private static let longestPath = 16

  /// The flags that the original application has; each replaces the key of the same name.
  package static let flags = [
    "--dataset-dir", "--save-ckpt-path", "--pretrained-ckpt-path", "--total-num-train-samples",
    "--name",
  ]

  /// The argument of `--set`: `path.to.key=value`. The value is read as JSON, and where it is none,
  /// or the key wants a string, as a string. Without `=` it throws `usage` (`bad-override`).
  package init(setting argument: String) throws(TesseraError) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      throw TesseraError(
        .usage, code: .badOverride,
        "--set needs path.to.key=value, but is given \(JSON.Plain.string(argument).text())")
    }
    self.init(
      path: String(argument[..<equals]), text: argument[argument.index(after: equals)...],
      origin: "--set \(argument)")
  }

  /// One of `flags` with its value.
  package init(flag: String, value: String) {
    let name = flag.drop { $0 == "-" }
    self.init(
      path: String(name.map { $0 == "-" ? "_" : $0 }), text: value[...],
      origin: "\(flag) \(value)")
  }

  private init(path: String, text: Substring, origin: String) {
    self.path = path
    // Spaces before the text make columns count from the start of what the user wrote.
    let indentation = origin.unicodeScalars.count - text.unicodeScalars.count
    let bytes = [UInt8](repeating: UInt8(ascii: " "), count: indentation) + Array(text.utf8)
    let string = JSON.Value(
      .string(String(text)),
      at: SourceLocation(file: origin, line: 1, column: indentation + 1))
    // With the path above it the value stays within the depth that a file may have.
    let depth = JSON.depthLimit - Self.longestPath
    guard let parsed = try? JSON.parse(bytes: bytes, file: origin, depthLimit: depth) else {
      value = string
      return
    }
    let isBareWord = parsed.number != nil || parsed.boolean != nil
    value = isBareWord && ConfigurationKey.at(path)?.kind == .string ? string : parsed
  }

  /// Puts the value in its place in `root`, adding the objects on the way there, or says why not.
  func apply(to root: inout JSON.Value) -> Diagnostic? {
    if let mistake = unknownPath() { return mistake }
    return Self.set(
      value, at: path.split(separator: ".").map(String.init)[...], in: &root, origin: value.location
    )
  }

  private func unknownPath() -> Diagnostic? {
    let length = path.split(separator: ".", omittingEmptySubsequences: false).count
    guard length <= Self.longestPath else {
      return Diagnostic(
        code: .unknownKey,
        "the path has \(length) keys; at most \(Self.longestPath) are possible",
        at: value.location)
    }
    var ancestor = path[...]
    while true {
      if let key = ConfigurationKey.at(String(ancestor)),
        ancestor.count == path.count || key.kind == .openObject
      {
        return nil
      }
      guard let dot = ancestor.lastIndex(of: ".") else { break }
      ancestor = ancestor[..<dot]
    }
    let known =
      ConfigurationKey.all.first { $0.name == path }?.path
      ?? path.nearest(among: ConfigurationKey.all.map(\.path))
    let quoted = JSON.Plain.string(path).text()
    return Diagnostic(
      code: .unknownKey, "the configuration has no key \(quoted)", at: value.location,
      remedies: known.map { ["set \"\($0)\" instead of \(quoted)"] } ?? [])
  }

  private static func set(
    _ value: JSON.Value, at path: ArraySlice<String>, in object: inout JSON.Value,
    origin: SourceLocation
  ) -> Diagnostic? {
    guard let key = path.first else {
      object = value
      return nil
    }
    guard case .object(var members) = object.kind else {
      return Diagnostic(
        code: .wrongType, "\"\(key)\" cannot be set within \(object.phrase)", at: origin,
        notes: ["that value stands at \(object.location)"])
    }
    let index = members.firstIndex { $0.key == key } ?? members.count
    if index == members.count {
      members.append(
        JSON.Member(
          key: key, keyLocation: origin, value: JSON.Value(.object([]), at: origin)))
    }
    members[index].keyLocation = origin
    let mistake = set(value, at: path.dropFirst(), in: &members[index].value, origin: origin)
    object.kind = .object(members)
    return mistake
  }
}
