import Foundation
import Foundations
import Testing

/// Carries out remedies on a configuration's text, independently of the code that tried them.
enum Remedies {
  /// The text after the diagnostic's first remedy.
  static func mended(_ text: String, _ diagnostic: Diagnostic) throws -> String {
    var root = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let remedy = try #require(diagnostic.remedies.first, "no remedy: \(diagnostic)")
    try #require(!remedy.edits.isEmpty, "not an edit: \(diagnostic)")
    for edit in remedy.edits { carryOut(edit, on: &root) }
    return String(decoding: try JSONSerialization.data(withJSONObject: root), as: UTF8.self)
  }

  private static func carryOut(_ edit: ConfigurationEdit, on root: inout [String: Any]) {
    switch edit {
    case .set(let path, let value):
      change(path, in: &root) { members, key in
        members[key] = try? JSONSerialization.jsonObject(
          with: Data(value.text().utf8), options: .fragmentsAllowed)
      }
    case .rename(let path, let name):
      change(path, in: &root) { members, key in
        members[name] = members.removeValue(forKey: key)
      }
    case .remove(let path):
      change(path, in: &root) { members, key in members[key] = nil }
    }
  }

  private static func change(
    _ path: String, in members: inout [String: Any],
    _ body: (inout [String: Any], String) -> Void
  ) {
    guard members[path] == nil, let dot = path.firstIndex(of: ".") else {
      return body(&members, path)
    }
    let key = String(path[..<dot])
    var inner = members[key] as? [String: Any] ?? [:]
    change(String(path[path.index(after: dot)...]), in: &inner, body)
    members[key] = inner
  }
}
