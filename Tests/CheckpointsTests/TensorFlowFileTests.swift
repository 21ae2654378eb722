import Checkpoints
import Foundation
import Foundations
import TestSupport
import Testing

@Suite struct TensorFlowFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static let entries = [
    CheckpointEntry(name: "bert.embeddings.LayerNorm.weight", shape: [3], element: .f16),
    CheckpointEntry(name: "bert.embeddings.position_embeddings.weight", shape: [4, 3]),
    CheckpointEntry(name: "bert.embeddings.word_embeddings.weight", shape: [5, 3]),
    CheckpointEntry(name: "bert.encoder.layer.11.attention.self.query.weight", shape: [2, 3]),
    CheckpointEntry(name: "cls.predictions.bias", shape: [5]),
    CheckpointEntry(name: "cls.predictions.transform.dense.weight", shape: [3, 2]),
    CheckpointEntry(name: "cls.seq_relationship.weight", shape: [2, 3]),
  ]

  private static func contents(_ entry: CheckpointEntry) throws(TesseraError) -> CheckpointTensor {
    entry.element == .f16
      ? try CheckpointTensor(shape: [3], element: .f16, bytes: [0, 0x3C, 0, 0xC0, 0, 0])
      : try CheckpointTensor(
        shape: entry.shape, floats: (0..<entry.shape.reduce(1, *)).map(Float.init))
  }

  private func write(_ name: String = "tf_model.h5") throws -> String {
    let path = folder.file(name)
    try TensorFlowWriter(path: path, model: "tf_bert_for_pre_training").write(
      Self.entries, contents: Self.contents)
    return path
  }

  @Test func whatIsWrittenIsRead() throws {
    let path = try write()
    let file = try openCheckpoint(path: path)
    #expect(file.format == .tensorflow)
    #expect(file.entries == Self.entries)
    for entry in Self.entries {
      #expect(try file.tensor(named: entry.name) == Self.contents(entry))
    }
    #expect(failure { _ = try write() }?.exit == .wouldOverwrite)
    #expect(failure { _ = try file.tensor(named: "x") }?.code == "checkpoint-tensor-missing")
    #expect(try folder.names == ["tf_model.h5"])
  }

  @Test(arguments: [
    (
      "bert/tf_bert_for_pre_training/bert/encoder/layer_._0/attention/self/query/kernel:0",
      "bert.encoder.layer.0.attention.self.query.weight", true
    ),
    (
      "bert/encoder/layer_._3/output/LayerNorm/gamma:0",
      "bert.encoder.layer.3.output.LayerNorm.weight", false
    ),
    ("bert/tf_bert_model_1/bert/pooler/dense/bias:0", "bert.pooler.dense.bias", false),
    (
      "mlm___cls/tf_bert_for_pre_training/bert/embeddings/word_embeddings/weight:0",
      "bert.embeddings.word_embeddings.weight", false
    ),
    (
      "bert/x/bert/embeddings/position_embeddings/embeddings:0",
      "bert.embeddings.position_embeddings.weight", false
    ),
    (
      "nsp___cls/tf_bert_for_pre_training/nsp___cls/seq_relationship/kernel:0",
      "cls.seq_relationship.weight", true
    ),
    (
      "mlm___cls/tf_bert_for_pre_training/mlm___cls/predictions/transform/LayerNorm/beta:0",
      "cls.predictions.transform.LayerNorm.bias", false
    ),
    (
      "qa_outputs/tf_bert_for_question_answering/qa_outputs/kernel:0", "qa_outputs.weight", true
    ),
    (
      "model_weights/bert/bert/embeddings/LayerNorm/beta:0", "bert.embeddings.LayerNorm.bias", false
    ),
  ])
  func namesOfTensorFlow(path: String, name: String, isTransposed: Bool) {
    let weight = TensorFlowNames.weight(path: path)
    #expect(weight?.name == name)
    #expect(weight?.isTransposed == isTransposed)
  }

  @Test(arguments: [
    "", "bert", "dropout_37", "optimizer_weights/bert/encoder/x/kernel:0", "embeddings",
  ])
  func otherPathsAreNoWeights(path: String) {
    #expect(TensorFlowNames.weight(path: path) == nil)
  }

  /// Every place that is written is found again under the same name.
  @Test func placesAndNamesAreInverse() {
    for entry in Self.entries {
      let place = TensorFlowNames.place(of: entry.name, rank: entry.shape.count)
      let found = place.flatMap { TensorFlowNames.weight(path: "\($0.layer)/model/\($0.path)") }
      #expect(found?.name == entry.name)
      #expect(found?.isTransposed == place?.isTransposed || entry.shape.count == 1)
    }
  }

  @Test func cutFilesAreErrors() throws {
    let whole = try bytes(at: try write())
    for length in stride(from: 8, to: whole.count - 1, by: 509) {
      let cut = try folder.write(Array(whole[..<length]), "cut.h5")
      #expect(failure { _ = try openCheckpoint(path: cut) }?.exit == .badData, "\(length)")
    }
  }
}
