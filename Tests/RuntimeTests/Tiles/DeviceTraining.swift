import Backend
import Bundle
import Compiler
import Foundations
import Frontend
import IPUTarget
import Operations
import Recipe
import Runtime
import TestSupport
import Testing
import TileProgram

/// A training that both devices run: one weight update of a configuration, from equal weights and data.
struct DeviceTraining: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// The configuration that the settings change.
  var path = "examples/pretrain_tiny.json"
  var settings: [String]
  var precision: Precision
  var variant = ModelVariant.huggingFace
  var system: IPUSystem

  /// The micro-model of other tests, on a few tiles.
  init(
    _ name: String, _ settings: [String] = [], precision: Precision = .fp32,
    variant: ModelVariant = .huggingFace, replicas: Int = 1, dropout: Double = 0, tiles: Int = 40
  ) {
    self.init(
      name,
      sizes: [
        "bert_config.max_seq_length=8", "bert_config.max_predictions_per_seq=2",
        "bert_config.vocab_size=64", "bert_config.max_position_embeddings=16",
        "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
        "bert_config.hidden_dropout_prob=\(dropout)",
        "bert_config.attention_probs_dropout_prob=\(dropout)", "replicas=\(replicas)",
        "embedding_serialization_factor=4", "total_num_train_samples=1000",
      ] + settings, precision: precision, variant: variant, tiles: tiles)
  }

  /// The tiny configuration with these settings.
  init(
    _ name: String, sizes: [String], precision: Precision,
    variant: ModelVariant = .huggingFace, tiles: Int? = nil
  ) {
    testDescription = name
    settings = sizes
    self.precision = precision
    self.variant = variant
    system = .bowPod16
    if let tiles { system.ipu.tiles = tiles }
  }

  /// What the devices are given: a program, and what tiles do.
  struct Compiled {
    var recipe: TrainingRecipe.Program
    var program: Program
    var tiles: TileProgram
  }

  func compiled() throws -> Compiled {
    var recipe = try Configuration.load(
      path: Checkout.path(path), overrides: try settings.map { try Override(setting: $0) },
      precision: precision
    ).recipe
    recipe.program.model.variant = variant
    let program = try Compilation(recipe).program
    let entry = try #require(
      program.functions.firstIndex { $0.name == EntryName.trainingStep })
    var costs = CostModel(
      system, replicas: recipe.program.replicas,
      ipusPerReplica: recipe.program.pipeline.ipusPerReplica)
    let tiles = TileProgram(
      lowering: program, entry: entry, costs: &costs,
      proportions: recipe.program.availableMemoryProportions)
    return Compiled(recipe: recipe.program, program: program, tiles: tiles)
  }

  /// The results that are farther apart than `limit`, relative to the model's (L2), with their distance.
  func differences(_ limit: Double) throws -> [String] {
    let compiled = try compiled()
    let findings = TileChecker.findings(of: compiled.tiles, ipu: system.ipu)
    guard findings.isEmpty else { return findings.map(\.description) }
    let replicas = compiled.recipe.replicas
    let model = try Engine(compiled.program, replicas: replicas, threads: 2)
    let tiles = try TileEngine(
      compiled.program, compiled.tiles, on: system, replicas: replicas, threads: 2)
    let expected = try compiled.run(model)
    let found = try compiled.run(tiles)
    return zip(expected, found).compactMap { expected, found in
      let distance = GoldenReference.relativeDistance(found.values, expected.values.map(Float.init))
      return distance <= limit ? nil : "\(expected.name) is \(distance) away"
    }
  }
}

extension DeviceTraining.Compiled {
  /// One weight update: names and values of results.
  func run(_ device: any Device) throws -> [(name: String, values: [Double])] {
    let signature = try device.signature(of: EntryName.trainingStep)
    let state = ParameterState(program, seed: 3)
    var generator = SplitMix64(seed: 11)
    // With second moments an update depends smoothly on its gradient. First moments of 0 become the
    // gradients, but for a factor. Biases of 0 would become numbers too small for f16.
    for port in state.ports {
      let count = try #require(state[port]).type.count
      let isZero = state.values(of: port)?.allSatisfy { $0 == 0 } ?? false
      let range: ClosedRange<Float>? =
        switch port.role {
        case .secondMoment: 0.0001...0.001
        case .parameter where isZero: -0.02...0.02
        default: nil
        }
      guard let range else { continue }
      try state.set((0..<count).map { _ in Float.random(in: range, using: &generator) }, of: port)
    }
    var inputs: [Operations.Port: HostTensor] = [:]
    for argument in signature.arguments {
      guard let port = argument.port else { continue }
      switch port.role {
      case .seed: inputs[port] = HostTensor([2], [17, 5])
      case .weightUpdate: inputs[port] = HostTensor([], [4])
      case .learningRate: inputs[port] = HostTensor(argument.type, [0.1])
      case .lossScale: inputs[port] = HostTensor(argument.type, [16])
      default: continue
      }
    }
    let streams = BatchStreams(recipe).all
    let arguments = try device.arguments(of: EntryName.trainingStep, state: state, inputs: inputs)
    let results = try device.run(EntryName.trainingStep, arguments) {
      name, replica, microBatch, destination in
      let type = try #require(streams.first { $0.name == name }).type
      destination.copy(HostTensor(type, batch(name, type, replica, microBatch)))
    }
    return zip(signature.results, results).compactMap { element, tensor in
      // Key biases have no gradient in truth: what is left of it is rounding.
      guard element.type.element.isFloat, element.port?.name.hasSuffix("key.bias") != true else {
        return nil
      }
      return (element.port.map { "\($0.role) \($0.name)" } ?? "a result", tensor.values)
    }
  }

  /// The tensor of a host stream: other numbers for each replica and micro-batch.
  private func batch(
    _ stream: String, _ type: TensorType, _ replica: Int, _ microBatch: Int
  ) -> [Float] {
    let length = recipe.sequenceLength
    let bound =
      switch stream {
      case "input_ids", "masked_lm_ids": recipe.model.vocabularySize
      case let name where name.contains("positions"): length
      default: 2
      }
    return (0..<type.count).map { index in
      let number = index * 7 + replica * 5 + microBatch * 3 + stream.utf8.count
      // The attention mask begins with ones.
      if stream == "attention_mask" { return index % length * 4 < length * 3 ? 1 : 0 }
      // As many of each would leave the classifier's bias a gradient of little but rounding.
      if stream.hasSuffix("labels") { return number % 3 == 0 ? 1 : 0 }
      return Float(number % bound)
    }
  }
}
