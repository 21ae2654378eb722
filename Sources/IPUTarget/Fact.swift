/// A number of a machine as a report prints it.
package struct Fact: Hashable, Sendable {
  /// What the number is of: "clock".
  package let name: String
  /// The number as text: "1.33".
  package let value: String
  /// Its unit, "GHz"; empty for a plain count.
  package let unit: String
  /// Where it stands, or why it was chosen.
  package let source: String
  /// How sure it is.
  package let confidence: Confidence

  /// Whether nothing public says the number.
  package var isAssumption: Bool { confidence == .assumed }

  /// Number and unit: "1.33 GHz".
  package var text: String { unit.isEmpty ? value : "\(value) \(unit)" }
}

extension Sourced where Value == Int {
  /// The number as a row of a table, with thousands set apart.
  func fact(_ name: String, unit: String = "") -> Fact {
    var groups = String(wrappedValue)
    var end = groups.endIndex
    while groups.distance(from: groups.startIndex, to: end) > 3 {
      end = groups.index(end, offsetBy: -3)
      groups.insert(",", at: end)
    }
    return Fact(name: name, value: groups, unit: unit, source: source, confidence: confidence)
  }
}

extension Sourced where Value == Double {
  /// The number as a row of a table, in thousands of millions where it is that large.
  func fact(_ name: String, unit: String = "") -> Fact {
    let isLarge = wrappedValue >= 1e9
    let hundredths = Int(((isLarge ? wrappedValue / 1e9 : wrappedValue) * 100).rounded())
    let digits = hundredths % 100
    var value = String(hundredths / 100)
    if digits > 0 {
      value += digits % 10 == 0 ? ".\(digits / 10)" : ".\(digits < 10 ? "0" : "")\(digits)"
    }
    return Fact(
      name: name, value: value, unit: (isLarge ? "G" : "") + unit, source: source,
      confidence: confidence)
  }
}
