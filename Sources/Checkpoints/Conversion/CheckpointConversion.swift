import Foundations

/// A checkpoint written again: in another format, for another class of Hugging Face's, in another
/// element type, or with another number of words.
package struct CheckpointConversion: Sendable {
  private let source: HuggingFaceCheckpoint
  /// The class that the result is for.
  package let heads: CheckpointHeads
  /// The parameters under canonical names, and what Hugging Face's model has beyond them.
  private let layout: HuggingFaceLayout
  /// The tensors of the result under canonical names, sorted.
  private let tensors: [CheckpointEntry]

  /// What the conversion does, for a person.
  package struct Report: Hashable, Sendable {
    /// How many tensors are written.
    package var written: Int
    /// Tensors of the source that are not, by their names there.
    package var leftOut: [String]
    /// How many tensors of a training's state are not.
    package var trainingState: Int
    /// Weights of heads that the checkpoint does not have: whoever loads it gets initial values.
    package var missing: [String]
    /// What is written with neutral values; nil where there is nothing.
    package var neutral: String?
    /// How the number of words changes; nil where the source has no word embeddings.
    package var words: WordCount?
  }

  /// A number of words, before and after.
  package struct WordCount: Hashable, Sendable {
    /// Rows in the source.
    package var before: Int
    /// Rows in the result.
    package var after: Int
  }

  /// What the conversion does.
  package let report: Report

  /// Plans the conversion; reads no elements.
  ///
  /// - Parameters:
  ///   - heads: the class that the result is for; nil for the one that the source is for.
  ///   - element: F32 or F16; nil for the source's, where what is neither becomes F32.
  ///   - vocabularySize: rows for words; nil for the source's.
  /// - Throws: `checkpoint-mismatch` (exit 3) where the source holds no BERT.
  package init(
    of source: HuggingFaceCheckpoint, heads: CheckpointHeads? = nil,
    element: SafetensorsElement? = nil, vocabularySize: Int? = nil
  ) throws(TesseraError) {
    let entries = source.canonicalEntries
    let heads = heads ?? CheckpointHeads(names: entries.map(\.name))
    var wanted: [WantedParameter] = []
    var elements: [String: SafetensorsElement] = [:]
    var report = Report(
      written: 0, leftOut: [], trainingState: source.trainingState.count, missing: [])
    for (name, entry) in entries {
      // A decoder that repeats the embeddings is made again from them by whoever reads the result; one
      // that stands alone is them.
      let tied = HuggingFaceNames.tiedParameter(of: name)
      let isNeeded = tied.map { tied in !entries.contains { $0.name == tied } } ?? true
      let parameter = tied ?? name
      guard heads.holds(parameter), isNeeded, entry.element.convertsToFloat else {
        if isNeeded { report.leftOut.append(entry.name) }
        continue
      }
      var shape = entry.shape
      if HuggingFaceNames.hasRowForEachWord(parameter), let rows = shape.first {
        report.words = WordCount(before: rows, after: vocabularySize ?? rows)
        shape[0] = vocabularySize ?? rows
      }
      wanted.append(WantedParameter(name: parameter, shape: shape))
      elements[parameter] = element ?? (entry.element == .f16 ? .f16 : .f32)
    }
    guard wanted.contains(where: { $0.name.hasPrefix("bert.") }) else {
      throw TesseraError(
        .incompatible, code: .checkpointMismatch, "\(source.file.path) holds no BERT",
        notes: [
          "it begins with \(source.file.entries.prefix(3).map { printable($0.name) }.joined(separator: ", "))"
        ],
        remedies: ["choose a checkpoint of a BERT model with Hugging Face's names"])
    }
    let layout = HuggingFaceLayout(wanted)
    let other = element ?? (elements.values.allSatisfy { $0 == .f16 } ? .f16 : .f32)
    // A head that is not there at all is left to whoever loads the result.
    let neutral = layout.neutral.filter { heads.holds($0.name) }
    tensors =
      (layout.parts.map {
        CheckpointEntry(name: $0.name, shape: $0.shape, element: elements[$0.parameter] ?? other)
      } + neutral.map { CheckpointEntry(name: $0.name, shape: $0.shape, element: other) })
      .sorted { precedes($0.name, $1.name) }
    let names = Set(tensors.map(\.name))
    report.missing = heads.headWeights.filter { !names.contains($0) }
    report.neutral = layout.neutralSummary
    report.written = tensors.count
    self.report = report
    self.source = source
    self.heads = heads
    self.layout = layout
  }

  /// Writes the result as a file of `format`.
  /// - Throws: `would-overwrite` (exit 73), `input-output` (74), `checkpoint-element-type` (3) where a
  ///   number is too large for F16, and what reading the source throws.
  package func write(
    to path: String, format: CheckpointFormat, overwrite: Bool
  ) throws(TesseraError) {
    switch format {
    case .safetensors:
      try SafetensorsWriter(path: path, overwrite: overwrite).write(named) {
        (tensor) throws(TesseraError) in try contents(tensor)
      }
    case .pytorch:
      try PyTorchWriter(path: path, overwrite: overwrite).write(named) {
        (tensor) throws(TesseraError) in try contents(tensor)
      }
    case .tensorflow:
      // TensorFlow's names are made from the canonical ones.
      let writer = TensorFlowWriter(
        path: path, overwrite: overwrite, model: heads.tensorFlowModel)
      try writer.write(tensors) { (tensor) throws(TesseraError) in try contents(tensor) }
    }
  }

  /// The tensors under the names that the class has.
  private var named: [CheckpointEntry] {
    tensors.map {
      CheckpointEntry(name: heads.name($0.name), shape: $0.shape, element: $0.element)
    }
  }

  private func contents(_ tensor: CheckpointEntry) throws(TesseraError) -> CheckpointTensor {
    let values = try values(
      WantedParameter(name: HuggingFaceNames.canonical(tensor.name), shape: tensor.shape))
    guard tensor.element == .f16 else {
      return try CheckpointTensor(shape: tensor.shape, floats: values)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 2)
    for value in values {
      let half = Float16(value)
      guard half.isFinite || !value.isFinite else {
        throw TesseraError(
          .incompatible, code: .checkpointElementType,
          "\(printable(tensor.name)) holds \(value), which F16 cannot",
          remedies: ["convert with --dtype f32"])
      }
      bytes.append(littleEndian: half.bitPattern)
    }
    return try CheckpointTensor(shape: tensor.shape, element: .f16, bytes: bytes)
  }

  private func values(_ parameter: WantedParameter) throws(TesseraError) -> [Float] {
    if let match = source.match(parameter) {
      let values = try source.values(of: match)
      // Words that the source does not have: rows of zeros.
      return values
        + [Float](repeating: 0, count: parameter.shape.reduce(1, *) - values.count)
    }
    guard let neutral = layout.neutral.first(where: { $0.name == parameter.name }) else {
      throw TesseraError(
        .internalError, code: .internalError, "\(printable(parameter.name)) has no source")
    }
    return neutral.floats
  }
}

extension CheckpointConversion {
  /// What the tensors say of the model's sizes, put in place of what a configuration says; what no shape
  /// shows stays.
  package func sizes(in configuration: HuggingFaceConfiguration) -> HuggingFaceConfiguration {
    var result = configuration
    let shapes = Dictionary(tensors.map { ($0.name, $0.shape) }) { first, _ in first }
    func rows(_ name: String) -> Int? { shapes[name].flatMap { $0.count == 2 ? $0[0] : nil } }
    result.vocabularySize =
      rows("bert.embeddings.word_embeddings.weight") ?? result.vocabularySize
    result.hiddenSize =
      shapes["bert.embeddings.word_embeddings.weight"]?.last ?? result.hiddenSize
    result.maximumPositions =
      rows("bert.embeddings.position_embeddings.weight") ?? result.maximumPositions
    result.tokenTypes =
      rows("bert.embeddings.token_type_embeddings.weight") ?? result.tokenTypes
    result.intermediateSize =
      rows("bert.encoder.layer.0.intermediate.dense.weight") ?? result.intermediateSize
    result.layers =
      (0...).first { shapes["bert.encoder.layer.\($0).output.dense.weight"] == nil } ?? 0
    return result
  }
}
