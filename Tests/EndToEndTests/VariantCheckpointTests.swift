import Checkpoints
import Compiler
import Datasets
import Foundation
import Frontend
import Recipe
import Runtime
import TestSupport
import Testing
import Training

/// Models that leave parts of BERT out, trained, saved under Hugging Face's names and loaded into others.
@Suite struct VariantCheckpointTests {
  private static let settings =
    [
      "bert_config.max_seq_length=8", "bert_config.max_predictions_per_seq=2",
      "bert_config.vocab_size=40", "bert_config.max_position_embeddings=16",
      "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
      "embedding_serialization_factor=4", "micro_batch_size=2", "replicas=1",
      "grad_acc_steps_per_replica=2", "total_num_train_samples=8",
    ] + OneStage.pretraining

  private static var jointWithTransform: ModelVariant {
    var variant = ModelVariant.nestedDefault
    variant.usesPredictionTransform = true
    return variant
  }

  /// Eight random samples.
  private func writeData(_ workspace: borrowing Workspace) throws {
    var generator = SplitMix64(seed: 3)
    var writer = try TFRecordWriter(path: workspace.dataPath + "/random.tfrecord")
    for _ in 0..<8 {
      func values(_ count: Int, _ range: ClosedRange<Int64>) -> Example.Feature {
        .integers((0..<count).map { _ in Int64.random(in: range, using: &generator) })
      }
      let features: [String: Example.Feature] = [
        "input_ids": values(8, 1...39), "input_mask": values(8, 1...1),
        "segment_ids": values(8, 0...1), "masked_lm_positions": values(2, 1...6),
        "masked_lm_ids": values(2, 1...39), "masked_lm_weights": .floats([1, 1]),
        "next_sentence_labels": values(1, 0...1),
      ]
      try writer.append(Example(features: features).encoded())
    }
    try writer.finish()
  }

  private func compile(
    _ variant: ModelVariant, in workspace: borrowing Workspace, precision: Precision = .fp32
  ) throws -> LoadedBundle {
    var recipe = try Configuration.load(
      path: Checkout.path("examples/pretrain_tiny.json"),
      overrides: try Self.settings.map { try Override(setting: $0) }, precision: precision
    ).recipe
    recipe.program.model.variant = variant
    let path = workspace.path + "/model.ipub"
    try? FileManager.default.removeItem(atPath: path)
    try Compilation(recipe).bundle(includesIR: false).write(to: path)
    return try LoadedBundle(path: path)
  }

  /// Outputs and gradients with the parameters of a checkpoint.
  private func evaluate(
    _ bundle: LoadedBundle, _ checkpoint: String, _ workspace: borrowing Workspace
  ) throws -> (outputs: SafetensorsFile, gradients: SafetensorsFile, report: EvaluationReport) {
    var options = EvaluationOptions(threads: 1)
    options.datasetDirectory = workspace.dataPath
    options.checkpoint = checkpoint
    options.outputsPath = workspace.path + "/outputs-\(UUID().uuidString).safetensors"
    options.gradientsPath = workspace.path + "/gradients-\(UUID().uuidString).safetensors"
    options.progress = .none
    let report = try Evaluation(bundle, options).run()
    return (
      try SafetensorsFile(path: try #require(options.outputsPath)),
      try SafetensorsFile(path: try #require(options.gradientsPath)), report
    )
  }

  private func expectEqual(
    _ found: SafetensorsFile, _ expected: SafetensorsFile, tolerance: Float, only names: [String]
  ) throws {
    for name in names {
      let values = try found.tensor(named: name).floats()
      let reference = try expected.tensor(named: name).floats()
      #expect(values.count == reference.count)
      let scale = max(1, GoldenReference.largest(reference))
      #expect(
        zip(values, reference).allSatisfy { abs($0 - $1) <= tolerance * scale }, "\(name)")
    }
  }

  /// Trained, saved, loaded, saved: equal bytes, and equal parameters.
  @Test(arguments: [Precision.fp32, .fp16])
  func theSameVariantReadsItsCheckpoint(precision: Precision) throws {
    let workspace = try Workspace()
    try writeData(workspace)
    let bundle = try compile(.nestedDefault, in: workspace, precision: precision)
    let trained = try workspace.train(bundle, run: "trained", steps: 2)
    let note = try #require(trained.checkpointNote)
    #expect(note.contains("as the model has none: 8 biases and the 4 tensors of the"))
    let file = try SafetensorsFile(path: trained.checkpointPath)
    #expect(!file.entries.contains { $0.name.contains("qkv") })
    #expect(file.entries.allSatisfy { $0.element == (precision == .fp16 ? .f16 : .f32) })

    let first = ParameterState(bundle.program, seed: 7)
    let report = try first.load(checkpoint: trained.checkpointPath)
    #expect(report.missing == [] && report.unused == [] && report.placeless.count == 12)
    #expect(report.description.contains("8 biases of the checkpoint: all zero"))
    let copy = workspace.path + "/copy.safetensors"
    _ = try first.save(to: copy, overwrite: false)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: copy))
        == Data(contentsOf: URL(fileURLWithPath: trained.checkpointPath)))
    let second = ParameterState(bundle.program, seed: 8)
    _ = try second.load(checkpoint: copy)
    for port in first.ports where port.role == .parameter {
      #expect(first.values(of: port) == second.values(of: port), "\(port.name)")
    }
    let joint = try #require(
      first.ports.first { $0.name == "bert.encoder.layer.1.attention.self.qkv.weight" })
    let parts = try ["query", "key", "value"].flatMap {
      try file.tensor(named: "bert.encoder.layer.1.attention.self.\($0).weight").floats()
    }
    #expect(first.values(of: joint) == parts)
  }

  /// Hugging Face's BERT computes the same from the file, as do its gradients.
  @Test func theFullModelReadsItToo() throws {
    let workspace = try Workspace()
    try writeData(workspace)
    let joint = try compile(Self.jointWithTransform, in: workspace)
    let trained = try workspace.train(joint, run: "trained", steps: 2)
    #expect(
      trained.checkpointNote
        == "written with neutral values, as the model has none: 8 biases")
    let full = try compile(.huggingFace, in: workspace)
    let expected = try evaluate(joint, trained.checkpointPath, workspace)
    let found = try evaluate(full, trained.checkpointPath, workspace)
    try expectEqual(
      found.outputs, expected.outputs, tolerance: 1e-6, only: expected.outputs.entries.map(\.name))
    #expect(expected.outputs.entries.contains { $0.name == "hidden_states.2" })
    for (loss, other) in zip(found.report.losses, expected.report.losses) {
      #expect(abs(loss.value - other.value) < 1e-6, "\(loss.name)")
    }
    // With dropout as in training, which has the same streams. No neutral tensor has a gradient.
    let names = expected.gradients.entries.map(\.name)
    #expect(names.contains { $0.hasSuffix("self.query.weight") })
    #expect(!names.contains { $0.contains("qkv") || $0.hasSuffix("query.bias") })
    #expect(found.gradients.entries.count == names.count + 8)
    try expectEqual(found.gradients, expected.gradients, tolerance: 1e-5, only: names)
  }

  /// Without the transform all but the masked-word head is the same function.
  @Test func theTransformIsSaidToDiffer() throws {
    let workspace = try Workspace()
    try writeData(workspace)
    let bare = try compile(.nestedDefault, in: workspace)
    let trained = try workspace.train(bare, run: "trained", steps: 2)
    #expect(trained.checkpointNote?.contains("still applies activation and layer norm") == true)
    let full = try compile(.huggingFace, in: workspace)
    let expected = try evaluate(bare, trained.checkpointPath, workspace).outputs
    let found = try evaluate(full, trained.checkpointPath, workspace).outputs
    let same = expected.entries.map(\.name).filter { $0 != "prediction_logits" }
    #expect(same.count == 5)
    try expectEqual(found, expected, tolerance: 1e-6, only: same)
    #expect(
      try found.tensor(named: "prediction_logits") != expected.tensor(named: "prediction_logits"))
  }

  /// A joint model takes the parts of a full checkpoint, and tells which biases it loses.
  @Test func aFullCheckpointLosesItsBiases() throws {
    let workspace = try Workspace()
    try writeData(workspace)
    let full = try compile(.huggingFace, in: workspace)
    let trained = try workspace.train(full, run: "trained", steps: 2)
    #expect(trained.checkpointNote == nil)
    let bare = try compile(Self.jointWithTransform, in: workspace)
    let state = ParameterState(bare.program, seed: 1)
    let report = try state.load(checkpoint: trained.checkpointPath)
    #expect(report.missing == [] && report.unused == [] && report.placeless.count == 8)
    #expect(report.description.contains("not zero, so it is another function"))

    // With their biases the joint tensors hold all of it.
    var variant = ModelVariant.huggingFace
    variant.splitsQKV = false
    let joint = try compile(variant, in: workspace)
    let expected = try evaluate(full, trained.checkpointPath, workspace)
    let found = try evaluate(joint, trained.checkpointPath, workspace)
    try expectEqual(
      found.outputs, expected.outputs, tolerance: 1e-6, only: expected.outputs.entries.map(\.name))
    let names = expected.gradients.entries.map(\.name)
    #expect(found.gradients.entries.map(\.name) == names)
    try expectEqual(found.gradients, expected.gradients, tolerance: 1e-5, only: names)
  }
}
