import Foundations
import Recipe

/// A configuration that was read and found sound.
package struct LoadedConfiguration: Sendable {
  /// What the configuration asks for, with the overrides and defaults in place.
  package var recipe: TrainingRecipe
  /// Warnings and notes: what is not wrong but unlikely to be meant, or without effect; in source
  /// order.
  package var remarks: [Diagnostic]
  /// The values themselves, with their places.
  package var values: EffectiveConfiguration
}

/// Reads the original application's JSON configurations, in both forms.
package enum Configuration {
  /// Reads the file at `path` (`-` is standard input), puts the overrides in their places and
  /// checks everything. All mistakes are thrown at once, in source order, the overrides' last
  /// (`badData`), each with remedies that were tried. A file that cannot be read throws
  /// `inputMissing` or `inputOutput`.
  /// - Parameter choosePipeline: finds stages and IPUs in place of the file's, once all else is sound;
  ///   what it throws is thrown.
  package static func load(
    path: String, overrides: [Override] = [], precision: Precision = .fp16,
    choosePipeline: PipelineRequest.Answer? = nil
  ) throws(TesseraError) -> LoadedConfiguration {
    let name = path == "-" ? "stdin" : path
    return try read(
      bytes: try readBytes(path: path, limit: byteLimit), file: name, overrides: overrides,
      precision: precision, choosePipeline: choosePipeline)
  }

  /// `load` for a text in memory; `file` names it in messages, and the run after it.
  package static func read(
    bytes: [UInt8], file: String, overrides: [Override] = [], precision: Precision = .fp16,
    choosePipeline: PipelineRequest.Answer? = nil
  ) throws(TesseraError) -> LoadedConfiguration {
    var root = try JSON.parse(bytes: bytes, file: file, byteLimit: byteLimit)
    guard root.members != nil else {
      throw TesseraError(
        .badData, code: .wrongType, "a configuration must be an object, but is \(root.phrase)",
        at: root.location)
    }
    let form = ConfigurationKind.form(of: root)
    let overrideMistakes = overrides.compactMap { $0.apply(to: &root, form: form) }
    let judge = Judge(
      kind: try ConfigurationKind(of: root), name: stem(of: file), precision: precision)
    func remarks(_ judge: Judge, _ found: [Diagnostic]) throws(TesseraError) -> [Diagnostic] {
      let found = inSourceOrder(found, overrides: overrides)
      let errors = found.filter { $0.severity == .error }
      let trial = RemedyTrial(root: root) { judge($0, suggests: false).diagnostics }
      guard errors.isEmpty else {
        var reported = trial.offering(Array(errors.prefix(mistakeLimit)))
        if errors.count > mistakeLimit {
          reported[mistakeLimit - 1].notes.append(
            "and \(errors.count - mistakeLimit) more mistakes")
        }
        throw TesseraError(.badData, reported)
      }
      return trial.offering(found)
    }
    var further: [Diagnostic] = []
    if let choosePipeline {
      var judge = judge
      judge.ignoresStages = true
      let judged = judge(root)
      _ = try remarks(judge, overrideMistakes + judged.diagnostics)
      let chosen = try choosePipeline(
        PipelineRequest(
          program: judged.recipe.program, form: form,
          location: judged.reader.location(of: "device_mapping")))
      chosen.mapping.replace(in: &root, form: form)
      further = chosen.remarks
    }
    let judged = judge(root)
    let diagnostics = try remarks(judge, overrideMistakes + judged.diagnostics)
    return LoadedConfiguration(
      recipe: judged.recipe, remarks: diagnostics + further,
      values: EffectiveConfiguration(judged.reader, file: file))
  }

  /// The longest file, in bytes; published ones have 3 KB.
  package static let byteLimit = 1 << 20

  /// The mistakes that are reported; a file that is no configuration at all has one on each line.
  private static let mistakeLimit = 100

  /// The file's name without folder and extension.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last ?? path[...]
    return String(name.hasSuffix(".json") ? name.dropLast(5) : name)
  }

  private static func inSourceOrder(
    _ diagnostics: [Diagnostic], overrides: [Override]
  ) -> [Diagnostic] {
    func rank(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
      guard let location = diagnostic.location else { return (-1, 0, 0) }
      let source = overrides.firstIndex { $0.origin == location.file }
      return (source.map { $0 + 1 } ?? 0, location.line, location.column)
    }
    // The sort is not stable: equals keep their order by their index.
    return diagnostics.enumerated()
      .sorted { left, right in
        let (first, second) = (rank(left.element), rank(right.element))
        return first == second ? left.offset < right.offset : first < second
      }
      .map(\.element)
  }
}

/// What there is to say about a configuration of a kind.
private struct Judge: Sendable {
  let kind: ConfigurationKind
  let name: String
  let precision: Precision
  /// Whether stages and their IPUs are taken as they are, whatever the rest of the file says.
  var ignoresStages = false

  /// - Parameter suggests: whether remedies for keys and values are looked for.
  func callAsFunction(
    _ root: JSON.Value, suggests: Bool = true
  ) -> (recipe: TrainingRecipe, reader: ConfigurationReader, diagnostics: [Diagnostic]) {
    let kind = (try? ConfigurationKind(of: root)) ?? kind
    var reader = ConfigurationReader(root, kind: kind, suggests: suggests)
    let recipe = reader.recipe(configurationName: name, precision: precision)
    let contradictions = recipe.violations(in: kind.form)
      .filter { violation in
        violation.keys.allSatisfy { key in
          reader.isReadable(key) && !(ignoresStages && Self.stageKeys.contains(key))
        }
      }
      .map { $0.diagnostic(at: reader.location(of: $0.path)) }
    let found = reader.diagnostics + contradictions
    return (recipe, reader, found + reader.remarks(about: recipe))
  }

  private static let stageKeys: Set = ["pipeline_stages", "device_mapping"]
}
