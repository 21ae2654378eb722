import Bundle
import Compiler
import Foundations
import Frontend
import GraphIR
import Interpreter
import Operations
import Recipe
import TestSupport
import Testing

/// A training small enough for the interpreter: two encoder layers in three stages on two IPUs.
struct MicroModel: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let hasDropout: Bool
  private var settings: [String]
  private var precision: Precision
  private var variant: ModelVariant
  private var isClassification: Bool

  init(
    _ name: String, _ settings: [String] = [], precision: Precision = .fp16,
    variant: ModelVariant = .huggingFace, isClassification: Bool = false, replicas: Int = 1,
    dropout: Double = 0
  ) {
    testDescription = name
    hasDropout = dropout > 0
    self.precision = precision
    self.variant = variant
    self.isClassification = isClassification
    self.settings =
      [
        "bert_config.max_seq_length=8", "bert_config.max_predictions_per_seq=2",
        "bert_config.vocab_size=64", "bert_config.max_position_embeddings=16",
        "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
        "bert_config.hidden_dropout_prob=\(dropout)",
        "bert_config.attention_probs_dropout_prob=\(dropout)", "replicas=\(replicas)",
        "embedding_serialization_factor=4", "total_num_train_samples=1000",
      ] + settings
  }

  /// One of each: both precisions, both forms of the model, both optimizers, with and without
  /// dropout and a second replica.
  static let all = [
    MicroModel("fp32", precision: .fp32),
    MicroModel("fp16, dropout, replicas", replicas: 2, dropout: 0.1),
    MicroModel(
      "fp32, LAMB, dropout, replicas", ["optimizer_opts.name=LAMB"], precision: .fp32,
      replicas: 2, dropout: 0.1),
    MicroModel(
      "fp16, nested default, micro-batch of 2", ["micro_batch_size=2"],
      variant: .nestedDefault, dropout: 0.1),
  ]

  /// The training, compiled to the bundle's program.
  struct Compiled {
    var recipe: TrainingRecipe
    var module: Module
    var parameters: [Program.Parameter]
  }

  /// Compiles up to and including a phase, the first of its name.
  func compiled(upTo phase: String) throws -> Compiled {
    var recipe = try Configuration.load(
      path: Checkout.path("examples/pretrain_tiny.json"),
      overrides: try settings.map { try Override(setting: $0) }, precision: precision
    ).recipe
    recipe.program.model.variant = variant
    if isClassification {
      recipe.program.task = .sequenceClassification(.mrpc)
      recipe.program.pipeline.stages = [
        [.embeddings], [.encoderLayer, .encoderLayer], [.pooler, .classificationHead],
      ]
    }
    var found: Module?
    let compilation = try Compilation(recipe) { finished in
      if finished.name == phase { found = found ?? finished.module }
    }
    guard let module = found else {
      throw TesseraError(.internalError, code: .unknownPass, "no phase is called '\(phase)'")
    }
    let program = compilation.program
    let parameters = program.parameters.map { parameter in
      Program.Parameter(
        name: parameter.name, type: program.types[parameter.type],
        initializer: parameter.initializer, randomStream: parameter.randomStream)
    }
    return Compiled(recipe: recipe, module: module, parameters: parameters)
  }
}

extension MicroModel.Compiled {
  /// The arguments of an entry: random weights and moments, scalars of the run, and a micro-batch.
  func arguments(of function: Function) -> [Tensor] {
    var generator = SplitMix64(seed: 11)
    func random(_ type: TensorType, _ range: ClosedRange<Double>) -> Tensor {
      Tensor(type, (0..<type.count).map { _ in Double.random(in: range, using: &generator) })
    }
    return zip(function.argumentPorts, function.argumentTypes).map { port, type in
      switch port?.role {
      case .firstMoment: random(type, -0.01...0.01)
      case .secondMoment: random(type, 0.0001...0.001)
      case .learningRate: Tensor(type, splat: 0.01)
      case .lossScale: Tensor(type, splat: 16)
      case .seed: Tensor(type, [17, 5])
      case .weightUpdate, .microBatch: Tensor(type, splat: 4)
      case .replica: Tensor(type, splat: 1)
      case .batch: batch(port?.name ?? "", type, replica: 0, iteration: 0)
      case .parameter, .loss, .accuracy, .gradient, .output, nil: random(type, -0.4...0.4)
      }
    }
  }

  /// The tensor of a host stream: other numbers for each replica and iteration.
  func batch(_ stream: String, _ type: TensorType, replica: Int, iteration: Int) -> Tensor {
    let program = recipe.program
    let bound =
      switch stream {
      case "input_ids", "masked_lm_ids": program.model.vocabularySize
      case let name where name.contains("positions"): program.sequenceLength
      default: 2
      }
    return Tensor(
      type,
      (0..<type.count).map { index in
        let number = index * 7 + replica * 5 + iteration * 3 + stream.utf8.count
        // The attention mask begins with ones; the padding's id 0 occurs among the words.
        if stream == "attention_mask" { return index % program.sequenceLength < 6 ? 1 : 0 }
        return Double(number % bound)
      })
  }

  /// The tensors of the host streams, for the interpreter.
  var infeed: Interpreter.Infeed {
    let streams = BatchStreams(recipe.program).all
    return { name, replica, iteration in
      guard let stream = streams.first(where: { $0.name == name }) else {
        throw TesseraError(.internalError, code: .noInfeed, "no stream is called '\(name)'")
      }
      return batch(name, stream.type, replica: replica, iteration: iteration)
    }
  }
}
