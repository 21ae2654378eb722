import Bundle
import Compiler
import Foundation
import Foundations
import Frontend
import Operations
import Recipe
import Runtime
import TestSupport
import Testing
import Training

/// The guard around weight updates of a tiny model on the engine.
@Suite struct NumericsGuardTests {
  private static let settings =
    [
      "bert_config.max_seq_length=16", "bert_config.max_predictions_per_seq=3",
      "bert_config.vocab_size=96", "bert_config.max_position_embeddings=32",
      "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
      "embedding_serialization_factor=4", "micro_batch_size=2", "replicas=2",
      "grad_acc_steps_per_replica=3", "total_num_train_samples=48",
    ] + OneStage.pretraining

  private struct Training {
    let recipe: TrainingRecipe.Program
    let program: Program
    let engine: Engine
    let state: ParameterState
    private let streams: [(name: String, type: TensorType)]

    init(_ extra: [String] = []) throws {
      let path = GoldenReference.root.appendingPathComponent("examples/pretrain_tiny.json").path
      let recipe = try Configuration.load(
        path: path,
        overrides: try (NumericsGuardTests.settings + extra).map { try Override(setting: $0) },
        precision: .fp16
      ).recipe
      let compilation = try Compilation(recipe)
      self.recipe = recipe.program
      program = compilation.program
      streams = BatchStreams(recipe.program).all.map { ($0.name, $0.type) }
      engine = try Engine(program, replicas: 2, threads: 2)
      state = ParameterState(program, seed: 3)
    }

    func inputs(lossScale: Float) -> [Operations.Port: HostTensor] {
      let scalar = TensorType([], .f32)
      return [
        Operations.Port(name: "seed", role: .seed): HostTensor([2], [17, 0]),
        Operations.Port(name: "weight_update", role: .weightUpdate): HostTensor([], [4]),
        Operations.Port(name: "learning_rate", role: .learningRate): HostTensor(scalar, [0.001]),
        Operations.Port(name: "loss_scale", role: .lossScale): HostTensor(scalar, [lossScale]),
      ]
    }

    func infeed(
      _ stream: String, _ replica: Int, _ microBatch: Int,
      _ destination: UnsafeMutableRawBufferPointer
    ) throws {
      let type = try #require(streams.first { $0.name == stream }).type
      let bound = stream == "input_ids" ? 96 : stream.contains("positions") ? 16 : 2
      let values = (0..<type.count).map {
        Int32(($0 * 7 + replica * 5 + microBatch * 3 + stream.utf8.count) % bound)
      }
      values.withUnsafeBytes(destination.copyMemory(from:))
    }

    /// One weight update; its losses.
    func update(lossScale: Float) throws -> [(name: String, value: Double)] {
      let entry = EntryName.trainingStep
      let results = try engine.run(
        entry, try engine.arguments(of: entry, state: state, inputs: inputs(lossScale: lossScale)),
        infeed: infeed)
      return zip(try engine.signature(of: entry).results, results).compactMap { element, tensor in
        guard let port = element.port, port.role == .loss else { return nil }
        return (port.name, Double(tensor.floats[0]))
      }
    }

    /// Whether a weight update from the state that is kept is lost by a conversion.
    func mentionsConversion(_ numerics: NumericsGuard, lossScale: Float) throws -> Bool {
      guard let lost = numerics.lost(try update(lossScale: lossScale), state) else { return false }
      let error = try numerics.diagnose(
        lost, weightUpdate: 2, engine, state, inputs: inputs(lossScale: lossScale),
        infeed: infeed)
      return error.diagnostics.contains { $0.message.contains("tessera.convert") }
    }

    func bytes() -> [[UInt8]] {
      state.ports.map { port in state[port].map { Array($0.bytes) } ?? [] }
    }
  }

  @Test func aWeightUpdateThatOverflowsIsDiagnosedAndUndone() throws {
    let training = try Training()
    var numerics = try #require(
      try NumericsGuard(training.program, training.recipe, threads: 2, isOn: true))
    numerics.willUpdate(training.state)
    let first = try training.update(lossScale: 16)
    #expect(numerics.lost(first, training.state) == nil)
    numerics.willUpdate(training.state)
    let good = training.bytes()
    let losses = try training.update(lossScale: 3e38)
    let lost = try #require(numerics.lost(losses, training.state))
    guard case .state(let number) = lost else {
      Issue.record("the losses do not depend on the loss scale: \(lost)")
      return
    }
    #expect(!number.value.isFinite)
    let error = try numerics.diagnose(
      lost, weightUpdate: 2, training.engine, training.state,
      inputs: training.inputs(lossScale: 3e38), infeed: training.infeed)
    #expect(training.bytes() == good)
    #expect(error.exitCode == .checkFailed)
    let diagnostic = try #require(error.diagnostics.first)
    #expect(diagnostic.code == .numberNotFinite)
    #expect(
      diagnostic.message
        == "'tessera.convert' in the backward pass makes numbers that are not finite at weight update 2"
    )
    let text = diagnostic.description
    #expect(text.contains("in training_step › replica_gradients"))
    #expect(text.contains("micro-batch 0, replica 0"))
    #expect(text.contains("and f16 holds up to 65504.0"))
    let remedy = try #require(diagnostic.remedies.first).text
    let scale = try #require(
      remedy.split(separator: ":").first?.split(separator: " ").last.flatMap { Float(String($0)) })
    #expect(remedy == "lower loss_scaling from 3e+38 to \(scale): this result then fits f16")
    // With the suggested loss scale it does, with twice as much it does not.
    #expect(try !training.mentionsConversion(numerics, lossScale: scale))
    #expect(try training.mentionsConversion(numerics, lossScale: 2 * scale))
  }

  @Test func whatWasLostBeforeIsNamed() throws {
    let training = try Training()
    var numerics = try #require(
      try NumericsGuard(training.program, training.recipe, threads: 1, isOn: true))
    let port = Operations.Port(name: "bert.pooler.dense.bias", role: .parameter)
    try training.state.set([Float](repeating: .nan, count: 16), of: port)
    numerics.willUpdate(training.state)
    let losses = try training.update(lossScale: 16)
    let lost = try #require(numerics.lost(losses, training.state))
    guard case .loss = lost else {
      Issue.record("a loss is lost before the state is looked at: \(lost)")
      return
    }
    let error = try numerics.diagnose(
      lost, weightUpdate: 1, training.engine, training.state,
      inputs: training.inputs(lossScale: 16), infeed: training.infeed)
    #expect(
      error.diagnostics.first?.message
        == "parameter 'bert.pooler.dense.bias' has numbers that are not finite at weight update 1")
  }

  /// As where another device rounds differently: the same weight update has finite results here.
  @Test func whatDoesNotHappenAgainIsSaid() throws {
    let training = try Training()
    var numerics = try #require(
      try NumericsGuard(training.program, training.recipe, threads: 1, isOn: true))
    numerics.willUpdate(training.state)
    let error = try numerics.diagnose(
      .loss(name: "mlm_loss", value: .nan), weightUpdate: 1, training.engine, training.state,
      inputs: training.inputs(lossScale: 16), infeed: training.infeed)
    #expect(
      error.diagnostics.first?.message
        == "mlm_loss is nan, and no operation is found that makes it so at weight update 1")
  }

  @Test func theConfigurationMayInsist() throws {
    let training = try Training(["fp_exceptions=true"])
    #expect(
      errorCode {
        _ = try NumericsGuard(training.program, training.recipe, threads: 1, isOn: false)
      } == "numerics-guard-needed")
    let free = try Training()
    #expect(try NumericsGuard(free.program, free.recipe, threads: 1, isOn: false) == nil)
  }
}
