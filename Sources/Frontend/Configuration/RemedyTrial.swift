import Foundations

/// Tries remedies on the configuration: only what helps is offered.
struct RemedyTrial {
  let root: JSON.Value
  /// What a changed configuration has to say.
  let judge: (JSON.Value) -> [Diagnostic]

  /// The diagnostics that get their remedies tried; a file may have a million mistakes.
  private static let limit = 50

  /// The diagnostics with those remedies that make them go away: the ones after which there are fewer
  /// errors or, where no remedy comes so far, those that at least bring no new ones. Remedies without
  /// edits stay, after the others.
  func offering(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.enumerated().map { index, diagnostic in
      guard index < Self.limit else { return diagnostic }
      var diagnostic = diagnostic
      diagnostic.remedies = tried(diagnostic, among: diagnostics)
      return diagnostic
    }
  }

  private func tried(_ diagnostic: Diagnostic, among all: [Diagnostic]) -> [Remedy] {
    let before = Self.errors(all)
    var better: [Remedy] = []
    var equal: [Remedy] = []
    for remedy in diagnostic.remedies where !remedy.edits.isEmpty {
      guard let after = diagnostics(after: remedy.edits), !after.contains(where: diagnostic.isSame)
      else { continue }
      let count = Self.errors(after)
      if count < before || (diagnostic.severity != .error && count == before) {
        better.append(remedy)
      } else if count == before {
        equal.append(remedy)
      }
    }
    return (better.isEmpty ? equal : better) + diagnostic.remedies.filter(\.edits.isEmpty)
  }

  private func diagnostics(after edits: [ConfigurationEdit]) -> [Diagnostic]? {
    var changed = root
    for edit in edits where !changed.apply(edit) { return nil }
    return judge(changed)
  }

  private static func errors(_ diagnostics: [Diagnostic]) -> Int {
    diagnostics.count { $0.severity == .error }
  }
}

extension Diagnostic {
  /// Whether the other says the same, wherever.
  fileprivate func isSame(_ other: Diagnostic) -> Bool {
    code == other.code && message == other.message
  }
}
