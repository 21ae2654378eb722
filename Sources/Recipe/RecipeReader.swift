import Foundations

/// Reads the values of a recipe's text form by their paths, and collects what is wrong.
///
/// The text form is strict: every key is known, and every value has its one kind. A value that
/// cannot be read is replaced by one of its kind, and the mistakes are thrown at the end.
struct RecipeReader {
  private let root: JSON.Value
  private var read: Set<String> = []
  private(set) var diagnostics: [Diagnostic] = []

  init(_ bytes: [UInt8], file: String) throws(TesseraError) {
    root = try JSON.parse(bytes: bytes, file: file)
  }

  /// The place of the value at `path`, or of the nearest object above it.
  func location(of path: String) -> SourceLocation {
    root.nearestLocation(toPath: path)
  }

  private mutating func optional(_ path: String, _ kind: ValueKind) -> JSON.Value? {
    read.insert(path)
    guard let value = root.value(atPath: path) else { return nil }
    let mistakes = kind.mistakes(in: value, path: path)
    diagnostics += mistakes
    return mistakes.isEmpty ? value : nil
  }

  private mutating func required(_ path: String, _ kind: ValueKind) -> JSON.Value? {
    if root.value(atPath: path) == nil {
      diagnostics.append(
        Diagnostic(code: .missingKey, "\(path) is missing", at: location(of: path)))
    }
    return optional(path, kind)
  }

  mutating func integer(_ path: String, _ range: ClosedRange<Int>) -> Int {
    required(path, .integer(range))?.integer ?? range.lowerBound
  }

  mutating func optionalInteger(_ path: String, _ range: ClosedRange<Int>) -> Int? {
    optional(path, .integer(range))?.integer
  }

  mutating func real(_ path: String, _ interval: RealInterval) -> Double {
    required(path, .real(interval))?.number ?? 0
  }

  mutating func optionalReal(_ path: String, _ interval: RealInterval) -> Double? {
    optional(path, .real(interval))?.number
  }

  mutating func reals(_ path: String, _ interval: RealInterval) -> [Double] {
    (required(path, .reals(interval))?.elements ?? []).compactMap(\.number)
  }

  mutating func integers(_ path: String, _ range: ClosedRange<Int>) -> [Int] {
    (required(path, .integers(range))?.elements ?? []).compactMap(\.integer)
  }

  mutating func boolean(_ path: String) -> Bool {
    required(path, .boolean)?.boolean ?? false
  }

  mutating func optionalBoolean(_ path: String) -> Bool? {
    optional(path, .boolean)?.boolean
  }

  mutating func string(_ path: String) -> String {
    required(path, .string)?.string ?? ""
  }

  mutating func optionalString(_ path: String) -> String? {
    optional(path, .string)?.string
  }

  mutating func optionalStrings(_ path: String) -> [String]? {
    optional(path, .strings)?.elements?.compactMap(\.string)
  }

  /// One of `cases` by name; the first where the text has none of them.
  mutating func choice(_ path: String, among cases: [String]) -> String {
    required(path, .choice(cases))?.string ?? cases.first ?? ""
  }

  mutating func choice<Case: RawRepresentable<String> & CaseIterable>(
    _ path: String, or fallback: Case
  ) -> Case {
    Case(rawValue: choice(path, among: Case.allCases.map(\.rawValue))) ?? fallback
  }

  mutating func stages(_ path: String) -> [[StageLayer]] {
    required(path, .stages).map(StageLayer.stages) ?? []
  }

  mutating func openObject(_ path: String) -> JSON.Plain? {
    optional(path, .openObject).map(JSON.Plain.init)
  }

  /// Adds the keys that nothing asked for to the mistakes.
  mutating func finish() {
    func visit(_ value: JSON.Value, prefix: String) {
      for member in value.members ?? [] {
        let path = prefix + member.key
        if read.contains(path) { continue }
        if read.contains(where: { $0.hasPrefix(path + ".") }), member.value.members != nil {
          visit(member.value, prefix: path + ".")
        } else {
          diagnostics.append(
            Diagnostic(
              code: .unknownKey, "the recipe has no key \(JSON.Plain.string(path).text())",
              at: member.keyLocation))
        }
      }
    }
    visit(root, prefix: "")
  }
}

extension StageLayer {
  /// The stages that a checked value lists.
  package static func stages(_ value: JSON.Value) -> [[StageLayer]] {
    (value.elements ?? []).map { stage in
      (stage.elements ?? []).compactMap { $0.string.flatMap(StageLayer.init(rawValue:)) }
    }
  }
}
