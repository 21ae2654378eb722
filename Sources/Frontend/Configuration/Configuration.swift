import Foundations
import Glibc
import Recipe

/// A configuration that was read and found sound.
package struct LoadedConfiguration: Hashable, Sendable {
  /// What the configuration asks for, with the overrides and defaults in place.
  package var recipe: TrainingRecipe
  /// What is not wrong but unlikely to be meant, in source order.
  package var warnings: [Diagnostic]
}

/// Reads the original application's JSON configurations, in their flat form.
package enum Configuration {
  /// Reads the file at `path` (`-` is standard input), puts the overrides in their places and
  /// checks everything. All mistakes are thrown at once, in source order, the overrides' last
  /// (`badData`). A file that cannot be read throws `inputMissing` or `inputOutput`.
  package static func load(
    path: String, overrides: [Override], precision: Precision
  ) throws(TesseraError) -> LoadedConfiguration {
    let name = path == "-" ? "stdin" : path
    return try read(
      bytes: try contents(path: path), file: name, overrides: overrides, precision: precision)
  }

  /// `load` for a text in memory; `file` names it in messages, and the run after it.
  package static func read(
    bytes: [UInt8], file: String, overrides: [Override] = [], precision: Precision
  ) throws(TesseraError) -> LoadedConfiguration {
    var root = try JSON.parse(bytes: bytes, file: file)
    guard root.members != nil else {
      throw TesseraError(
        .badData, code: .wrongType, "a configuration must be an object, but is \(root.phrase)",
        at: root.location)
    }
    let overrideMistakes = overrides.compactMap { $0.apply(to: &root) }
    let form = try form(of: root)
    var reader = ConfigurationReader(root, form: form)
    let recipe = reader.recipe(
      configurationName: stem(of: file), precision: precision)
    let contradictions = recipe.violations()
      .filter { $0.keys.allSatisfy(reader.isReadable) }
      .map { $0.diagnostic(at: reader.location(of: $0.path)) }
    let mistakes = overrideMistakes + reader.diagnostics + contradictions
    guard mistakes.isEmpty else {
      throw TesseraError(.badData, inSourceOrder(mistakes, file: file, overrides: overrides))
    }
    return LoadedConfiguration(
      recipe: recipe,
      warnings: warnings(about: recipe, at: root.location) + ineffectiveKeys(in: root))
  }

  /// The file's name without folder and extension.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last ?? path[...]
    return String(name.hasSuffix(".json") ? name.dropLast(5) : name)
  }

  private static func inSourceOrder(
    _ diagnostics: [Diagnostic], file: String, overrides: [Override]
  ) -> [Diagnostic] {
    func rank(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
      guard let location = diagnostic.location else { return (-1, 0, 0) }
      let source = overrides.firstIndex { $0.value.location.file == location.file }
      return (source.map { $0 + 1 } ?? 0, location.line, location.column)
    }
    return diagnostics.sorted { rank($0) < rank($1) }
  }

  /// Asked-for behaviour that this version does not have.
  private static func ineffectiveKeys(in root: JSON.Value) -> [Diagnostic] {
    guard let logs = root.value(atPath: "wandb_opts.log_to_wandb"), logs.boolean == true else {
      return []
    }
    return [
      Diagnostic(
        .warning, code: .notInEffect,
        "log_to_wandb has no effect: this version writes metrics.jsonl and nothing for Weights & Biases",
        at: logs.location)
    ]
  }

  private static func warnings(
    about recipe: TrainingRecipe, at location: SourceLocation
  ) -> [Diagnostic] {
    guard recipe.run.pretrainedCheckpointPath == nil, recipe.run.modelName == nil else { return [] }
    let remedies: [Remedy] = ["give --pretrained-ckpt-path when training"]
    switch recipe.program.task {
    case .questionAnswering:
      return [
        Diagnostic(
          .warning, code: .noCheckpoint, "SQuAD fine-tuning has no checkpoint to start from",
          at: location, remedies: remedies)
      ]
    case .pretraining
    where PretrainingPhase(sequenceLength: recipe.program.sequenceLength) == .two:
      return [
        Diagnostic(
          .warning, code: .noCheckpoint, "phase 2 has no checkpoint of phase 1 to start from",
          at: location, remedies: remedies)
      ]
    case .pretraining, .sequenceClassification: return []
    }
  }
}

// MARK: - Which form

extension Configuration {
  /// Pre-training and SQuAD have keys that the other has not, and heads of their own in
  /// `pipeline_stages`. The task that more of a file's keys and heads belong to is the file's, so
  /// that a stray key is reported as such; a tie is an error (`ambiguous-task`).
  ///
  /// A SQuAD file with `bert_model_name` starts from a published model, one without from a
  /// checkpoint.
  private static func form(of root: JSON.Value) throws(TesseraError) -> ConfigurationForm {
    var pretraining: [String] = []
    var squad: [String] = []
    for key in ConfigurationKey.all where root.value(atPath: key.path) != nil {
      let isPretraining = key.presence(in: .pretraining) != .absent
      let isSquad =
        key.presence(in: .squadByName) != .absent
        || key.presence(in: .squadFromCheckpoint) != .absent
      if isPretraining && !isSquad { pretraining.append(key.path) }
      if isSquad && !isPretraining { squad.append(key.path) }
    }
    let layers = (root["pipeline_stages"]?.elements ?? [])
      .flatMap { $0.elements ?? [] }.compactMap(\.string)
    if layers.contains(StageLayer.heads.rawValue) { pretraining.append("the stage heads") }
    if layers.contains(StageLayer.questionAnsweringHead.rawValue) {
      squad.append("the stage qa_head")
    }
    if pretraining.count > squad.count { return .pretraining }
    if squad.count > pretraining.count {
      return root["bert_model_name"] != nil ? .squadByName : .squadFromCheckpoint
    }
    func list(_ names: [String]) -> String {
      names.isEmpty ? "none" : names.joined(separator: ", ")
    }
    throw TesseraError(
      .badData, code: .ambiguousTask,
      "the file does not say whether it is for pre-training or for SQuAD", at: root.location,
      notes: [
        "what only pre-training has: \(list(pretraining))",
        "what only SQuAD has: \(list(squad))",
      ],
      remedies: [
        "for pre-training add dataset_dir, loss_scaling and the stage \"heads\"",
        "for SQuAD add num_epochs, cache_dir, output_dir and the stage \"qa_head\"",
      ])
  }
}

// MARK: - The file

extension Configuration {
  private static func contents(path: String) throws(TesseraError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno
      throw TesseraError(
        reason == ENOENT || reason == ENOTDIR ? .inputMissing : .inputOutput,
        code: .cannotOpen, "\(path): \(systemReason(reason))")
    }
    defer { if path != "-" { close(descriptor) } }
    // One byte above the limit is enough for the parser to see that the file is too large.
    var bytes: [UInt8] = []
    while bytes.count <= JSON.byteLimit {
      var reason: Int32 = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if result < 0 { reason = errno }
        count = max(result, 0)
      }
      if reason == EINTR { continue }
      guard reason == 0 else {
        throw TesseraError(
          .inputOutput, code: .cannotRead, "\(path): \(systemReason(reason))")
      }
      if chunk.isEmpty { break }
      bytes += chunk
    }
    return bytes
  }
}
