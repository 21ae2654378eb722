import Foundations
import Glibc

/// A folder that transformers' `from_pretrained` takes: `model.safetensors`, `config.json`, and the
/// vocabulary's files where there are any.
package struct HuggingFaceFolder {
  /// The folder, which is made where it is missing.
  package var path: String
  /// Whether files that are there may be replaced.
  package var overwrite: Bool
  /// A file to write as `vocab.txt`; nil for the one beside the source.
  package var vocabulary: String?
  /// The model; nil for what the `config.json` beside the source says.
  package var configuration: HuggingFaceConfiguration?

  /// A folder at `path`.
  package init(
    path: String, overwrite: Bool = false, vocabulary: String? = nil,
    configuration: HuggingFaceConfiguration? = nil
  ) {
    self.path = path
    self.overwrite = overwrite
    self.vocabulary = vocabulary
    self.configuration = configuration
  }

  /// What belongs to a vocabulary: without it a tokenizer does not cut words as the model learned them.
  private static let tokenizerFiles = [
    "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// Writes the result of a conversion.
  /// - Throws: `checkpoint-unknown-heads` (exit 3) where nothing says how many attention heads there are,
  ///   `would-overwrite` (73), `input-output` (74), and what reading the source throws.
  package func write(
    _ conversion: CheckpointConversion, from source: HuggingFaceCheckpoint
  ) throws(TesseraError) {
    var known = configuration
    if known == nil {
      known = try HuggingFaceConfiguration(besideCheckpoint: source.file.path)
    }
    guard let known else {
      throw TesseraError(
        .incompatible, code: .checkpointUnknownHeads,
        "nothing says how many attention heads the model of \(source.file.path) has",
        remedies: ["give --bundle", "put the model's config.json beside the checkpoint"])
    }
    let files = try tokenizerFiles(besides: source.file.path)
    try makeFolders(path)
    try write(
      Array(
        conversion.sizes(in: known).text(architecture: conversion.heads.architecture).utf8),
      "config.json")
    for file in files { try write(file.bytes, file.name) }
    try conversion.write(
      to: path + "/model.safetensors", format: .safetensors, overwrite: overwrite)
  }

  /// The files of the vocabulary, read before anything is written.
  private func tokenizerFiles(
    besides source: String
  ) throws(TesseraError) -> [(name: String, bytes: [UInt8])] {
    if let vocabulary {
      return [("vocab.txt", try readBytes(path: vocabulary, limit: 64 << 20))]
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for name in Self.tokenizerFiles {
      let path = HuggingFaceConfiguration.folder(of: source) + "/" + name
      guard access(path, R_OK) == 0 else { continue }
      files.append((name, try readBytes(path: path, limit: 64 << 20)))
    }
    return files
  }

  private func write(_ bytes: [UInt8], _ name: String) throws(TesseraError) {
    let file = try AtomicFile(path: path + "/" + name, overwrite: overwrite)
    try file.write(bytes)
    try file.commit()
  }
}
