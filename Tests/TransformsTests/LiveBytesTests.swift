import Bundle
import Compiler
import Foundations
import Frontend
import GraphIR
import Operations
import Runtime
import TestSupport
import Testing
import Transforms

/// The bytes that are counted, and how they fall.
@Suite struct LiveBytesTests {
  private func live(_ body: String, _ name: String = "f") throws -> LiveBytes {
    let module = try Module(parsing: "\"builtin.module\"() ({\n\(body)}) : () -> ()\n", file: "f")
    #expect(Verifier.violations(in: module) == [])
    var analysis = LiveBytesAnalysis(module)
    return analysis.liveBytes(of: try #require(module[name]))
  }

  private static let callee = """
      "func.func"() ({
      ^bb0(%arg0: tensor<4xf32>):
        %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 10, 4>} : (tensor<4xf32>) -> tensor<10x4xf32>
        %1 = "tessera.reduce_sum"(%0) {axes = array<i64: 0>} : (tensor<10x4xf32>) -> tensor<4xf32>
        "func.return"(%1) : (tensor<4xf32>) -> ()
      }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "inner"} : () -> ()

    """

  /// A reshape is another name; the elementwise result takes its dead operand's place; argument and
  /// result are counted apart.
  @Test func valuesAndPlaces() throws {
    let live = try live(
      """
        "func.func"() ({
        ^bb0(%arg0: tensor<4xf32>):
          %0 = "tessera.broadcast"(%arg0) {shape = array<i64: 3, 4>} : (tensor<4xf32>) -> tensor<3x4xf32>
          %1 = "tessera.reshape"(%0) {shape = array<i64: 12>} : (tensor<3x4xf32>) -> tensor<12xf32>
          %2 = "tessera.negate"(%1) : (tensor<12xf32>) -> tensor<12xf32>
          %3 = "tessera.constant"() {value = dense<1.0> : tensor<12xf32>} : () -> tensor<12xf32>
          %4 = "tessera.add"(%2, %3) : (tensor<12xf32>, tensor<12xf32>) -> tensor<12xf32>
          %5 = "tessera.reduce_sum"(%4) {axes = array<i64: 0>} : (tensor<12xf32>) -> tensor<f32>
          %6 = "tessera.negate"(%5) : (tensor<f32>) -> tensor<f32>
          "func.return"(%6) : (tensor<f32>) -> ()
        }) {function_type = (tensor<4xf32>) -> tensor<f32>, sym_name = "f"} : () -> ()

      """)
    #expect(live.argumentBytes == 16)
    #expect(live.resultBytes == 4)
    #expect(live.levels.map(\.during) == [48, 48, 48, 48, 48, 52, 4])
    #expect(live.levels.map(\.after) == [48, 48, 48, 48, 48, 4, 0])
    #expect(live.peak == 52)
    #expect(live.peakOperation == live.levels[5].operation)
  }

  /// A call needs its callee's 160 bytes for the wide value and 16 for the sum, which it returns, beside
  /// the 16 that are alive; so does each iteration of a repeat, beside the carried value.
  @Test func callsAndRepeats() throws {
    let called = try live(
      Self.callee + """
          "func.func"() ({
          ^bb0(%arg0: tensor<4xf32>):
            %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
            %1 = "func.call"(%0) {callee = @inner} : (tensor<4xf32>) -> tensor<4xf32>
            %2 = "tessera.add"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
            "func.return"(%2) : (tensor<4xf32>) -> ()
          }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "f"} : () -> ()

        """)
    #expect(called.levels.map(\.during) == [16, 192, 32])
    #expect(called.levels.map(\.after) == [16, 32, 0])
    let repeated = try live(
      Self.callee + """
          "func.func"() ({
          ^bb0(%arg0: tensor<4xf32>):
            %0 = "tessera.negate"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
            %1 = "tessera.repeat"(%0) ({
            ^bb1(%arg1: tensor<i32>, %arg2: tensor<4xf32>):
              %2 = "func.call"(%arg2) {callee = @inner} : (tensor<4xf32>) -> tensor<4xf32>
              "tessera.yield"(%2) : (tensor<4xf32>) -> ()
            }, {
            }) {count = 3 : i64} : (tensor<4xf32>) -> tensor<4xf32>
            "func.return"(%1) : (tensor<4xf32>) -> ()
          }) {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "f"} : () -> ()

        """)
    // In the block: the iteration's number, the carried value and the call; the carried value takes
    // the place of the first one.
    #expect(repeated.levels.map(\.during) == [16, 4 + 16 + 176])
    #expect(repeated.levels.map(\.after) == [16, 0])
  }

  /// No function's peak rises, and some fall.
  @Test(arguments: MicroModel.all)
  func theTrainingStepNeedsLess(model: MicroModel) throws {
    let compiled = try model.compiled(upTo: "dce")
    var module = compiled.module
    try Schedule.pass.run(on: &module)
    var (before, after) = (LiveBytesAnalysis(compiled.module), LiveBytesAnalysis(module))
    var gains: [Int] = []
    for function in compiled.module.functions {
      gains.append(before.peak(of: function.name) - after.peak(of: function.name))
    }
    #expect(gains.allSatisfy { $0 >= 0 } && gains.contains { $0 > 0 }, "\(gains)")
  }

  /// Nor does the memory that the engine plans grow.
  @Test func theDemoNeedsNoMoreMemory() throws {
    let recipe = try Configuration.load(
      path: Checkout.path("examples/demo.json"),
      overrides: try (OneStage.pretraining + ["enable_recomputation=false"]).map {
        try Override(setting: $0)
      },
      precision: .fp16
    ).recipe
    var unordered: Module?
    let compilation = try Compilation(recipe) { finished in
      if finished.name == "outline" { unordered = finished.module }
    }
    func arena(_ module: Module) throws -> Int {
      try Engine(Program(emitting: module, parameters: []), replicas: 1, threads: 1).arenaByteCount
    }
    let (before, after) = (try arena(try #require(unordered)), try arena(compilation.module))
    #expect(after <= before, "\(before) and \(after) bytes")
  }

  /// A block as large as BERT-Large without functions: valid, better, and quick.
  @Test func aLargeBlock() throws {
    var generator = SplitMix64(seed: 3)
    var rewriter = Rewriter(functionNamed: "large")
    var values = [rewriter.addArgument(TensorType([1], .f32))]
    for _ in 0..<25_000 {
      let recent = values.suffix(200)
      let one = recent[recent.startIndex + Int(generator.next() % UInt64(recent.count))]
      let other = recent[recent.startIndex + Int(generator.next() % UInt64(recent.count))]
      switch generator.next() % 3 {
      case 0:
        let width = 1 + Int(generator.next() % 500)
        let sum = rewriter.sum(one, axes: [0])
        values.append(rewriter.broadcast(sum, to: [width]))
      case 1: values.append(rewriter.unary(.tanh, one))
      default:
        values.append(
          rewriter.add(
            rewriter.sum(one, axes: [0]),
            rewriter.reshape(
              rewriter.sum(other, axes: [0]), [1])))
      }
    }
    rewriter.return([values[values.count - 1]])
    var module = Module()
    module.insert(rewriter.function)
    var (before, after) = (LiveBytesAnalysis(module), LiveBytesAnalysis(module))
    let clock = ContinuousClock()
    let time = try clock.measure { try Schedule.pass.run(on: &module) }
    after = LiveBytesAnalysis(module)
    #expect(Verifier.violations(in: module) == [])
    #expect(after.peak(of: "large") < before.peak(of: "large"))
    #expect(time < .seconds(3), "\(time)")
  }
}
