import Foundations
import GraphIR

/// A change of a module that keeps its meaning: all that the compiler does between two texts.
///
/// A pass is deterministic and idempotent: run twice it changes nothing the second time. It leaves a
/// valid module (`Verifier`), and keeps the ports of entry functions.
package struct Pass: Sendable {
  /// The name by which commands and documentation know it, in kebab-case.
  package let name: String
  /// What it does, as one phrase.
  package let summary: String
  /// The options that it takes.
  package let options: [Option]
  private let body: @Sendable (inout Module, PassOptions) throws -> Void

  /// A value that a pass may be given.
  package struct Option: Hashable, Sendable {
    /// The option's name, in kebab-case.
    package let name: String
    /// What it does, as one phrase, with the default.
    package let meaning: String

    package init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  package init(
    _ name: String, _ summary: String, options: [Option] = [],
    _ body: @escaping @Sendable (inout Module, PassOptions) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.body = body
  }

  /// Runs the pass.
  /// - Throws: `TesseraError` where an option's value means nothing, or the module is not one that the
  ///   pass can work on.
  package func run(on module: inout Module, _ options: PassOptions = PassOptions()) throws {
    try body(&module, options)
  }
}

/// The values of a pass's options.
package struct PassOptions: Hashable, Sendable {
  private var values: [(name: String, value: String)] = []

  /// No options: each has its default.
  package init() {}

  /// Options by name; of a name that is given again the last value counts.
  package init(_ values: [(name: String, value: String)]) {
    for (name, value) in values { self[name] = value }
  }

  /// The value of an option; nil where it is not given.
  package subscript(name: String) -> String? {
    get { values.first { $0.name == name }?.value }
    set {
      values.removeAll { $0.name == name }
      if let newValue { values.append((name, newValue)) }
    }
  }

  /// The names, in the order in which they were given.
  package var names: [String] { values.map(\.name) }

  /// The whole number that an option has.
  /// - Throws: `bad-pass-option` where it is no number of the range.
  package func integer(
    _ name: String, _ range: ClosedRange<Int>, default value: Int
  ) throws(TesseraError) -> Int {
    guard let text = self[name] else { return value }
    guard let integer = Int(text), range.contains(integer) else {
      throw Self.mistake(
        name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// The truth value that an option has.
  /// - Throws: `bad-pass-option` where it is neither true nor false.
  package func boolean(_ name: String, default value: Bool) throws(TesseraError) -> Bool {
    switch self[name] {
    case nil: return value
    case "true": return true
    case "false": return false
    case let text?: throw Self.mistake(name, text, "true or false")
    }
  }

  /// One of the names that an option may have.
  /// - Throws: `bad-pass-option` where it is none of them.
  package func choice<Case: RawRepresentable<String> & CaseIterable>(
    _ name: String, default value: Case
  ) throws(TesseraError) -> Case {
    guard let text = self[name] else { return value }
    guard let choice = Case(rawValue: text) else {
      throw Self.mistake(name, text, Case.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  private static func mistake(_ name: String, _ text: String, _ wanted: String) -> TesseraError {
    TesseraError(
      .usage, code: .badPassOption, "the option '\(name)' must be \(wanted), but is '\(text)'")
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.values.elementsEqual(right.values, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    for (name, value) in values {
      hasher.combine(name)
      hasher.combine(value)
    }
  }
}

/// A pass with its options, as commands write it: `recompute{mode=interleaved}`.
package struct PassInvocation: Sendable, CustomStringConvertible {
  /// The pass.
  package let pass: Pass
  /// Its options.
  package let options: PassOptions

  package init(_ pass: Pass, _ options: PassOptions = PassOptions()) {
    self.pass = pass
    self.options = options
  }

  /// Runs the pass with the options.
  /// - Throws: what the pass throws.
  package func run(on module: inout Module) throws { try pass.run(on: &module, options) }

  package var description: String {
    let settings = options.names.map { "\($0)=\(options[$0] ?? "")" }
    return settings.isEmpty ? pass.name : "\(pass.name){\(settings.joined(separator: " "))}"
  }

  /// Reads a list of passes: `cse,dce,recompute{mode=interleaved}`.
  /// - Throws: `unknown-pass`, or `bad-pass-option` for an option that the pass does not have.
  package static func list(
    _ text: String, among passes: [Pass]
  ) throws(TesseraError) -> [PassInvocation] {
    var invocations: [PassInvocation] = []
    for part in split(text) {
      let name = String(part.prefix { $0 != "{" })
      guard let pass = passes.first(where: { $0.name == name }) else {
        let nearest = name.nearest(among: passes.map(\.name))
        throw TesseraError(
          .usage, code: .unknownPass, "there is no pass '\(name)'",
          notes: ["passes are \(passes.map(\.name).joined(separator: ", "))"],
          remedies: nearest.map { ["use \($0)"] } ?? [])
      }
      invocations.append(
        PassInvocation(pass, try options(of: pass, part.dropFirst(name.count))))
    }
    return invocations
  }

  private static func options(
    of pass: Pass, _ text: Substring
  ) throws(TesseraError) -> PassOptions {
    guard !text.isEmpty else { return PassOptions() }
    guard text.first == "{", text.last == "}", text.count >= 2 else {
      throw TesseraError(
        .usage, code: .badPassOption,
        "options of '\(pass.name)' stand in braces, as in \(pass.name){name=value name=value}")
    }
    var options = PassOptions()
    for setting in text.dropFirst().dropLast().split(separator: " ") {
      let name = String(setting.prefix { $0 != "=" })
      guard pass.options.contains(where: { $0.name == name }), name.count < setting.count else {
        throw TesseraError(
          .usage, code: .badPassOption, "the pass '\(pass.name)' has no option '\(setting)'",
          notes: pass.options.map { "\($0.name)=…: \($0.meaning)" })
      }
      options[name] = String(setting.dropFirst(name.count + 1))
    }
    return options
  }

  /// The parts between commas that stand in no braces.
  private static func split(_ text: String) -> [Substring] {
    var depth = 0
    return text.split(omittingEmptySubsequences: true) { character in
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      return character == "," && depth == 0
    }
  }
}
