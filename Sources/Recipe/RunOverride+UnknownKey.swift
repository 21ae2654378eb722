import Foundations

extension RunOverride {
  /// Keys of configurations that no recipe has, since nothing follows them.
  package static let keysWithoutEffect = [
    "compile_only", "do_test", "enable_stochastic_rounding", "logging",
  ]

  /// The error that the path leads to no value.
  /// - Parameter flat: the paths that lead to one, in the flat form; the nested form's are known by them.
  func unknownKey(among flat: [String]) -> TesseraError {
    let nested = ConfigurationForm.translations.filter { flat.contains($0.flat) }.map(\.nested)
    let known = flat + nested
    if Self.keysWithoutEffect.contains(path) {
      return error("\(path) has no effect on a run", remedies: ["leave it out"])
    }
    let members = Self.members(of: path, among: known)
    if !members.isEmpty {
      return error(
        "\(path) is a group, whose members are set one by one",
        notes: ["its members: \(members.joined(separator: ", "))"])
    }
    let suggestion = Self.suggestion(for: path, among: known + Self.keysWithoutEffect)
    return error(
      "there is no such key of a run", remedies: suggestion.map { [Remedy("write \($0)")] } ?? [])
  }

  private func error(
    _ message: String, notes: [String] = [], remedies: [Remedy] = []
  ) -> TesseraError {
    TesseraError(
      .badData, code: .unknownKey, "\(origin): \(message)", notes: notes, remedies: remedies)
  }

  /// The paths below a group, the group's own left out; none where it is no group.
  private static func members(of group: String, among known: [String]) -> [String] {
    known.filter { $0.hasPrefix(group + ".") }.map { String($0.dropFirst(group.count + 1)) }
  }

  /// The path that is most likely meant: one that is near as a whole; or that is reached by taking the nearest
  /// key at each step; or that ends with the same key; or at least the group that is meant.
  private static func suggestion(for path: String, among known: [String]) -> String? {
    if let whole = path.nearest(among: known) { return whole }
    let keys = path.split(separator: ".").map(String.init)
    var found = ""
    for key in keys {
      let next = (found.isEmpty ? known : members(of: found, among: known))
        .map { String($0.prefix { $0 != "." }) }
      guard let nearest = key.nearest(among: next) else { break }
      found += (found.isEmpty ? "" : ".") + nearest
    }
    if known.contains(found) { return found }
    let sameEnd = known.filter { $0.split(separator: ".").last.map(String.init) == keys.last }
    if let inGroup = sameEnd.first(where: { $0.hasPrefix(found + ".") }) { return inGroup }
    if sameEnd.count == 1 { return sameEnd.first }
    return members(of: found, among: known).first.map {
      "\(found).\($0), or another of its members"
    }
  }
}
