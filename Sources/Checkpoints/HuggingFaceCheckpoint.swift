import Foundations

/// A Hugging Face checkpoint, read for the parameters of one model.
package struct HuggingFaceCheckpoint: Sendable {
  /// The open file, for what the names do not cover.
  package let file: any CheckpointFile
  /// Canonical name to name in the file.
  private let storedNames: [String: String]

  /// Names in the file of tensors that only resuming a training needs, sorted.
  package let trainingState: [String]

  /// What Tessera's names for the state of a training begin with.
  package static let trainingStatePrefix = "tessera."

  /// Opens the checkpoint at `path`: a file of any format, or a folder as `CheckpointLocation` knows it.
  ///
  /// - Throws: what `CheckpointLocation.file` and `openCheckpoint` throw, and
  ///   `checkpoint-ambiguous-name` (exit 3) where two tensors have one canonical name.
  package init(path: String) throws(TesseraError) {
    file = try openCheckpoint(path: try CheckpointLocation.file(at: path))
    trainingState = file.entries.map(\.name).filter { $0.hasPrefix(Self.trainingStatePrefix) }
    var storedNames: [String: String] = [:]
    for entry in file.entries where !entry.name.hasPrefix(Self.trainingStatePrefix) {
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
  /// - Parameter resizesVocabulary: whether parameters with a row for each word may have another number
  ///   of rows in the checkpoint.
  /// - Throws: `input-output` (exit 74).
  package func report(
    for wanted: [WantedParameter], leavingOut neutral: [HuggingFaceLayout.NeutralTensor] = [],
    resizesVocabulary: Bool = false
  ) throws(TesseraError) -> CheckpointReport {
    var report = CheckpointReport()
    report.trainingState = trainingState
    var used: Set<String> = []
    for parameter in wanted {
      guard let match = match(parameter) else {
        report.missing.append(parameter)
        continue
      }
      used.insert(match.storedName)
      let fits =
        match.shape == parameter.shape || resizesVocabulary && match.differsInVocabularyAlone
      if fits && match.element.convertsToFloat {
        report.matched.append(match)
      } else {
        report.mismatched.append(match)
      }
    }
    for entry in file.entries
    where !used.contains(entry.name) && !entry.name.hasPrefix(Self.trainingStatePrefix) {
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
  /// value: the caller initialises them, and the report names them. Of a parameter that gets rows beyond
  /// the checkpoint's, the first rows are returned, for the others keep their initial values; the bias
  /// of words that no one has seen is `unseenWordBias`.
  /// Tensors of `neutral` are those that the model has no parameter for, for the report.
  ///
  /// - Throws: `checkpoint-mismatch` (exit 3) where shapes or types differ, with all of them listed,
  ///   or where nothing at all matches; `checkpoint-damaged` (65), `input-output` (74).
  package func load(
    _ wanted: [WantedParameter], leavingOut neutral: [HuggingFaceLayout.NeutralTensor] = [],
    resizesVocabulary: Bool = false
  ) throws(TesseraError) -> (values: [String: [Float]], report: CheckpointReport) {
    let report = try report(
      for: wanted, leavingOut: neutral, resizesVocabulary: resizesVocabulary)
    if let failure = failure(of: report) { throw failure }
    var values: [String: [Float]] = [:]
    for match in report.matched { values[match.parameter.name] = try self.values(of: match) }
    return (values, report)
  }

  /// The logit's bias of words beyond the checkpoint's, such as those that pad a vocabulary: as low as
  /// BERT's mask of padding, so that no softmax gives them any weight.
  package static let unseenWordBias: Float = -10_000

  /// The canonical names of the tensors that are no training state, with what the file says of each;
  /// sorted.
  var canonicalEntries: [(name: String, entry: CheckpointEntry)] {
    storedNames.keys.sorted(by: precedes).compactMap { name in
      storedNames[name].flatMap { file.entry(named: $0) }.map { (name, $0) }
    }
  }

  /// The tensor for a parameter, whether its shape fits or not. Where only the tied decoder is there, as
  /// some writers leave it, it has the value, and where queries, keys and values share a tensor, it has
  /// a third of it.
  func match(_ parameter: WantedParameter) -> CheckpointReport.Match? {
    func match(_ entry: CheckpointEntry, rows: Range<Int>? = nil) -> CheckpointReport.Match {
      CheckpointReport.Match(
        parameter: parameter, storedName: entry.name, storedShape: entry.shape,
        element: entry.element, rows: rows)
    }
    let name = HuggingFaceNames.canonical(parameter.name)
    if let entry = stored(name) { return match(entry) }
    guard let (joint, part) = HuggingFaceNames.jointTensor(of: name),
      let entry = stored(joint), let rows = entry.shape.first, rows.isMultiple(of: 3)
    else { return nil }
    return match(entry, rows: rows / 3 * part..<rows / 3 * (part + 1))
  }

  /// The values of a parameter; those of its first rows where it has more rows for words than the
  /// tensor.
  /// - Throws: `checkpoint-element-type` (exit 3), `checkpoint-damaged` (65), `input-output` (74).
  func values(of match: CheckpointReport.Match) throws(TesseraError) -> [Float] {
    var values = try file.tensor(named: match.storedName).floats()
    let rowCount = match.storedShape.dropFirst().reduce(1, *)
    if let rows = match.rows {
      values = Array(values[rows.lowerBound * rowCount..<rows.upperBound * rowCount])
    }
    guard let stored = match.shape.first, let wanted = match.parameter.shape.first, stored != wanted
    else { return values }
    if wanted < stored { return Array(values.prefix(wanted * rowCount)) }
    return match.parameter.shape.count == 1
      ? values + [Float](repeating: Self.unseenWordBias, count: wanted - stored) : values
  }

  /// The tensor of a canonical name, or the decoder's that is tied to it.
  private func stored(_ canonical: String) -> CheckpointEntry? {
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
    _ entry: CheckpointEntry, of wanted: [WantedParameter]
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
    _ entry: CheckpointEntry, among neutral: [HuggingFaceLayout.NeutralTensor]
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

  /// Why a checkpoint with this report cannot be loaded; nil where it can.
  package func failure(of report: CheckpointReport) -> TesseraError? {
    if !report.mismatched.isEmpty { return mismatch(report) }
    return report.matched.isEmpty && !report.missing.isEmpty ? nothingMatches(report) : nil
  }

  /// The error for tensors that do not fit, all of them named.
  private func mismatch(_ report: CheckpointReport) -> TesseraError {
    let shown = report.mismatched.prefix(20).map(\.mismatchLine)
    let more = report.mismatched.count - shown.count
    var remedies: [Remedy] = []
    let vocabulary = report.mismatched.first(where: \.differsInVocabularyAlone)
    if let stored = vocabulary?.shape.first, let wanted = vocabulary?.parameter.shape.first {
      if report.mismatched.allSatisfy(\.differsInVocabularyAlone) {
        remedies.append(
          stored < wanted
            ? "give --resize-vocabulary: \(wanted - stored) rows are added"
            : "give --resize-vocabulary: the last \(stored - wanted) rows are cut")
      }
      remedies.append("set the config's vocab_size to the checkpoint's, \(stored)")
    }
    let settings = report.sizeSettings
    if !settings.isEmpty {
      remedies.append("compile the bundle with \(settings.joined(separator: " "))")
    }
    remedies.append("choose a checkpoint of the model's dimensions, or change them in the config")
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
