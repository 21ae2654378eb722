import Compiler
import Foundations
import Frontend
import Interpreter
import Operations
import Recipe
import TestSupport
import Testing

/// The compiled graph, run by the interpreter in f32, against results of PyTorch.
@Suite struct GoldenInterpreterTests {
  private func compilation(
    _ config: String, _ settings: [String]
  ) throws -> Compilation {
    let loaded = try Configuration.load(
      path: Checkout.path(config),
      overrides: try settings.map { try Override(setting: $0) }, precision: .fp32)
    return try Compilation(loaded.recipe)
  }

  /// The tensors of micro-batch `number` by stream name.
  private func batch(
    _ number: Int, _ compilation: Compilation, _ inputs: [String: [Float]]
  ) throws -> [Tensor] {
    let names = [
      "start_positions": "qa_start_positions", "end_positions": "qa_end_positions",
    ]
    return try BatchStreams(compilation.recipe.program).all.map { stream in
      let name = "mb\(number).\(names[stream.name] ?? stream.name)"
      return Tensor(stream.type, floats: try #require(inputs[name]))
    }
  }

  private func weights(_ compilation: Compilation) throws -> [Tensor] {
    let golden = try GoldenReference.tensors("tiny_weights")
    return try compilation.parameters.map { parameter in
      Tensor(TensorType(parameter.shape, .f32), floats: try #require(golden[parameter.name]))
    }
  }

  private func scalar(_ value: Double, _ element: ElementType) -> Tensor {
    Tensor(TensorType([], element), splat: value)
  }

  @Test(
    .enabled(if: GoldenReference.isPresent, "needs ../shared/golden"),
    arguments: [
      (
        "examples/pretrain_tiny.json", GoldenReference.pretrainingSettings,
        "tiny_pretrain_gelu_new_mb0"
      ),
      (
        "configs/squad_base_checkpoint_path.json", GoldenReference.questionAnsweringSettings,
        "tiny_qa_gelu_mb0"
      ),
    ])
  func lossesGradientsAndOutputs(config: String, settings: [String], file: String) throws {
    let compilation = try compilation(config, settings)
    let golden = try GoldenReference.tensors(file)
    let inputs = try GoldenReference.tensors("tiny_inputs")
    let batch = try batch(0, compilation, inputs)
    let interpreter = Interpreter(compilation.module)
    let results = try interpreter.run(
      "gradients",
      try weights(compilation) + batch
        + [Tensor(TensorType([2], .i32), splat: 0), scalar(0, .i32), scalar(16, .f32)])
    let function = try #require(compilation.module["gradients"])
    for (port, tensor) in zip(function.resultPorts, results) {
      let port = try #require(port)
      // What the reference has no numbers of: `RuntimeTests` compares accuracies with the logits.
      guard port.role != .accuracy else { continue }
      let name = port.role == .loss ? "out.\(port.name)" : "grad.\(port.name)"
      check(port, tensor, try #require(golden[name]), tolerance: port.role == .loss ? 1e-5 : 1e-4)
    }
    let outputs = try interpreter.run("evaluation", try weights(compilation) + batch)
    let evaluation = try #require(compilation.module["evaluation"])
    for (port, tensor) in zip(evaluation.resultPorts, outputs) {
      let port = try #require(port)
      if let expected = golden["out.\(port.name)"] {
        check(port, tensor, expected, tolerance: 1e-5)
      }
    }
  }

  private func check(
    _ port: Port, _ tensor: Tensor, _ expected: [Float], tolerance: Double
  ) {
    #expect(tensor.values.count == expected.count, "\(port.name)")
    if port.role == .gradient && GoldenReference.largest(expected) < 1e-6 {
      // A gradient that is zero in truth: rounding noise, judged by its size alone.
      #expect(tensor.values.allSatisfy { abs($0) < 1e-6 }, "\(port.name)")
    } else {
      let distance = GoldenReference.relativeDistance(tensor.values, expected)
      #expect(distance < tolerance, "\(port.role) \(port.name)")
    }
  }

  @Test(
    .enabled(if: GoldenReference.isPresent, "needs ../shared/golden"),
    arguments: ["LAMB", "AdamW"])
  func threeWeightUpdates(optimizer: String) throws {
    let compilation = try compilation(
      "examples/pretrain_tiny.json",
      GoldenReference.pretrainingSettings + ["optimizer_opts.name=\(optimizer)"])
    let inputs = try GoldenReference.tensors("tiny_inputs")
    var state = try weights(compilation)
    let step = try #require(compilation.module["training_step"])
    for (port, type) in zip(step.argumentPorts, step.argumentTypes)
    where port?.role.isOptimizerState == true {
      state.append(Tensor(type, splat: 0))
    }
    for update in 0..<3 {
      let batches = try (0..<2).map { try batch(2 * update + $0, compilation, inputs) }
      let streams = BatchStreams(compilation.recipe.program).all
      let interpreter = Interpreter(compilation.module) { stream, _, microBatch in
        guard let index = streams.firstIndex(where: { $0.name == stream }) else {
          throw TesseraError(.internalError, code: .noInfeed, stream)
        }
        return batches[microBatch][index]
      }
      let results = try interpreter.run(
        "training_step",
        state + [
          Tensor(TensorType([2], .i32), splat: 0), scalar(Double(update), .i32),
          scalar(0.001, .f32), scalar(16, .f32),
        ])
      state = Array(results.prefix(state.count))
      guard update != 1 else { continue }
      let golden = try GoldenReference.tensors(
        "tiny_\(optimizer.lowercased())_gelu_new_const_step\(update + 1)")
      for (parameter, tensor) in zip(compilation.parameters, state)
      where !parameter.name.hasSuffix("key.bias") {
        let expected = try #require(golden[parameter.name])
        let distance = GoldenReference.relativeDistance(tensor.values, expected)
        #expect(distance < 1e-5, "\(parameter.name) after \(update + 1)")
      }
    }
  }
}
