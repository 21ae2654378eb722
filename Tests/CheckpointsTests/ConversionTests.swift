import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct ConversionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static let attention = "bert.encoder.layer.0.attention.self."

  /// One layer of two columns, with queries, keys and values in one, as the file spells it.
  private static let tensors: [String: (shape: [Int], floats: [Float])] = [
    "bert.embeddings.word_embeddings.weight": ([3, 2], [1, 2, 3, 4, 5, 6]),
    "bert.embeddings.LayerNorm.gamma": ([2], [7, 8]),
    attention + "qkv.weight": ([6, 2], (0..<12).map(Float.init)),
    "bert.encoder.layer.0.attention.output.dense.weight": ([2, 2], [1, 0, 0, 1]),
    "bert.encoder.layer.0.output.dense.weight": ([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
    "bert.pooler.dense.weight": ([2, 2], [1, 1, 1, 1]),
    "cls.predictions.bias": ([3], [-1, -2, -3]),
    "cls.predictions.decoder.weight": ([3, 2], [1, 2, 3, 4, 5, 6]),
    "cls.seq_relationship.weight": ([2, 2], [1, 2, 3, 4]),
    "tessera.moments.first": ([2], [1, 1]),
  ]

  private func source(
    _ tensors: [String: (shape: [Int], floats: [Float])] = tensors
  ) throws -> HuggingFaceCheckpoint {
    let path = folder.file("in.safetensors")
    try SafetensorsWriter(path: path, overwrite: true).write(
      try tensors.mapValues { try CheckpointTensor(shape: $0.shape, floats: $0.floats) })
    return try HuggingFaceCheckpoint(path: path)
  }

  private func convert(
    _ conversion: CheckpointConversion, _ name: String
  ) throws -> any CheckpointFile {
    let path = folder.file(name)
    let format = try #require(CheckpointFormat(ending: name))
    try conversion.write(to: path, format: format, overwrite: false)
    return try openCheckpoint(path: path)
  }

  @Test(arguments: ["out.safetensors", "out.bin", "out.h5"])
  func eachFormatHoldsTheSame(name: String) throws {
    let conversion = try CheckpointConversion(of: try source())
    #expect(conversion.heads == .pretraining)
    #expect(conversion.report.trainingState == 1 && conversion.report.leftOut == [])
    #expect(conversion.report.neutral?.contains("4 biases") == true)
    let file = try convert(conversion, name)
    #expect(file.entries.count == conversion.report.written)
    func values(_ name: String) throws -> [Float] { try file.tensor(named: name).floats() }
    #expect(try values(Self.attention + "key.weight") == [4, 5, 6, 7])
    #expect(try values(Self.attention + "key.bias") == [0, 0])
    #expect(try values("bert.embeddings.LayerNorm.weight") == [7, 8])
    #expect(try values("cls.predictions.transform.dense.weight") == [1, 0, 0, 1])
    #expect(file.entry(named: "cls.predictions.decoder.weight") == nil)
    // And back: all that was there is there.
    let back = try CheckpointConversion(of: try HuggingFaceCheckpoint(path: file.path))
    #expect(back.report.neutral == nil && back.report.written == conversion.report.written)
  }

  @Test func headsAreChosen() throws {
    let encoder = try CheckpointConversion(of: try source(), heads: .encoder)
    let file = try convert(encoder, "encoder.safetensors")
    #expect(file.entries.allSatisfy { !$0.name.hasPrefix("bert.") && !$0.name.hasPrefix("cls.") })
    #expect(try file.tensor(named: "pooler.dense.weight").shape == [2, 2])
    #expect(
      encoder.report.leftOut == ["cls.predictions.bias", "cls.seq_relationship.weight"])
    let answers = try CheckpointConversion(of: try source(), heads: .questionAnswering)
    #expect(answers.report.missing == ["qa_outputs.weight"])
    #expect(answers.report.leftOut.contains("bert.pooler.dense.weight"))
  }

  @Test(arguments: [2, 3, 5]) func wordsAreCutOrAdded(count: Int) throws {
    let conversion = try CheckpointConversion(of: try source(), vocabularySize: count)
    let file = try convert(conversion, "words.bin")
    let words = try file.tensor(named: "bert.embeddings.word_embeddings.weight")
    #expect(words.shape == [count, 2])
    #expect(try words.floats() == Array(([1, 2, 3, 4, 5, 6] + [0, 0, 0, 0]).prefix(count * 2)))
    let bias: [Float] = [-1, -2, -3, -10_000, -10_000]
    #expect(try file.tensor(named: "cls.predictions.bias").floats() == Array(bias.prefix(count)))
    #expect(conversion.report.words?.before == 3 && conversion.report.words?.after == count)
    #expect(conversion.sizes(in: HuggingFaceConfiguration()).vocabularySize == count)
  }

  @Test func halvesAreWrittenAndRefusedWhereTooLarge() throws {
    let file = try convert(
      try CheckpointConversion(of: try source(), element: .f16), "half.safetensors")
    #expect(file.entries.allSatisfy { $0.element == .f16 })
    #expect(try file.tensor(named: "bert.embeddings.LayerNorm.weight").floats() == [7, 8])
    var tensors = Self.tensors
    tensors["cls.predictions.bias"] = ([3], [70_000, 0, 0])
    let large = try CheckpointConversion(of: try source(tensors), element: .f16)
    #expect(failure { _ = try convert(large, "large.bin") }?.code == "checkpoint-element-type")
  }

  @Test func foldersHoldTheModelsConfiguration() throws {
    let checkpoint = try source()
    let conversion = try CheckpointConversion(of: checkpoint)
    let path = folder.file("out")
    #expect(
      failure { try HuggingFaceFolder(path: path).write(conversion, from: checkpoint) }?.code
        == "checkpoint-unknown-heads")
    try folder.write(
      Array(#"{"num_attention_heads": 1, "hidden_act": "relu", "vocab_size": 9}"#.utf8),
      "config.json")
    try folder.write(Array("a\nb\nc\n".utf8), "vocab.txt")
    try HuggingFaceFolder(path: path).write(conversion, from: checkpoint)
    let written = try HuggingFaceCheckpoint(path: path)
    let configuration = try #require(
      try HuggingFaceConfiguration(besideCheckpoint: written.file.path))
    #expect(configuration.attentionHeads == 1 && configuration.activation == "relu")
    #expect(configuration.vocabularySize == 3 && configuration.layers == 1)
    #expect(try written.vocabularyCount() == 3)
    let text = String(decoding: try bytes(at: path + "/config.json"), as: UTF8.self)
    #expect(text.contains(#""BertForPreTraining""#))
    #expect(
      failure { try HuggingFaceFolder(path: path).write(conversion, from: checkpoint) }?.exit
        == .wouldOverwrite)
  }

  @Test func aRunsOwnConfigurationIsNotHuggingFaces() throws {
    let checkpoint = try source()
    try folder.write(Array(#"{"schema": "tessera.run-config/1"}"#.utf8), "config.json")
    #expect(try HuggingFaceConfiguration(besideCheckpoint: checkpoint.file.path) == nil)
    try folder.write(Array(#"{"hidden_size": "x"}"#.utf8), "config.json")
    #expect(
      failure { _ = try HuggingFaceConfiguration(besideCheckpoint: checkpoint.file.path) }?.code
        == "wrong-type")
  }

  @Test func whatIsNoBertIsNotConverted() throws {
    let other = try source(["transformer.h.0.weight": ([1], [1])])
    #expect(
      failure { _ = try CheckpointConversion(of: other) }?.code == "checkpoint-mismatch")
  }
}
