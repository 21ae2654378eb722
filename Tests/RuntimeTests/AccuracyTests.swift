import Bundle
import Compiler
import Foundations
import Frontend
import GraphIR
import Operations
import Recipe
import Runtime
import TestSupport
import Testing

/// The accuracies that a training program reports, against those of the logits.
@Suite struct AccuracyTests {
  /// A metric, the logits it judges, their labels, and the label that does not count.
  typealias Metric = (name: String, logits: String, labels: String, ignored: Int32?)

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var task: TrainingTask
    var head: [StageLayer]
    var metrics: [Metric]
  }

  static let cases = [
    Case(
      testDescription: "pre-training", task: .pretraining(maximumPredictions: 3),
      head: [.encoderOutput, .pooler, .heads],
      metrics: [
        ("mlm_acc", "prediction_logits", "masked_lm_ids", 0),
        ("nsp_acc", "seq_relationship_logits", "next_sentence_labels", nil),
      ]),
    Case(
      testDescription: "question answering", task: .questionAnswering,
      head: [.questionAnsweringHead],
      metrics: [
        ("start_acc", "start_logits", "start_positions", nil),
        ("end_acc", "end_logits", "end_positions", nil),
      ]),
    Case(
      testDescription: "sequence classification", task: .sequenceClassification(.mnli),
      head: [.pooler, .classificationHead], metrics: [("glue_acc", "logits", "labels", nil)]),
  ]

  private static let microBatchSize = 4
  private static let replicas = 2

  /// A program of three stages on two IPUs.
  private func compilation(
    _ example: Case, _ precision: Precision = .fp32, dropout: Double = 0,
    reportsAccuracy: Bool = true
  ) throws -> Compilation {
    let settings = [
      "bert_config.max_seq_length=8", "bert_config.max_predictions_per_seq=3",
      "bert_config.vocab_size=96", "bert_config.max_position_embeddings=8",
      "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
      "bert_config.hidden_dropout_prob=\(dropout)",
      "bert_config.attention_probs_dropout_prob=\(dropout)",
      "embedding_serialization_factor=4", "micro_batch_size=\(Self.microBatchSize)",
      "replicas=\(Self.replicas)", "total_num_train_samples=480",
      "show_accuracy=\(reportsAccuracy)",
    ]
    var recipe = try Configuration.load(
      path: Checkout.path("examples/pretrain_tiny.json"),
      overrides: try settings.map { try Override(setting: $0) }, precision: precision
    ).recipe
    recipe.program.task = example.task
    recipe.program.pipeline.stages = [
      [.embeddings], [.encoderLayer, .encoderLayer], example.head,
    ]
    return try Compilation(recipe)
  }

  /// Parameters far enough from 0 that predictions differ.
  private func state(_ program: Program) throws -> ParameterState {
    let state = ParameterState(program, seed: 3)
    var generator = SplitMix64(seed: 7)
    for port in state.ports where port.role == .parameter {
      let count = try #require(state[port]).type.count
      try state.set(
        (0..<count).map { _ in Float.random(in: -0.4...0.4, using: &generator) }, of: port)
    }
    return state
  }

  /// The tensors of each micro-batch by stream.
  private func batches(_ compilation: Compilation, count: Int) -> [[String: HostTensor]] {
    var generator = SplitMix64(seed: 13)
    return (0..<count).map { _ in
      var batch: [String: HostTensor] = [:]
      for stream in BatchStreams(compilation.recipe.program).all {
        let range: ClosedRange<Int32> =
          switch stream.name {
          case "input_ids", "masked_lm_ids": 1...95
          case "attention_mask": 1...1
          case "token_type_ids", "next_sentence_labels": 0...1
          case "labels": 0...2
          default: 0...7
          }
        batch[stream.name] = HostTensor(
          stream.type.shape,
          (0..<stream.type.count).map { _ in Int32.random(in: range, using: &generator) })
      }
      return batch
    }
  }

  private func run(
    _ engine: Engine, _ entry: String, _ state: ParameterState,
    _ batch: [String: HostTensor] = [:], infeed: Infeed? = nil
  ) throws -> [Operations.Port: HostTensor] {
    let signature = try engine.signature(of: entry)
    var inputs: [Operations.Port: HostTensor] = [:]
    for argument in signature.arguments {
      guard let port = argument.port else { continue }
      switch port.role {
      case .batch: inputs[port] = batch[port.name]
      case .seed: inputs[port] = HostTensor([2], [17, 5])
      case .weightUpdate, .microBatch: inputs[port] = HostTensor([], [4])
      case .learningRate: inputs[port] = HostTensor(argument.type, [0.01])
      case .lossScale: inputs[port] = HostTensor(argument.type, [16])
      default: continue
      }
    }
    let arguments = try engine.arguments(of: entry, state: state, inputs: inputs)
    let results = try engine.run(entry, arguments, infeed: infeed)
    return Dictionary(
      uniqueKeysWithValues: try zip(signature.results, results).map {
        (try #require($0.port), $1)
      })
  }

  /// The share of labels that count whose logit is the highest of its row.
  private func accuracy(_ logits: [Float], _ labels: [Int32], ignoring ignored: Int32?) -> Double {
    let width = logits.count / labels.count
    let counted = labels.indices.filter { labels[$0] != ignored }
    let hits = counted.count { row in
      let own = logits[row * width + Int(labels[row])]
      return (row * width..<(row + 1) * width).allSatisfy { logits[$0] <= own }
    }
    return Double(hits) / Double(max(1, counted.count))
  }

  /// Labels of which about two thirds are what the model predicts, and a fifth does not count where a
  /// label may.
  private func labels(_ logits: [Float], _ count: Int, ignored: Int32?) -> [Int32] {
    let width = logits.count / count
    return (0..<count).map { row in
      if let ignored, row % 5 == 4 { return ignored }
      let columns = (ignored == nil ? 0 : 1)..<width
      let best = columns.max { logits[row * width + $0] < logits[row * width + $1] } ?? 0
      return Int32(row % 3 == 1 ? (best + 1) % width : best)
    }
  }

  /// Evaluation gives a micro-batch's accuracies, a weight update their means over all micro-batches of all
  /// replicas.
  @Test(arguments: cases) func weightUpdateGivesTheMeans(_ example: Case) throws {
    let compilation = try compilation(example)
    let engine = try Engine(compilation.program, replicas: Self.replicas, threads: 2)
    let count = compilation.recipe.program.accumulationCount * Self.replicas
    var batches = batches(compilation, count: count)
    var sums: [String: Double] = [:]
    for number in batches.indices {
      let state = try state(compilation.program)
      let before = try run(engine, EntryName.evaluation, state, batches[number])
      for metric in example.metrics {
        let logits = try #require(before[Port(name: metric.logits, role: .output)]).floats
        let tensor = try #require(batches[number][metric.labels])
        let labels = labels(logits, tensor.type.count, ignored: metric.ignored)
        batches[number][metric.labels] = HostTensor(tensor.type.shape, labels)
        sums[metric.name, default: 0] += accuracy(logits, labels, ignoring: metric.ignored)
      }
      let results = try run(engine, EntryName.evaluation, state, batches[number])
      for metric in example.metrics {
        let logits = try #require(results[Port(name: metric.logits, role: .output)]).floats
        let labels = try #require(batches[number][metric.labels]).integers
        let found = try #require(results[Port(name: metric.name, role: .accuracy)]).floats[0]
        let expected = accuracy(logits, labels, ignoring: metric.ignored)
        #expect(abs(Double(found) - expected) < 1e-6, "\(metric.name)")
      }
    }
    let streams = batches
    let results = try run(engine, EntryName.trainingStep, try state(compilation.program)) {
      stream, replica, microBatch, destination in
      let batch = streams[microBatch * Self.replicas + replica]
      destination.copy(try #require(batch[stream]))
    }
    #expect(results.keys.count { $0.role == .accuracy } == example.metrics.count)
    for metric in example.metrics {
      let found = try #require(results[Port(name: metric.name, role: .accuracy)]).floats[0]
      let expected = try #require(sums[metric.name]) / Double(count)
      #expect(abs(Double(found) - expected) < 1e-6, "\(metric.name)")
      #expect(expected > 0.2 && expected < 0.95, "\(metric.name) tells little")
    }
  }

  /// Equal logits are all the highest. Nothing is the highest of a row with a NaN, nor of no row.
  @Test func tiesNaNsAndNoLabel() throws {
    let compilation = try compilation(Self.cases[0])
    let engine = try Engine(compilation.program, replicas: Self.replicas, threads: 1)
    let state = try state(compilation.program)
    for port in state.ports where port.role == .parameter {
      try state.set(Array(repeating: 0, count: try #require(state[port]).type.count), of: port)
    }
    var batch = batches(compilation, count: 1)[0]
    func accuracies() throws -> [Float] {
      let results = try run(engine, EntryName.evaluation, state, batch)
      return try ["mlm_acc", "nsp_acc"].map {
        try #require(results[Port(name: $0, role: .accuracy)]).floats[0]
      }
    }
    #expect(try accuracies() == [1, 1])
    let bias = Operations.Port(name: "cls.predictions.bias", role: .parameter)
    try state.set((0..<96).map { $0 == 50 ? .nan : 0 }, of: bias)
    #expect(try accuracies() == [0, 1])
    try state.set(Array(repeating: 0, count: 96), of: bias)
    let labels = try #require(batch["masked_lm_ids"]).type
    batch["masked_lm_ids"] = HostTensor(labels.shape, Array(repeating: 0, count: labels.count))
    #expect(try accuracies() == [0, 1])
  }

  /// Without accuracies a weight update has none of their operations, and the same bits as with them. They
  /// are computed in the forward pass alone.
  @Test(arguments: [Precision.fp32, .fp16]) func nothingElseChanges(precision: Precision) throws {
    for example in Self.cases {
      let with = try compilation(example, precision, dropout: 0.1)
      let without = try compilation(example, precision, dropout: 0.1, reportsAccuracy: false)
      #expect(maxima(reachedFrom: EntryName.trainingStep, with.module) == example.metrics.count)
      #expect(maxima(reachedFrom: EntryName.trainingStep, without.module) == 0)
      #expect(maxima(reachedFrom: EntryName.gradients, without.module) == 0)
      #expect(
        maxima(reachedFrom: EntryName.evaluation, without.module) == example.metrics.count)

      let count = with.recipe.program.accumulationCount
      let streams = batches(with, count: count * Self.replicas)
      let results = try [with, without].map { compilation in
        let engine = try Engine(compilation.program, replicas: Self.replicas, threads: 2)
        return try run(engine, EntryName.trainingStep, try state(compilation.program)) {
          stream, replica, microBatch, destination in
          let batch = streams[microBatch * Self.replicas + replica]
          destination.copy(try #require(batch[stream]))
        }
      }
      let kept = results[0].filter { $0.key.role != .accuracy }
      #expect(results[0].count == kept.count + example.metrics.count)
      #expect(kept.count == results[1].count)
      for (port, tensor) in kept {
        #expect(results[1][port]?.bits == tensor.bits, "\(port.role) \(port.name)")
      }
    }
  }

  /// How many reductions to a maximum run, calls counted once.
  private func maxima(reachedFrom entry: String, _ module: Module) -> Int {
    var names = [entry]
    var next = 0
    while next < names.count {
      names += (module[names[next]]?.callees ?? []).filter { !names.contains($0) }
      next += 1
    }
    return names.compactMap { module[$0] }.reduce(0) { sum, function in
      sum
        + function.allOperations.count { id in
          if case .reduction(let family) = function[id].operation {
            family.function == .maximum
          } else {
            false
          }
        }
    }
  }
}
