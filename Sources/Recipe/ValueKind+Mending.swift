import Foundations

extension ValueKind {
  /// The value of this kind that someone who wrote `value` most likely meant: the nearest number in
  /// range, the nearest name, a text read as what it spells. `suggestion` stands in where nothing is
  /// near; nil where there is no guess.
  package func mended(_ value: JSON.Value, suggestion: JSON.Plain?) -> JSON.Plain? {
    if mistakes(in: value, path: "").isEmpty { return JSON.Plain(value) }
    switch self {
    case .integer(let range):
      guard let number = value.spelledNumber else { return suggestion }
      if let exact = value.integer {
        return .integer(min(max(exact, range.lowerBound), range.upperBound))
      }
      // Numbers beyond 64 bits, and fractions.
      return Int(exactly: number.rounded()).map {
        .integer(min(max($0, range.lowerBound), range.upperBound))
      } ?? suggestion
    case .real(let interval):
      guard let number = value.spelledNumber else { return suggestion }
      return interval.nearest(to: number).map(JSON.Plain.real) ?? suggestion
    case .boolean:
      if let number = value.number { return .boolean(number != 0) }
      switch value.string?.lowercased() {
      case "true", "yes", "on", "1": return .boolean(true)
      case "false", "no", "off", "0": return .boolean(false)
      default: return suggestion
      }
    case .string:
      switch value.kind {
      case .integer(_, let text), .real(_, let text): return .string(text)
      case .boolean(let boolean): return .string(boolean ? "true" : "false")
      default: return suggestion
      }
    case .choice(let choices): return nearest(to: value, among: choices, suggestion)
    case .strings: return ValueKind.string.mendedList(value, suggestion)
    case .integers(let range): return ValueKind.integer(range).mendedList(value, suggestion)
    case .reals(let interval): return ValueKind.real(interval).mendedList(value, suggestion)
    case .stages: return mendedStages(value)
    case .precisions:
      return nearest(to: value, among: Precision.allCases.map(\.rawValue), suggestion)
    case .openObject: return suggestion
    }
  }

  private func nearest(
    to value: JSON.Value, among choices: [String], _ suggestion: JSON.Plain?
  ) -> JSON.Plain? {
    let near = value.string.flatMap { $0.nearest(among: choices) }
    return (near ?? (choices.count == 1 ? choices.first : nil)).map(JSON.Plain.string) ?? suggestion
  }

  /// A list whose entries have this kind; an entry without a guess gives none for the list.
  private func mendedList(_ value: JSON.Value, _ suggestion: JSON.Plain?) -> JSON.Plain? {
    let entries = value.elements ?? (value.members == nil && !value.isNull ? [value] : [])
    guard !entries.isEmpty, entries.count <= 256 else { return suggestion }
    var filler: JSON.Plain?
    if case .array(let suggested) = suggestion { filler = suggested.first }
    let mended = entries.compactMap { self.mended($0, suggestion: filler) }
    return mended.count == entries.count ? .array(mended) : suggestion
  }

  private func mendedStages(_ value: JSON.Value) -> JSON.Plain? {
    guard let stages = value.elements, stages.count <= RecipeLimits.stages else { return nil }
    let names = StageLayer.allCases.map(\.rawValue)
    let lists = stages.compactMap { stage -> JSON.Plain? in
      let layers = stage.elements ?? (stage.string == nil ? [] : [stage])
      let known = layers.compactMap { $0.string.flatMap { $0.nearest(among: names) } }
      return known.count == layers.count ? .array(known.map(JSON.Plain.string)) : nil
    }
    return lists.count == stages.count ? .array(lists) : nil
  }
}

extension JSON.Value {
  /// The number that the value is, or that its text spells.
  fileprivate var spelledNumber: Double? {
    number ?? string.flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
  }
}
