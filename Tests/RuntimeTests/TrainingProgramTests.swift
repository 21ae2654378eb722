import Bundle
import Compiler
import Foundation
import Foundations
import Frontend
import Interpreter
import Operations
import Recipe
import Runtime
import TestSupport
import Testing

/// Compiled training on the engine: against results of PyTorch, and against the interpreter where
/// dropout and replicas differ.
@Suite struct TrainingProgramTests {
  private static let small =
    [
      "bert_config.max_seq_length=16", "bert_config.max_predictions_per_seq=3",
      "bert_config.vocab_size=96", "bert_config.max_position_embeddings=32",
      "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
      "embedding_serialization_factor=4", "micro_batch_size=2", "replicas=2",
      "grad_acc_steps_per_replica=3", "total_num_train_samples=48",
    ] + OneStage.pretraining

  private func compilation(
    _ settings: [String], _ precision: Precision, _ variant: ModelVariant = .huggingFace,
    _ task: TrainingTask? = nil
  ) throws -> Compilation {
    var recipe = try Configuration.load(
      path: GoldenReference.root.appendingPathComponent("examples/pretrain_tiny.json").path,
      overrides: try settings.map { try Override(setting: $0) }, precision: precision
    ).recipe
    recipe.program.model.variant = variant
    if let task { recipe.program.task = task }
    return try Compilation(recipe)
  }

  private static let jointWithBias = ModelVariant(
    usesPredictionTransform: true, usesPredictionBias: false, usesQKVBias: true,
    splitsQKV: false, usesProjectionBias: true)

  private func inputs(weightUpdate: Int, rate: Float) -> [PortRole: HostTensor] {
    [
      .seed: HostTensor([2], [17, 0]), .weightUpdate: HostTensor([], [Int32(weightUpdate)]),
      .learningRate: HostTensor(TensorType([], .f32), [rate]),
      .lossScale: HostTensor(TensorType([], .f32), [16]),
    ]
  }

  /// The arguments of the training step.
  private func arguments(
    _ engine: Engine, _ state: ParameterState, weightUpdate: Int, rate: Float
  ) throws -> [HostTensor] {
    let inputs = inputs(weightUpdate: weightUpdate, rate: rate)
    var byPort: [Operations.Port: HostTensor] = [:]
    for argument in try engine.signature(of: "training_step").arguments {
      if let port = argument.port { byPort[port] = inputs[port.role] }
    }
    return try engine.arguments(of: "training_step", state: state, inputs: byPort)
  }

  @Test(
    .enabled(if: GoldenReference.isPresent, "needs ../shared/golden"),
    arguments: ["LAMB", "AdamW"])
  func threeWeightUpdates(optimizer: String) throws {
    let compilation = try compilation(
      GoldenReference.pretrainingSettings + ["optimizer_opts.name=\(optimizer)"], .fp32)
    let inputs = try GoldenReference.tensors("tiny_inputs")
    let program = compilation.program
    let engine = try Engine(program, threads: 2)
    let state = ParameterState(program, seed: 1)
    for (name, values) in try GoldenReference.tensors("tiny_weights") {
      let port = Operations.Port(name: name, role: .parameter)
      if state[port] != nil { try state.set(values, of: port) }
    }
    for update in 0..<3 {
      let step = try arguments(engine, state, weightUpdate: update, rate: 0.001)
      _ = try engine.run("training_step", step) { stream, _, microBatch, destination in
        let values = try #require(inputs["mb\(2 * update + microBatch).\(stream)"])
        let type = TensorType([values.count], .i32)
        let tensor = destination.count == type.byteCount ? HostTensor(type, values) : nil
        destination.copy(try #require(tensor))
      }
      guard update != 1 else { continue }
      let golden = try GoldenReference.tensors(
        "tiny_\(optimizer.lowercased())_gelu_new_const_step\(update + 1)")
      for port in state.ports where port.role == .parameter && !port.name.hasSuffix("key.bias") {
        let values = try #require(state.values(of: port)).map(Double.init)
        let distance = GoldenReference.relativeDistance(
          values, try #require(golden[port.name]))
        #expect(distance < 1e-5, "\(port.name) after \(update + 1)")
      }
    }
  }

  /// Two replicas with dropout: the same losses and parameters as the interpreter's, but for rounding;
  /// equal bits for 1 to 3 threads.
  @Test(arguments: [
    (Precision.fp32, ModelVariant.huggingFace, nil), (.fp16, .huggingFace, nil),
    (.fp32, .nestedDefault, nil), (.fp16, .nestedDefault, nil), (.fp32, jointWithBias, nil),
    (.fp32, .huggingFace, TrainingTask.sequenceClassification(.mnli)),
    (.fp32, .nestedDefault, TrainingTask.sequenceClassification(.stsb)),
  ])
  func replicasWithDropout(
    precision: Precision, variant: ModelVariant, task: TrainingTask?
  ) throws {
    let compilation = try compilation(Self.small, precision, variant, task)
    let program = compilation.program
    let streams = BatchStreams(compilation.recipe.program).all
    @Sendable func values(_ type: TensorType, _ stream: String, _ replica: Int, _ microBatch: Int)
      -> [Int32]
    {
      let bound = stream == "input_ids" ? 96 : stream.contains("positions") ? 16 : 2
      return (0..<type.count).map { index in
        let number = index * 7 + replica * 5 + microBatch * 3 + stream.utf8.count
        // As many of each would leave the classifier's bias a gradient of little but rounding.
        if stream.hasSuffix("labels") { return number % 3 == 0 ? 1 : 0 }
        return Int32(number % bound)
      }
    }
    var bits: [[UInt8]] = []
    for threads in 1...3 {
      let engine = try Engine(program, replicas: 2, threads: threads)
      #expect((engine.laneCount > 1) == (threads > 1))
      let state = ParameterState(program, seed: 3)
      let step = try arguments(engine, state, weightUpdate: 4, rate: 0.01)
      let before = step.map { Tensor($0.type, $0.values) }
      let results = try engine.run("training_step", step) {
        name, replica, microBatch, destination in
        let type = try #require(streams.first { $0.name == name }).type
        destination.copy(
          HostTensor(type, values(type, name, replica, microBatch).map(Float.init)))
      }
      let all = results.flatMap(\.bits)
      bits.append(all)
      guard threads == 1 else { continue }
      let interpreter = Interpreter(compilation.module, replicas: 2) { name, replica, microBatch in
        guard let stream = streams.first(where: { $0.name == name }) else {
          throw TesseraError(.internalError, code: .noInfeed, name)
        }
        return Tensor(
          stream.type, values(stream.type, name, replica, microBatch).map(Double.init))
      }
      let expected = try interpreter.run("training_step", before)
      for (element, (found, exact)) in zip(
        try engine.signature(of: "training_step").results, zip(results, expected))
      {
        let port = try #require(element.port)
        // Key biases have no gradient in truth: what rounding leaves is scaled up by the optimizer.
        if port.name.hasSuffix("key.bias") { continue }
        let distance = GoldenReference.relativeDistance(found.values, exact.values.map(Float.init))
        #expect(distance < (precision == .fp32 ? 1e-4 : 2e-2), "\(port.role) \(port.name)")
      }
    }
    #expect(bits.allSatisfy { $0 == bits[0] })
  }

  /// The state lies with the host alone, and frames overlap.
  @Test func arenaOfATrainingStep() throws {
    let compilation = try compilation(["replicas=1"], .fp32)
    let program = compilation.program
    let engine = try Engine(program)
    let parameters = program.parameters.reduce(0) { $0 + program.types[$1.type].byteCount }
    let values = program.values.indices.reduce(0) { $0 + program.type(of: $1).byteCount }
    #expect(engine.arenaByteCount * 3 < values)
    // The sum of the gradients, those of one micro-batch, and what is made on the way: most is the
    // table of 30,528 words, of which the last layer and the lookup have a gradient each.
    #expect(engine.arenaByteCount < 5 * parameters)
  }
}
