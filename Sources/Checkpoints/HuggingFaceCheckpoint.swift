import Foundations

/// A Hugging Face checkpoint, read for the parameters of one model.
package struct HuggingFaceCheckpoint: Sendable {
  /// The open file, for what the names do not cover.
  package let file: SafetensorsFile
  /// Canonical name to name in the file.
  private let storedNames: [String: String]

  /// Opens the checkpoint at `path`: a file, or a folder that holds `model.safetensors` or, failing
  /// that, other .safetensors files, of which the newest is taken.
  ///
  /// - Throws: what `CheckpointLocation.file` and `SafetensorsFile` throw, and
  ///   `checkpoint-ambiguous-name` (exit 3) where two tensors have one canonical name.
  package init(path: String) throws(TesseraError) {
    file = try SafetensorsFile(path: try CheckpointLocation.file(at: path))
    var storedNames: [String: String] = [:]
    for entry in file.entries {
      let canonical = HuggingFaceNames.canonical(entry.name)
      if let other = storedNames.updateValue(entry.name, forKey: canonical) {
        throw TesseraError(
          .incompatible, code: .checkpointAmbiguousName,
          "\(file.path) holds \(canonical) twice, as \(printable(other)) and "
            + "\(printable(entry.name))",
          notes: ["which of the two is meant cannot be told"],
          remedies: ["save the checkpoint again with one of them"])
      }
    }
    self.storedNames = storedNames
  }

  /// How the parameters of a model lie in this checkpoint: queries, keys and values that share a
  /// tensor are parts of it, unless the checkpoint has them in one too.
  package func layout(of parameters: [WantedParameter]) -> HuggingFaceLayout {
    HuggingFaceLayout(
      parameters, whole: Set(parameters.map(\.name).filter { storedNames[$0] != nil }))
  }

  /// Compares the checkpoint with the parameters that a model wants, and with the tensors that it
  /// leaves out; reads data only of these and of tied copies.
  ///
  /// - Throws: `input-output` (exit 74).
  package func report(
    for wanted: [WantedParameter], leavingOut neutral: [HuggingFaceLayout.NeutralTensor] = []
  ) throws(TesseraError) -> CheckpointReport {
    var report = CheckpointReport()
    var used: Set<String> = []
    for parameter in wanted {
      guard let entry = stored(HuggingFaceNames.canonical(parameter.name)) else {
        report.missing.append(parameter)
        continue
      }
      used.insert(entry.name)
      if entry.shape == parameter.shape && entry.element.convertsToFloat {
        report.matched.append(
          .init(parameter: parameter, storedName: entry.name, element: entry.element))
      } else {
        report.mismatched.append(
          .init(
            parameter: parameter, storedName: entry.name, storedShape: entry.shape,
            element: entry.element))
      }
    }
    for entry in file.entries where !used.contains(entry.name) {
      if let copy = try tiedCopy(entry, of: wanted) {
        report.tiedCopies.append(copy)
      } else if let placeless = try placeless(entry, among: neutral) {
        report.placeless.append(placeless)
      } else {
        report.unused.append(entry.name)
      }
    }
    return report
  }

  /// Reads the values of the wanted parameters, by their wanted names. Missing parameters have no
  /// value: the caller initialises them, and the report names them.
  /// Tensors of `neutral` are those that the model has no parameter for, for the report.
  ///
  /// - Throws: `checkpoint-mismatch` (exit 3) where shapes or types differ, with all of them listed,
  ///   or where nothing at all matches; `input-output` (74).
  package func load(
    _ wanted: [WantedParameter], leavingOut neutral: [HuggingFaceLayout.NeutralTensor] = []
  ) throws(TesseraError) -> (values: [String: [Float]], report: CheckpointReport) {
    let report = try report(for: wanted, leavingOut: neutral)
    guard report.mismatched.isEmpty else { throw mismatch(report) }
    guard wanted.isEmpty || !report.matched.isEmpty else { throw nothingMatches(report) }
    var values: [String: [Float]] = [:]
    for match in report.matched {
      values[match.parameter.name] = try file.tensor(named: match.storedName).floats()
    }
    return (values, report)
  }

  /// The tensor for a canonical name. Where only the tied decoder is there, as some writers leave
  /// it, it has the value.
  private func stored(_ canonical: String) -> SafetensorsEntry? {
    let names =
      [canonical]
      + ["cls.predictions.decoder.weight", "cls.predictions.decoder.bias"].filter {
        HuggingFaceNames.tiedParameter(of: $0) == canonical
      }
    for name in names {
      if let entry = storedNames[name].flatMap({ file.entry(named: $0) }) { return entry }
    }
    return nil
  }

  /// The tied copy that `entry` is of a wanted parameter, if it is one of equal shape and type.
  private func tiedCopy(
    _ entry: SafetensorsEntry, of wanted: [WantedParameter]
  ) throws(TesseraError) -> CheckpointReport.TiedCopy? {
    let name = HuggingFaceNames.canonical(entry.name)
    guard let tied = HuggingFaceNames.tiedParameter(of: name),
      wanted.contains(where: { HuggingFaceNames.canonical($0.name) == tied }),
      let other = stored(tied), other.shape == entry.shape
    else { return nil }
    let isEqual = try file.tensor(named: entry.name) == file.tensor(named: other.name)
    return .init(storedName: entry.name, tiedTo: tied, isEqual: isEqual)
  }

  /// The entry as one that the model leaves out, if it is.
  private func placeless(
    _ entry: SafetensorsEntry, among neutral: [HuggingFaceLayout.NeutralTensor]
  ) throws(TesseraError) -> CheckpointReport.Placeless? {
    let canonical = HuggingFaceNames.canonical(entry.name)
    let name = HuggingFaceNames.tiedParameter(of: canonical) ?? canonical
    guard let tensor = neutral.first(where: { $0.name == name }), tensor.shape == entry.shape,
      entry.element.convertsToFloat
    else { return nil }
    return .init(
      storedName: entry.name,
      isOfTransform: name.hasPrefix(HuggingFaceLayout.transformName),
      isNeutral: try file.tensor(named: entry.name).floats() == tensor.floats)
  }

  private func mismatch(_ report: CheckpointReport) -> TesseraError {
    let shown = report.mismatched.prefix(20).map(\.description)
    let more = report.mismatched.count - shown.count
    var remedies: [Remedy] = [
      "choose a checkpoint of the model's dimensions, or change them in the config"
    ]
    let vocabulary = report.mismatched.first {
      $0.parameter.name == "bert.embeddings.word_embeddings.weight"
        && $0.storedShape.count == 2 && $0.storedShape.last == $0.parameter.shape.last
    }
    if let rows = vocabulary?.storedShape.first {
      remedies.insert("set the config's vocab_size to the checkpoint's, \(rows)", at: 0)
    }
    return TesseraError(
      .incompatible, code: .checkpointMismatch,
      "\(file.path) does not fit the model: \(report.mismatched.count) of "
        + "\(report.mismatched.count + report.matched.count + report.missing.count) "
        + "parameters differ in shape or type",
      notes: shown + (more > 0 ? ["and \(more) more"] : []), remedies: remedies)
  }

  private func nothingMatches(_ report: CheckpointReport) -> TesseraError {
    let stored = report.unused.prefix(3).map(printable).joined(separator: ", ")
    let wanted = report.missing.prefix(3).map(\.name).joined(separator: ", ")
    return TesseraError(
      .incompatible, code: .checkpointMismatch,
      "\(file.path) has none of the model's \(report.missing.count) parameters",
      notes: ["the model's begin \(wanted)", "the checkpoint's begin \(stored)"],
      remedies: ["choose a checkpoint of a BERT model with Hugging Face's names"])
  }
}
