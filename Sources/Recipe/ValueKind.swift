import Foundations

/// What the value of a configuration key may be.
package enum ValueKind: Hashable, Sendable {
  case integer(ClosedRange<Int>)
  case real(RealInterval)
  case boolean
  case string
  /// One of these strings.
  case choice([String])
  case strings
  case integers(ClosedRange<Int>)
  case reals(RealInterval)
  /// Lists of `StageLayer` names, one a pipeline stage.
  case stages
  /// `"fp16"` or `"fp32"`, alone or in a list of two.
  case precisions
  /// An object with whatever members.
  case openObject

  /// What is wrong with `value`, in source order: `wrong-type`, `out-of-range`, `unknown-value`,
  /// `unknown-stage`. `path` names the value in the messages.
  package func mistakes(in value: JSON.Value, path: String) -> [Diagnostic] {
    switch self {
    case .integer(let range):
      if let integer = value.integer {
        return range.contains(integer) ? [] : [outOfRange(value, path)]
      }
      if value.isWhole { return [outOfRange(value, path)] }
    case .real(let interval):
      if let number = value.number {
        return interval.contains(number) ? [] : [outOfRange(value, path)]
      }
    case .boolean:
      if value.boolean != nil { return [] }
    case .string:
      if value.string != nil { return [] }
    case .choice(let choices):
      if let string = value.string {
        return choices.contains(string)
          ? [] : [unknown(among: choices, code: .unknownValue, value, path)]
      }
    case .strings: return list(of: .string, in: value, path)
    case .integers(let range): return list(of: .integer(range), in: value, path)
    case .reals(let interval): return list(of: .real(interval), in: value, path)
    case .stages: return stageMistakes(in: value, path)
    case .precisions: return precisionMistakes(in: value, path)
    case .openObject:
      if value.members != nil { return [] }
    }
    return [wrongType(value, path)]
  }

  /// What the kind wants, in words.
  package var phrase: String {
    switch self {
    case .integer(let range):
      range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .real(let interval): "a number \(interval)"
    case .boolean: "true or false"
    case .string: "a string"
    case .choice(let choices): Self.alternatives(choices)
    case .strings: "a list of strings"
    case .integers(let range): "a list, each entry \(ValueKind.integer(range).phrase)"
    case .reals(let interval): "a list, each entry \(ValueKind.real(interval).phrase)"
    case .stages: "a list of lists of layer names, one list a pipeline stage"
    case .precisions: "\"fp16\" or \"fp32\", or a list of two of them"
    case .openObject: "an object"
    }
  }

  private static func alternatives(_ choices: [String]) -> String {
    let quoted = choices.map { "\"\($0)\"" }
    return quoted.count < 2
      ? quoted.joined()
      : quoted.dropLast().joined(separator: ", ") + " or " + quoted[quoted.count - 1]
  }
}

extension ValueKind {
  private func wrongType(_ value: JSON.Value, _ path: String) -> Diagnostic {
    Diagnostic(
      code: .wrongType, "\(path) must be \(phrase), but is \(value.phrase)", at: value.location)
  }

  private func outOfRange(_ value: JSON.Value, _ path: String) -> Diagnostic {
    Diagnostic(
      code: .outOfRange, "\(path) must be \(phrase), but is \(value.phrase)",
      at: value.location)
  }

  private func unknown(
    among choices: [String], code: DiagnosticCode, _ value: JSON.Value, _ path: String
  ) -> Diagnostic {
    Diagnostic(
      code: code,
      "\(path) must be \(Self.alternatives(choices)), but is \(value.phrase)", at: value.location)
  }

  /// The mistakes that are looked for in one list.
  private static let mistakeLimit = 100

  private func list(of kind: ValueKind, in value: JSON.Value, _ path: String) -> [Diagnostic] {
    guard let elements = value.elements else { return [wrongType(value, path)] }
    var mistakes: [Diagnostic] = []
    for (index, element) in elements.enumerated() where mistakes.count < Self.mistakeLimit {
      mistakes += kind.mistakes(in: element, path: "\(path)[\(index)]")
    }
    return mistakes
  }

  private func stageMistakes(in value: JSON.Value, _ path: String) -> [Diagnostic] {
    guard let stages = value.elements else { return [wrongType(value, path)] }
    guard (1...RecipeLimits.stages).contains(stages.count) else {
      return [
        Diagnostic(
          code: .outOfRange,
          "\(path) has \(stages.count) stages, but must have 1 to \(RecipeLimits.stages)",
          at: value.location)
      ]
    }
    let names = StageLayer.allCases.map(\.rawValue)
    let mistakes = stages.enumerated().flatMap { index, stage -> [Diagnostic] in
      let path = "\(path)[\(index)]"
      guard let layers = stage.elements else {
        return [ValueKind.strings.wrongType(stage, path)]
      }
      return layers.enumerated().flatMap { index, layer -> [Diagnostic] in
        let path = "\(path)[\(index)]"
        guard let name = layer.string else { return [ValueKind.string.wrongType(layer, path)] }
        return names.contains(name)
          ? [] : [unknown(among: names, code: .unknownStage, layer, path)]
      }
    }
    return Array(mistakes.prefix(Self.mistakeLimit))
  }

  private func precisionMistakes(in value: JSON.Value, _ path: String) -> [Diagnostic] {
    let one = ValueKind.choice(Precision.allCases.map(\.rawValue))
    guard let elements = value.elements else {
      return value.string == nil ? [wrongType(value, path)] : one.mistakes(in: value, path: path)
    }
    guard elements.count == 2 else {
      return [
        Diagnostic(
          code: .outOfRange,
          "\(path) must have two entries, but has \(elements.count)", at: value.location,
          notes: ["the first is for the moments and norms, the second for the last product"])
      ]
    }
    return one.list(of: one, in: value, path)
  }
}
