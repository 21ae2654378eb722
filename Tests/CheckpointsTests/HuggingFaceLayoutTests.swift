import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

/// A model that leaves parts of BERT out, under Hugging Face's names and back.
@Suite struct HuggingFaceLayoutTests {
  private static let attention = "bert.encoder.layer.0.attention."

  /// Two columns, three words; no biases in attention, none of the head's transform.
  private static let bare = [
    WantedParameter(name: "bert.embeddings.word_embeddings.weight", shape: [3, 2]),
    WantedParameter(name: attention + "self.qkv.weight", shape: [6, 2]),
    WantedParameter(name: attention + "output.dense.weight", shape: [2, 2]),
    WantedParameter(name: "cls.predictions.bias", shape: [3]),
    WantedParameter(name: "cls.seq_relationship.weight", shape: [2, 2]),
  ]

  @Test func jointTensorsAreCutInThree() {
    let layout = HuggingFaceLayout(Self.bare)
    let joint = layout.parts.filter { $0.parameter.hasSuffix("qkv.weight") }
    #expect(
      joint.map(\.name) == ["query", "key", "value"].map { Self.attention + "self.\($0).weight" })
    #expect(joint.map(\.elements) == [0..<4, 4..<8, 8..<12])
    #expect(joint.allSatisfy { $0.shape == [2, 2] })
    let bias = HuggingFaceLayout([.init(name: "x.attention.self.qkv.bias", shape: [6])])
    #expect(bias.parts.map(\.elements) == [0..<2, 2..<4, 4..<6])
    #expect(bias.parts.map(\.shape) == [[2], [2], [2]])
  }

  @Test func whatTheModelLacksIsNeutral() {
    let layout = HuggingFaceLayout(Self.bare)
    #expect(
      layout.neutral.map(\.name) == [
        Self.attention + "self.query.bias", Self.attention + "self.key.bias",
        Self.attention + "self.value.bias", Self.attention + "output.dense.bias",
        "cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
        "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias",
      ])
    #expect(
      layout.neutral.map(\.floats) == [
        [0, 0], [0, 0], [0, 0], [0, 0], [1, 0, 0, 1], [0, 0], [1, 1], [0, 0],
      ])
    let summary = layout.neutralSummary ?? ""
    #expect(summary.hasPrefix("written with neutral values, as the model has none: 4 biases and"))
    #expect(summary.contains("activation and layer norm"))
  }

  @Test func aHeadWithoutBiasGetsOne() {
    let parameters = Self.bare.filter { $0.name != "cls.predictions.bias" }
    let bias = HuggingFaceLayout(parameters).neutral.first { $0.name == "cls.predictions.bias" }
    #expect(bias?.floats == [0, 0, 0])
  }

  /// Question answering has no head for masked tokens in Hugging Face's model either.
  @Test func otherTasksLackBiasesAlone() {
    let layout = HuggingFaceLayout(Array(Self.bare[0...2]))
    #expect(layout.neutral.count == 4)
    #expect(
      layout.neutralSummary == "written with neutral values, as the model has none: 4 biases")
    let full = HuggingFaceLayout([
      .init(name: "qa_outputs.weight", shape: [2, 2]), .init(name: "qa_outputs.bias", shape: [2]),
    ])
    #expect(full.neutral == [] && full.neutralSummary == nil)
  }

  private func load(
    _ tensors: [String: (shape: [Int], floats: [Float])]
  ) throws -> (values: [String: [Float]], report: CheckpointReport) {
    let folder = try TemporaryFolder()
    try SafetensorsWriter(path: folder.file("model.safetensors")).write(
      try tensors.mapValues { try CheckpointTensor(shape: $0.shape, floats: $0.floats) })
    let checkpoint = try HuggingFaceCheckpoint(path: folder.path)
    let layout = checkpoint.layout(of: Self.bare)
    return try checkpoint.load(
      layout.parts.map { WantedParameter(name: $0.name, shape: $0.shape) },
      leavingOut: layout.neutral)
  }

  @Test func aStoredJointTensorIsTaken() throws {
    let stored = (shape: [6, 2], floats: (0..<12).map(Float.init))
    let (values, report) = try load([Self.attention + "self.qkv.weight": stored])
    #expect(values == [Self.attention + "self.qkv.weight": stored.floats])
    #expect(report.missing.map(\.name).allSatisfy { !$0.contains("attention.self") })
  }

  /// Only the parts that are there are loaded; the others are reported one by one.
  @Test func partsAreLoadedApart() throws {
    let key = Self.attention + "self.key.weight"
    let (values, report) = try load([key: ([2, 2], [1, 2, 3, 4])])
    #expect(values == [key: [1, 2, 3, 4]])
    #expect(report.missing.map(\.name).contains(Self.attention + "self.query.weight"))
  }

  @Test(arguments: [Float(0), 0.5]) func biasesWithoutAPlaceAreListed(value: Float) throws {
    let query = Self.attention + "self.query.bias"
    let report = try load([
      "cls.predictions.bias": ([3], [1, 2, 3]), query: ([2], [0, value]),
      Self.attention + "output.dense.bias": ([2], [0, 0]), "other.bias": ([1], [1]),
    ]).report
    #expect(report.unused == ["other.bias"])
    #expect(report.placeless.map(\.isNeutral) == [true, value == 0])
    let line = value == 0 ? "all zero, so nothing is lost" : "1 not zero, so it is another function"
    #expect(
      report.description.contains("the model has no place for 2 biases of the checkpoint: \(line)"))
    #expect(report.description.contains(query) == (value != 0))
    #expect(!report.description.contains("transform"))
  }

  @Test(arguments: [Float(1), 0.5]) func aTransformWithoutAPlaceIsListed(value: Float) throws {
    let report = try load([
      "cls.predictions.bias": ([3], [1, 2, 3]),
      "cls.predictions.transform.dense.weight": ([2, 2], [1, 0, 0, value]),
    ]).report
    #expect(report.unused == [])
    #expect(
      report.description.contains(
        value == 1 ? "head, which has neutral values" : "head: that head is another function"))
  }
}
