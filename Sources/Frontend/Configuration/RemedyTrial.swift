import Foundations

/// Tries remedies on the configuration: only what helps is offered.
struct RemedyTrial {
  let root: JSON.Value
  /// What a changed configuration has to say.
  let judge: (JSON.Value) -> [Diagnostic]

  /// The diagnostics that get their remedies tried, fewer in a file of many values.
  private var limit: Int {
    func count(_ value: JSON.Value) -> Int {
      (value.members ?? []).reduce(1 + (value.elements?.count ?? 0)) { $0 + count($1.value) }
    }
    return max(1, min(50, 20_000 / count(root)))
  }

  /// The diagnostics with those remedies that make them go away: the ones after which there are fewer
  /// errors or, where no remedy comes so far, those that at least bring no new ones. Remedies without
  /// edits stay, after the others.
  func offering(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    let before = Self.errors(judge(root))
    let limit = limit
    return diagnostics.enumerated().map { index, diagnostic in
      guard index < limit else { return diagnostic }
      var diagnostic = diagnostic
      diagnostic.remedies = tried(diagnostic, errors: before)
      return diagnostic
    }
  }

  private func tried(_ diagnostic: Diagnostic, errors before: Int) -> [Remedy] {
    var better: [Remedy] = []
    var equal: [Remedy] = []
    for remedy in diagnostic.remedies where !remedy.edits.isEmpty {
      guard let (remedy, errors) = refined(remedy, against: diagnostic, errors: before) else {
        continue
      }
      if errors < before || (diagnostic.severity != .error && errors == before) {
        // A wrong value needs one that is right; other ways to mend it are the rules' to offer.
        let isSecondValue = diagnostic.isAboutOneValue && better.contains { $0.isSetting }
        if !better.contains(where: { $0.edits == remedy.edits }),
          !(isSecondValue && remedy.isSetting)
        {
          better.append(remedy)
        }
      } else if errors == before {
        equal.append(remedy)
      }
    }
    return (better.isEmpty ? equal : better) + diagnostic.remedies.filter(\.edits.isEmpty)
  }

  /// The remedy, with another value where the rest of the file wants one: a value that is in range may
  /// still contradict others, and the contradiction has a remedy for the same key.
  /// - Returns: what helps, and the errors that are left; nil where the mistake stays.
  private func refined(
    _ remedy: Remedy, against diagnostic: Diagnostic, errors before: Int
  ) -> (Remedy, errors: Int)? {
    var remedy = remedy
    for _ in 0..<3 {
      guard let after = diagnostics(after: remedy.edits), !after.contains(where: diagnostic.isSame)
      else { return nil }
      let errors = Self.errors(after)
      guard errors >= before, case .set(let path, let value) = remedy.edits.first,
        remedy.edits.count == 1,
        let next = after.lazy.flatMap(\.remedies).first(where: { next in
          guard next.edits.count == 1, case .set(path, let other) = next.edits[0] else {
            return false
          }
          return other != value
        })
      else { return (remedy, errors) }
      remedy = next
    }
    guard let after = diagnostics(after: remedy.edits), !after.contains(where: diagnostic.isSame)
    else { return nil }
    return (remedy, Self.errors(after))
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

extension Remedy {
  fileprivate var isSetting: Bool {
    if case .set = edits.first { edits.count == 1 } else { false }
  }
}

extension Diagnostic {
  fileprivate var isAboutOneValue: Bool {
    [.wrongType, .outOfRange, .unknownValue, .unknownStage].contains(code)
  }

  /// Whether the other says the same, wherever.
  fileprivate func isSame(_ other: Diagnostic) -> Bool {
    code == other.code && message == other.message
  }
}
