import Bundle
import Compiler
import Foundation
import Foundations
import Frontend
import GraphIR
import Operations
import Recipe
import Runtime
import TestSupport
import Testing

/// What made numbers that are not finite: in small programs, and in compiled training that is made to
/// overflow.
@Suite struct NonFiniteSearchTests {
  private static let half = TensorType([2, 3], .f16)
  private static let scale = Operations.Port(name: "loss_scale", role: .lossScale)
  private static let loss = Operations.Port(name: "loss", role: .loss)

  private func search(
    _ module: Module, _ arguments: [HostTensor], entry: String = "main", replicas: Int = 1,
    infeed: Infeed? = nil
  ) throws -> NonFiniteFinding? {
    try NonFiniteSearch(try program(module), replicas: replicas).run(
      entry, arguments, infeed: infeed)
  }

  private func made(_ finding: NonFiniteFinding?) throws -> MadeNumbers {
    guard case .operation(let made) = try #require(finding).cause else {
      throw TesseraError(.checkFailed, code: .numberNotFinite, "no operation: \(finding as Any)")
    }
    return made
  }

  // MARK: Small programs

  /// main(x) = sum((x · x) · 2), the products in a chain or not.
  private func squares(inChain: Bool) -> Module {
    module(
      function("main", [Self.half], ports: [nil], resultPorts: [Self.loss]) { f, a in
        func twice(_ f: inout Rewriter, _ x: ValueID) -> ValueID {
          f.multiply(f.multiply(x, x), f.splat(2, Self.half))
        }
        guard inChain else { return [f.sum(twice(&f, a[0]), axes: [0, 1])] }
        let results = f.fuse([a[0], f.splat(2, Self.half)]) { f, a in
          [f.multiply(f.multiply(a[0], a[0]), a[1])]
        }
        return [f.sum(results[0], axes: [0, 1])]
      })
  }

  @Test(arguments: [false, true]) func theFirstOperationIsFound(inChain: Bool) throws {
    let module = squares(inChain: inChain)
    let x = HostTensor(Self.half, [1, 2, 3, 4, 300, -6])
    let finding = try search(module, [x])
    let made = try made(finding)
    #expect(made.mnemonic == "tessera.multiply")
    #expect(made.operandMagnitudes == [300, 300])
    #expect(made.magnitudeWithoutLimit == 90_000)
    #expect(made.chain == (inChain ? ["tessera.multiply", "tessera.multiply"] : []))
    #expect(made.path == ["main"] && made.phase == .forward)
    #expect(finding?.index == [1, 1] && finding?.infinities == 1 && finding?.nans == 0)
    #expect(finding?.reached == [Self.loss])
    // 181² is below f16's largest number, 2 · 181² above.
    let next = try self.made(try search(module, [HostTensor(Self.half, [0, 0, 0, 0, 181, 0])]))
    #expect(next.operandMagnitudes == [32_768, 2])
    #expect(try search(module, [HostTensor(Self.half, [1, 2, 3, 4, 5, 6])]) == nil)
  }

  @Test func anInfinityThatVanishesIsNobodysCause() throws {
    // 1/0 is left out by the selection, as in LAMB's ratio; x · x is not.
    let type = TensorType([3], .f32)
    let module = module(
      function("main", [type], ports: [nil], resultPorts: [Self.loss]) { f, a in
        let ratio = f.divide(f.splat(1, type), a[0])
        let isZero = f.compare(.equal, a[0], f.splat(0, type))
        let safe = f.select(isZero, f.splat(1, type), ratio)
        return [f.sum(f.add(safe, f.multiply(a[0], a[0])), axes: [0])]
      })
    #expect(try search(module, [HostTensor(type, [0, 1, 2])]) == nil)
    let made = try made(try search(module, [HostTensor(type, [0, 1, 1e30])]))
    #expect(made.mnemonic == "tessera.multiply" && made.magnitudeWithoutLimit == nil)
  }

  @Test func aMaskOfInfinitiesIsNotBlamed() throws {
    let type = TensorType([1, 3], .f32)
    let mask = try TensorLiteral(type, [0, -.infinity, 0])
    func masked(_ body: (inout Rewriter, ValueID) -> ValueID) -> Module {
      module(
        function("main", [type], ports: [nil], resultPorts: [Self.loss]) { f, a in
          let constant = f.insert(.source(.constant(mask)), [])[0]
          return [f.sum(body(&f, f.add(a[0], constant)), axes: [0, 1])]
        })
    }
    let x = HostTensor(type, [1, 2, 3])
    #expect(try search(masked { $0.insert(.softmax(.softmax), [$1])[0] }, [x]) == nil)
    let difference = try made(try search(masked { $0.subtract($1, $1) }, [x]))
    #expect(difference.mnemonic == "tessera.subtract" && difference.readsInfiniteConstant)
    #expect(try search(masked { $1 }, [x])?.cause == .constants)
  }

  @Test func argumentsAreNamed() throws {
    let type = TensorType([4], .f32)
    let port = Operations.Port(name: "w", role: .parameter)
    let main = module(
      function("main", [type, type], ports: [port, nil], resultPorts: [Self.loss]) { f, a in
        [f.sum(f.multiply(a[0], a[1]), axes: [0])]
      })
    let program = try program(
      main, parameters: [.init(name: "w", type: type, initializer: .ones, randomStream: 0)])
    let finding = try NonFiniteSearch(program).run(
      "main", [HostTensor(type, [1, .nan, 3, .infinity]), HostTensor(type, [1, 1, 1, 1])])
    #expect(finding?.cause == .argument(port))
    #expect(finding?.index == [1] && finding?.nans == 1 && finding?.infinities == 1)
  }

  @Test func microBatchesAndReplicasAreCounted() throws {
    // Each replica sums x · x over 4 micro-batches; x is large for one of them.
    let type = TensorType([2], .f32)
    let replica = function("sums", []) { f, _ in
      f.repeat(count: 4, [f.splat(0, type)]) { f, _, carried in
        let x = f.insert(.source(.infeed(stream: "x", type)), [])[0]
        return [f.add(carried[0], f.multiply(x, x))]
      }
    }
    let module = module(
      replica,
      function("main", [], resultPorts: [Self.loss]) { f, _ in
        [f.sum(f.insert(.collective(.allReduceSum), f.call(replica, []))[0], axes: [0])]
      })
    let finding = try search(module, [], replicas: 3) { _, replica, microBatch, destination in
      let isLarge = replica == 1 && microBatch == 2
      destination.copy(HostTensor(type, [1, isLarge ? 1e20 : 2]))
    }
    let made = try made(finding)
    #expect(made.mnemonic == "tessera.multiply" && made.path == ["main", "sums"])
    #expect(made.microBatch == 2 && made.replica == 1)
  }

  @Test func aSumOverReplicasIsFound() throws {
    let type = TensorType([2], .f16)
    let replica = function("values", []) { f, _ in
      [f.insert(.source(.infeed(stream: "x", type)), [])[0]]
    }
    let module = module(
      replica,
      function("main", [], resultPorts: [Self.loss]) { f, _ in
        [f.insert(.collective(.allReduceSum), f.call(replica, []))[0]]
      })
    let finding = try search(module, [], replicas: 2) { _, replica, _, destination in
      destination.copy(HostTensor(type, [1, Float(40_000 + replica)]))
    }
    let made = try made(finding)
    #expect(made.mnemonic == "tessera.all_reduce_sum" && made.replica == nil)
    #expect(finding?.index == [1])
  }

  @Test func aSumOfGradientsHasTheNameOfItsParameter() throws {
    // g = f16(x · loss scale), 30,000 for each micro-batch: the third does not fit any more.
    let (type, single) = (TensorType([2], .f16), TensorType([2], .f32))
    let port = { Operations.Port(name: "encoder.layer.3.w", role: $0) }
    let sums = function("sums", [TensorType([], .f32)]) { f, a in
      f.repeat(count: 4, [f.splat(0, type)]) { f, _, carried in
        let x = f.insert(.source(.infeed(stream: "x", single)), [])[0]
        return [f.add(carried[0], f.convert(f.multiply(x, a[0]), to: .f16))]
      }
    }
    let update = function("update", [type, single, type]) { f, a in
      let next = f.add(a[1], f.convert(a[2], to: .f32))
      return [f.subtract(a[0], f.convert(next, to: .f16)), next]
    }
    let main = function(
      "main", [type, single, TensorType([], .f32)],
      ports: [port(.parameter), port(.firstMoment), Self.scale],
      resultPorts: [port(.parameter), port(.firstMoment)]
    ) { f, a in f.call(update, [a[0], a[1]] + f.call(sums, [a[2]])) }
    let program = try program(
      module(sums, update, main),
      parameters: [
        .init(name: "encoder.layer.3.w", type: type, initializer: .ones, randomStream: 0)
      ])
    let arguments = [
      HostTensor(type), HostTensor(single), HostTensor(TensorType([], .f32), [100]),
    ]
    let finding = try NonFiniteSearch(program).run("main", arguments) { _, _, _, destination in
      destination.copy(HostTensor(single, [300, 0]))
    }
    let made = try made(finding)
    #expect(made.mnemonic == "tessera.add" && made.phase == .backward && made.microBatch == 2)
    #expect(made.parameter == "encoder.layer.3.w" && made.layer == 3)
    #expect(made.magnitudeWithoutLimit == 90_000)
    #expect(finding?.reached == [port(.parameter), port(.firstMoment)])
  }

  // MARK: Compiled training

  private static let small =
    [
      "bert_config.max_seq_length=16", "bert_config.max_predictions_per_seq=3",
      "bert_config.vocab_size=96", "bert_config.max_position_embeddings=32",
      "bert_config.hidden_size=16", "bert_config.intermediate_size=32",
      "embedding_serialization_factor=4", "micro_batch_size=2", "replicas=2",
      "total_num_train_samples=96",
    ]
  private static let pipeline = small + ["grad_acc_steps_per_replica=6"]
  private static let oneStage =
    small + OneStage.pretraining + ["grad_acc_steps_per_replica=3"]

  private static let sharding = [
    "replicated_tensor_sharding=true", "min_remote_tensor_size=0",
  ]

  private struct Training {
    let program: Program
    let state: ParameterState
    private let streams: [(name: String, type: TensorType)]

    init(_ settings: [String], _ precision: Precision) throws {
      let recipe = try Configuration.load(
        path: GoldenReference.root.appendingPathComponent("examples/pretrain_tiny.json").path,
        overrides: try settings.map { try Override(setting: $0) }, precision: precision
      ).recipe
      let compilation = try Compilation(recipe)
      program = compilation.program
      streams = BatchStreams(recipe.program).all.map { ($0.name, $0.type) }
      state = ParameterState(program, seed: 3)
    }

    func finding(lossScale: Float = 16, threads: Int = 1) throws -> NonFiniteFinding? {
      let inputs: [PortRole: HostTensor] = [
        .seed: HostTensor([2], [17, 0]), .weightUpdate: HostTensor([], [0]),
        .learningRate: HostTensor(TensorType([], .f32), [0.001]),
        .lossScale: HostTensor(TensorType([], .f32), [lossScale]),
      ]
      let function = try #require(program.function(named: EntryName.trainingStep))
      // A weight update of its own, on a copy.
      let copy = state.copy()
      let arguments = try function.arguments.map { port in
        let port = try #require(port)
        return try #require(copy[port] ?? inputs[port.role])
      }
      return try NonFiniteSearch(program, replicas: 2, threads: threads).run(
        EntryName.trainingStep, arguments
      ) { stream, replica, microBatch, destination in
        let type = try #require(streams.first { $0.name == stream }).type
        let bound = stream == "input_ids" ? 96 : stream.contains("positions") ? 16 : 2
        let values = (0..<type.count).map {
          Float(($0 * 7 + replica * 5 + microBatch * 3 + stream.utf8.count) % bound)
        }
        destination.copy(HostTensor(type, values))
      }
    }

    /// Puts a value in place of a parameter's first.
    func set(_ value: Float, in name: String) throws {
      let port = Operations.Port(name: name, role: .parameter)
      var values = try #require(state.values(of: port))
      values[0] = value
      try state.set(values, of: port)
    }
  }

  @Test(arguments: [
    (pipeline, Precision.fp16), (oneStage, .fp32),
    (pipeline + sharding + ["optimizer_opts.name=LAMB"], .fp16),
  ])
  func aHealthyWeightUpdateHasNoFinding(settings: [String], precision: Precision) throws {
    #expect(try Training(settings, precision).finding() == nil)
  }

  /// The loss scale is no number of f16: the backward pass begins with an infinity.
  @Test(arguments: [pipeline, oneStage]) func lossScaleBeyondF16(settings: [String]) throws {
    let training = try Training(settings, .fp16)
    let finding = try training.finding(lossScale: 3e38)
    let made = try made(finding)
    #expect(made.phase == .backward && made.microBatch == 0 && made.replica == 0)
    #expect(made.mnemonic == "tessera.convert" && made.magnitudeWithoutLimit ?? 0 > 1e36)
    #expect(try training.finding(lossScale: 3e38, threads: 3) == finding)
  }

  /// Weights of a layer's first product that are too large: the sum of the product overflows.
  @Test(arguments: [pipeline, oneStage]) func weightsOfALayer(settings: [String]) throws {
    let training = try Training(settings, .fp16)
    let port = Operations.Port(
      name: "bert.encoder.layer.1.intermediate.dense.weight", role: .parameter)
    let count = try #require(training.state[port]).type.count
    try training.state.set([Float](repeating: 60_000, count: count), of: port)
    let bias = Operations.Port(
      name: "bert.encoder.layer.1.attention.output.LayerNorm.bias", role: .parameter)
    try training.state.set([Float](repeating: 1, count: 16), of: bias)
    let made = try made(try training.finding())
    #expect(made.layer == 1 && made.phase == .forward && made.microBatch == 0)
    #expect(made.mnemonic == "tessera.matmul" && made.replica == 0)
    #expect(made.parameter == port.name)
    #expect(made.path.first == "training_step")
    #expect(
      made.path.last == "encoder_layer (layer 1)"
        || made.path.last == "encoder_layer_forward (layer 1)")
    #expect(made.magnitudeWithoutLimit ?? 0 > 65_504)
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan]) func aLostParameter(value: Float) throws {
    let training = try Training(Self.pipeline, .fp16)
    let name = "bert.encoder.layer.0.output.dense.weight"
    try training.set(value, in: name)
    let finding = try training.finding()
    #expect(
      finding?.cause == .argument(Operations.Port(name: name, role: .parameter)))
    #expect(finding?.index == [0, 0])
  }

  /// A first moment whose correction by 1 − β₁ overflows; with sharding each replica has a part of it.
  @Test(arguments: [oneStage, oneStage + sharding]) func theOptimizer(settings: [String]) throws {
    let training = try Training(settings, .fp32)
    let name = "bert.encoder.layer.1.output.dense.weight"
    let port = try #require(
      training.state.ports.first { $0.name == name && $0.role == .firstMoment })
    let count = try #require(training.state[port]).type.count
    try training.state.set([Float](repeating: 3e38, count: count), of: port)
    let finding = try training.finding()
    let made = try made(finding)
    #expect(made.phase == .optimizer && made.microBatch == nil)
    #expect(made.replica == (port.isSharded ? 0 : nil))
    #expect(made.mnemonic == "tessera.divide" && !made.chain.isEmpty)
    #expect(made.parameter == name && made.layer == 1)
    #expect(finding?.reached == [Operations.Port(name: name, role: .parameter)])
  }
}
