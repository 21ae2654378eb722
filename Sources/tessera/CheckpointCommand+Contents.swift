import Checkpoints
import Foundations
import Reports

/// What a checkpoint holds, to be printed.
struct CheckpointContents {
  private let file: any CheckpointFile
  private let trainingState: [String]
  private let isVerified: Bool
  private let words: Int?
  private let configuration: HuggingFaceConfiguration?

  /// - Parameter isVerified: whether it has the digest of its content, which is right.
  /// - Throws: where `config.json` or `vocab.txt` beside it cannot be read.
  init(_ checkpoint: HuggingFaceCheckpoint, isVerified: Bool) throws(TesseraError) {
    file = checkpoint.file
    self.isVerified = isVerified
    trainingState = checkpoint.trainingState
    words = try checkpoint.vocabularyCount()
    configuration = try HuggingFaceConfiguration(besideCheckpoint: file.path)
  }

  private var weights: [CheckpointEntry] {
    let state = Set(trainingState)
    return file.entries.filter { !state.contains($0.name) }
  }

  private static func elements(_ entry: CheckpointEntry) -> Int { entry.shape.reduce(1, *) }

  private var parameterCount: Int { weights.map(Self.elements).reduce(0, +) }

  private var sortedMetadata: [(key: String, value: String)] {
    file.metadata.sorted { $0.key < $1.key }
  }

  /// Lines of `name: value`, then the tensors.
  var text: String {
    var lines = [
      "file: \(file.path)", "format: \(file.format.phrase)",
      "weights: \(weights.count) tensors, \(parameterCount) elements",
    ]
    if !trainingState.isEmpty {
      lines.append("state of a training: \(trainingState.count) tensors")
    }
    if isVerified { lines.append("digest: right") }
    for (key, value) in sortedMetadata {
      // A run's progress is long; JSON has all of it.
      let shown =
        value.count > 100 ? value.prefix(100).debugDescription + "…" : value.debugDescription
      lines.append("metadata \(key.debugDescription): \(shown)")
    }
    if let configuration {
      lines.append(
        "config.json: hidden size \(configuration.hiddenSize), layers \(configuration.layers), heads "
          + "\(configuration.attentionHeads), vocabulary \(configuration.vocabularySize), "
          + "activation \(configuration.activation.debugDescription)")
    }
    if let words { lines.append("vocab.txt: \(words) words") }
    var table = TextTable(header: ["tensor", "type", "shape"])
    for entry in file.entries {
      table.add([entry.name.shownName, entry.element.rawValue, shapeText(entry.shape)])
    }
    return lines.joined(separator: "\n") + "\n\n" + table.text
  }

  /// The same under the schema `tessera.checkpoint/1`.
  var json: JSON.Plain {
    let state = Set(trainingState)
    let tensors = file.entries.map { entry in
      JSON.Plain.object([
        .init("name", .string(entry.name)), .init("type", .string(entry.element.rawValue)),
        .init("shape", .array(entry.shape.map { .integer($0) })),
        .init("training_state", .boolean(state.contains(entry.name))),
      ])
    }
    return .object([
      .init("schema", "tessera.checkpoint/1"), .init("file", .string(file.path)),
      .init("format", .string(file.format.rawValue)),
      .init("weight_elements", .integer(parameterCount)),
      .init("digest", isVerified ? "right" : .null),
      .init("metadata", .object(sortedMetadata.map { .init($0.key, .string($0.value)) })),
      .init("vocabulary_words", words.map { .integer($0) } ?? .null),
      .init("tensors", .array(tensors)),
    ])
  }
}

/// A shape for a table: `768 x 3072`, or `scalar`.
func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " x ")
}

extension String {
  /// A name from a file for a table: quoted where it has characters that a terminal would act on.
  var shownName: String {
    unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F } ? self : debugDescription
  }
}
