import Checkpoints
import Foundation
import Foundations
import Recipe
import Runtime
import TestSupport
import Testing
import Training

/// Checkpoints of other formats, other vocabularies and other configurations meet a bundle.
@Suite struct CheckpointLoadingTests {
  private static let words = "bert.embeddings.word_embeddings.weight"
  private static let bias = "cls.predictions.bias"

  private func values(_ name: String, of state: ParameterState) -> [Float]? {
    state.ports.first { $0.name == name && $0.role == .parameter }
      .flatMap { state.values(of: $0) }
  }

  private func compile(
    _ workspace: borrowing Workspace, words: Int = 40, _ more: [String] = []
  ) throws -> LoadedBundle {
    try? FileManager.default.removeItem(atPath: workspace.path + "/model.ipub")
    return try workspace.compile(
      "examples/pretrain_tiny.json",
      [
        "bert_config.max_seq_length=8", "bert_config.max_predictions_per_seq=2",
        "bert_config.vocab_size=\(words)", "bert_config.max_position_embeddings=16",
        "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
        "embedding_serialization_factor=4", "micro_batch_size=2", "replicas=1",
        "grad_acc_steps_per_replica=2", "total_num_train_samples=8",
      ] + OneStage.pretraining + more)
  }

  /// A checkpoint of the bundle's initial parameters, drawn from a seed.
  private func save(
    _ bundle: LoadedBundle, seed: UInt64, _ workspace: borrowing Workspace
  ) throws -> (state: ParameterState, path: String) {
    let state = ParameterState(bundle.program, seed: seed)
    let path = workspace.path + "/model.safetensors"
    _ = try state.save(to: path, overwrite: true)
    return (state, path)
  }

  private func write(_ configuration: String, _ workspace: borrowing Workspace) throws {
    try Data(configuration.utf8).write(
      to: URL(fileURLWithPath: workspace.path + "/config.json"))
  }

  @Test(arguments: ["converted.bin", "converted.h5", "converted"])
  func everyFormatLoads(name: String) throws {
    let workspace = try Workspace()
    let bundle = try compile(workspace)
    let (saved, path) = try save(bundle, seed: 5, workspace)
    let source = try HuggingFaceCheckpoint(path: path)
    let conversion = try CheckpointConversion(of: source)
    let output = workspace.path + "/" + name
    if let format = CheckpointFormat(ending: name) {
      try conversion.write(to: output, format: format, overwrite: false)
    } else {
      try HuggingFaceFolder(
        path: output, configuration: HuggingFaceConfiguration(bundle.recipe.program.model)
      ).write(conversion, from: source)
    }
    let loaded = ParameterState(bundle.program, seed: 6)
    let report = try loaded.load(checkpoint: output, model: bundle.recipe.program.model)
    #expect(report.missing == [] && report.unused == [] && report.warnings == [])
    for port in saved.ports where port.role == .parameter {
      #expect(saved.values(of: port) == loaded.values(of: port), "\(port.name)")
    }
  }

  @Test func aSmallerVocabularyKeepsInitialRows() throws {
    let workspace = try Workspace()
    let (saved, path) = try save(try compile(workspace, words: 40), seed: 5, workspace)
    let bundle = try compile(workspace, words: 44)
    let refused = #expect(throws: TesseraError.self) {
      _ = try ParameterState(bundle.program, seed: 6).load(checkpoint: path)
    }
    #expect(refused?.exitCode == .incompatible)
    #expect(
      refused?.diagnostics[0].remedies[0].text == "give --resize-vocabulary: 4 rows are added")
    let state = ParameterState(bundle.program, seed: 6)
    let initial = try #require(values(Self.words, of: state))
    _ = try state.load(checkpoint: path, resizesVocabulary: true)
    let stored = try #require(values(Self.words, of: saved))
    #expect(values(Self.words, of: state) == stored + initial[stored.count...])
    #expect(
      values(Self.bias, of: state)
        == (values(Self.bias, of: saved) ?? [])
        + [Float](repeating: HuggingFaceCheckpoint.unseenWordBias, count: 4))
  }

  @Test func aLargerVocabularyIsCut() throws {
    let workspace = try Workspace()
    let (saved, path) = try save(try compile(workspace, words: 44), seed: 5, workspace)
    let bundle = try compile(workspace, words: 40)
    let state = ParameterState(bundle.program, seed: 6)
    let report = try state.load(checkpoint: path, resizesVocabulary: true)
    #expect(values(Self.words, of: state) == values(Self.words, of: saved)?.dropLast(4 * 16))
    #expect(report.description.contains("the last 4 are cut"))
  }

  @Test(arguments: [
    (#"{"num_attention_heads": 4}"#, "num_attention_heads 4, the bundle 2"),
    (#"{"hidden_act": "relu", "num_attention_heads": 2}"#, "hidden_act relu"),
    (
      #"{"position_embedding_type": "relative_key", "num_attention_heads": 2}"#,
      "position_embedding_type relative_key"
    ),
  ])
  func anotherFunctionIsRefused(configuration: String, message: String) throws {
    let workspace = try Workspace()
    let bundle = try compile(workspace)
    let (_, path) = try save(bundle, seed: 5, workspace)
    try write(configuration, workspace)
    let error = #expect(throws: TesseraError.self) {
      _ = try ParameterState(bundle.program, seed: 6)
        .load(checkpoint: path, model: bundle.recipe.program.model)
    }
    #expect(error?.exitCode == .incompatible)
    #expect(error?.description.contains(message) == true)
    let checkpoint = try HuggingFaceCheckpoint(path: path)
    #expect(try CheckpointFit(checkpoint, bundle, resizesVocabulary: false).failure != nil)
  }

  @Test func nearlyTheSameFunctionIsAWarning() throws {
    let workspace = try Workspace()
    let bundle = try compile(workspace)
    let (_, path) = try save(bundle, seed: 5, workspace)
    try write(
      """
      {"num_attention_heads": 2, "num_hidden_layers": 2, "layer_norm_eps": 1e-5, "hidden_act": "gelu"}
      """, workspace)
    let report = try ParameterState(bundle.program, seed: 6)
      .load(checkpoint: path, model: bundle.recipe.program.model)
    #expect(report.warnings.count == 2)
    #expect(report.description.contains("--set bert_config.hidden_act=gelu"))
    #expect(report.description.contains("layer_norm_eps"))
  }
}
