import Autodiff
import Foundations
import GraphIR
import Interpreter
import Operations
import TestSupport
import Testing

@Suite struct DifferentiationTests {
  private static let matrix = TensorType([3, 3], .f64)
  private static let scalar = TensorType([], .f64)

  /// `inner` is called twice by `outer`, which is called twice by `loss`.
  private static let nested: Module = {
    var module = Module()
    let inner = module.add("inner", [matrix, matrix]) { rewriter, arguments in
      let product = rewriter.matmul(arguments[0], arguments[1], partials: .f64)
      let half = rewriter.multiply(product, rewriter.scalar(0.5, .f64))
      let y = rewriter.unary(.tanh, half)
      return [rewriter.multiply(rewriter.unary(.exponential, y), half)]
    }
    let outer = module.add("outer", [matrix, matrix, matrix]) { rewriter, arguments in
      let first = rewriter.call(inner, [arguments[0], arguments[1]])[0]
      let second = rewriter.call(inner, [first, arguments[2]])[0]
      return [rewriter.add(second, arguments[0])]
    }
    module.add("loss", [matrix, matrix, matrix]) { rewriter, arguments in
      let first = rewriter.call(outer, arguments)[0]
      let second = rewriter.call(outer, [first, arguments[2], arguments[1]])[0]
      return [rewriter.sum(rewriter.multiply(second, second), axes: [0, 1]), second]
    }
    return module
  }()

  private func names(_ module: Module) -> [String] { module.functions.map(\.name) }

  @Test func callsAreDifferentiatedOnce() throws {
    var generator = SplitMix64(seed: 2)
    let arguments = (0..<3).map { _ in generator.tensor(Self.matrix, in: -0.5...0.5) }
    let module = try checkGradients(
      of: "loss", in: Self.nested, arguments, active: [true, true, true])
    #expect(
      names(module) == [
        "inner", "outer", "loss", "inner_forward", "inner_backward", "outer_forward",
        "outer_backward", "gradient",
      ])
    module.functions.forEach(expectNoUnreadOperation)
  }

  private func expectNoUnreadOperation(_ function: Function) {
    for id in function.allOperations where !function[id].operation.hasEffect {
      #expect(
        function[id].results.contains { !function[$0].uses.isEmpty },
        "\(function[id].operation.mnemonic) in @\(function.name) is not read")
    }
  }

  /// A first call with constant data needs no gradient for it, so that there are two variants.
  @Test func inactiveArgumentsMakeAVariant() throws {
    var generator = SplitMix64(seed: 3)
    let arguments = (0..<3).map { _ in generator.tensor(Self.matrix, in: -0.5...0.5) }
    let module = try checkGradients(
      of: "loss", in: Self.nested, arguments, active: [false, true, false])
    #expect(
      names(module) == [
        "inner", "outer", "loss", "inner_forward", "inner_backward", "inner_forward_2",
        "inner_backward_2", "outer_forward", "outer_backward", "inner_forward_3",
        "inner_backward_3", "outer_forward_2", "outer_backward_2", "gradient",
      ])
    let variant = try #require(module["inner_backward_3"])
    #expect(variant.results.count == 1)
  }

  @Test func derivativesAreFoundAgain() throws {
    var differentiation = Differentiation(Self.nested)
    let first = try differentiation.differentiate("inner", withRespectTo: [true, true])
    let count = differentiation.module.functions.count
    #expect(try differentiation.differentiate("inner", withRespectTo: [true, true]) == first)
    #expect(
      try differentiation.differentiate("inner", withRespectTo: [true, true], results: [true])
        == first)
    #expect(differentiation.module.functions.count == count)
    #expect(first.forward == "inner_forward")
    #expect(first.backward == "inner_backward")
    // Both arguments; the product's half, its tanh and the exponential; not the constant.
    #expect(
      first.residuals == [.argument(0), .argument(1), .result(1), .result(2), .result(3)])
    #expect(first.residualTypes == Array(repeating: Self.matrix, count: 5))
    #expect(first.activeArguments == [0, 1])
    #expect(first.resultsWithGradient == [0])
    let backward = try #require(differentiation.module["inner_backward"])
    #expect(backward.arguments.count == 6)
    #expect(
      backward.allOperations.contains {
        if case .source(.constant) = backward[$0].operation { true } else { false }
      })
  }

  /// What is an argument or a result already is not returned again; here the original serves.
  @Test func aFunctionWithoutFurtherResidualsIsItsOwnForward() throws {
    var module = Module()
    module.add("f", [Self.matrix]) { rewriter, arguments in
      [rewriter.unary(.tanh, rewriter.unary(.geluErf, arguments[0]))]
    }
    try module.addLoss(of: "f")
    var differentiation = Differentiation(module)
    let derivative = try differentiation.differentiate("f", withRespectTo: [true])
    #expect(derivative.forward == "f")
    #expect(derivative.backward == "f_backward")
    #expect(derivative.residuals == [.argument(0), .result(0)])
    #expect(differentiation.module["f_forward"] == nil)
    var generator = SplitMix64(seed: 4)
    try checkGradients(
      of: "loss", in: module, [generator.tensor(Self.matrix)], active: [true])
  }

  /// Only the results that the loss reads get gradients, and only the last of them here.
  @Test func resultsWithoutGradientAreDropped() throws {
    var module = Module()
    let pair = module.add("pair", [Self.matrix, Self.matrix]) { rewriter, arguments in
      [
        rewriter.unary(.exponential, arguments[0]),
        rewriter.multiply(arguments[0], arguments[1]), arguments[1],
      ]
    }
    module.add("loss", [Self.matrix, Self.matrix]) { rewriter, arguments in
      let results = rewriter.call(pair, arguments)
      return [rewriter.sum(rewriter.multiply(results[1], results[2]), axes: [0, 1]), results[0]]
    }
    var generator = SplitMix64(seed: 6)
    let arguments = [generator.tensor(Self.matrix), generator.tensor(Self.matrix)]
    let differentiated = try checkGradients(
      of: "loss", in: module, arguments, active: [true, true])
    // Two operands and two gradients.
    #expect(differentiated["pair_backward"]?.arguments.count == 4)
    try checkGradients(of: "loss", in: module, arguments, active: [true, false])
    try checkGradients(of: "loss", in: module, arguments, active: [false, true])
    try checkGradients(of: "loss", in: module, arguments, active: [false, false])
  }

  @Test func gradientsOfAllUsesAreAdded() throws {
    var module = Module()
    module.add("loss", [Self.matrix]) { rewriter, arguments in
      let x = arguments[0]
      let square = rewriter.multiply(x, x)
      let mixed = rewriter.matmul(x, square, transposesLeft: true, partials: .f64)
      let sums = [
        x, square, mixed, rewriter.unary(.tanh, x), rewriter.transpose(x, [1, 0]), x,
        rewriter.concatenate([x, x], axis: 0),
      ].map { rewriter.sum(rewriter.multiply($0, $0), axes: [0, 1]) }
      return [sums.dropFirst().reduce(sums[0]) { rewriter.add($0, $1) }]
    }
    var generator = SplitMix64(seed: 8)
    try checkGradients(of: "loss", in: module, [generator.tensor(Self.matrix)], active: [true])
  }

  @Test func argumentsWithoutInfluenceGetZeros() throws {
    var module = Module()
    let vector = TensorType([2], .f64)
    let side = module.add("side", [vector, vector]) { rewriter, arguments in
      [rewriter.multiply(arguments[0], arguments[0]), rewriter.unary(.negate, arguments[1])]
    }
    module.add("loss", [vector, vector, vector, TensorType([2], .i32)]) { rewriter, arguments in
      let results = rewriter.call(side, [arguments[0], arguments[1]])
      return [rewriter.sum(results[0], axes: [0]), results[1]]
    }
    let x = Tensor(vector, [1, 2])
    let module2 = try checkGradients(
      of: "loss", in: module, [x, x, x, Tensor(TensorType([2], .i32), integers: [1, 2])],
      active: [true, true, true, false])
    let results = try run(
      "gradient", of: module2,
      [x, x, x, Tensor(TensorType([2], .i32), integers: [1, 2]), Tensor(Self.scalar, [1])])
    #expect(results.suffix(3).map(\.values) == [[2, 4], [0, 0], [0, 0]])
  }

  /// A loss that is an argument, and one that does not depend on any active argument.
  @Test func trivialLosses() throws {
    var module = Module()
    module.add("loss", [Self.scalar, Self.scalar]) { _, arguments in [arguments[0]] }
    let arguments = [Tensor(Self.scalar, [2]), Tensor(Self.scalar, [3])]
    try checkGradients(of: "loss", in: module, arguments, active: [true, true])
    try checkGradients(of: "loss", in: module, arguments, active: [false, true])
  }

  /// A layer with everything that BERT has: called twice with other parameters, a random key, a mask.
  @Test func encoderLikeLayer() throws {
    let (rows, width, heads) = (4, 6, 2)
    let size = width / heads
    let x = TensorType([rows, width], .f64)
    let square = TensorType([width, width], .f64)
    let row = TensorType([width], .f64)
    let types = [
      x, square, square, square, row, row, row, TensorType([rows], .f64), TensorType([4], .i32),
      TensorType([], .i32),
    ]
    var module = Module()
    let layer = module.add("layer", types) { rewriter, a in
      func split(_ value: ValueID) -> ValueID {
        rewriter.transpose(rewriter.reshape(value, [rows, heads, size]), [1, 0, 2])
      }
      let query = split(
        rewriter.add(rewriter.matmul(a[0], a[1], transposesRight: true, partials: .f64), a[4]))
      let key = split(rewriter.matmul(a[0], a[2], transposesRight: true, partials: .f64))
      let value = split(rewriter.matmul(a[0], a[3], transposesRight: true, partials: .f64))
      let scores = rewriter.matmul(query, key, transposesRight: true, partials: .f64)
      let scaled = rewriter.multiply(scores, rewriter.scalar(1 / 3.0.squareRoot(), .f64))
      let masked = rewriter.add(scaled, rewriter.reshape(a[7], [1, 1, rows]))
      let weights = rewriter.insert(.softmax(.softmax), [masked])[0]
      let dropped = rewriter.insert(
        .random(.dropout(probability: 0.2)), [weights, a[8], a[9]])[0]
      let mixed = rewriter.matmul(dropped, value, partials: .f64)
      let joined = rewriter.reshape(rewriter.transpose(mixed, [1, 0, 2]), [rows, width])
      let activated = rewriter.unary(.geluTanh, joined)
      return [
        rewriter.insert(
          .normalization(.layerNorm(epsilon: 1e-6)), [rewriter.add(activated, a[0]), a[5], a[6]])[
            0]
      ]
    }
    module.add("loss", types + types.dropFirst()) { rewriter, a in
      let first = rewriter.call(layer, Array(a.prefix(types.count)))[0]
      let second = rewriter.call(layer, [first] + a.dropFirst(types.count))[0]
      let logits = rewriter.insert(.softmax(.logSoftmax), [second])[0]
      let labels = rewriter.constant(TensorType([rows], .i32), [0, 3, 2, 5])
      return [
        rewriter.unary(.negate, rewriter.sum(rewriter.selectColumns(logits, labels), axes: [0]))
      ]
    }
    var generator = SplitMix64(seed: 9)
    let arguments = (types + types.dropFirst()).enumerated().map { index, type in
      type.element.isFloat
        ? generator.tensor(type, in: -1...1)
        : Tensor(type, integers: (0..<type.count).map { Int32($0 + index) })
    }
    // The mask is data.
    let active = zip(types + types.dropFirst(), Array(0..<10) + Array(1..<10)).map {
      $0.element.isFloat && $1 != 7
    }
    let differentiated = try checkGradients(of: "loss", in: module, arguments, active: active)
    #expect(
      names(differentiated) == ["layer", "loss", "layer_forward", "layer_backward", "gradient"])
    differentiated.functions.forEach(expectNoUnreadOperation)
  }

  @Test func theSameModuleGivesTheSameText() throws {
    func text() throws -> String {
      var differentiation = Differentiation(Self.nested)
      try differentiation.gradient(
        of: "loss", newName: "gradient", lossResult: 0, withRespectTo: [true, false, true])
      return differentiation.module.text
    }
    #expect(try text() == text())
  }

  @Test func portsAreDropped() throws {
    var rewriter = Rewriter(functionNamed: "loss")
    let x = rewriter.addArgument(Self.scalar, port: Port(name: "w", role: .parameter))
    rewriter.return(
      [rewriter.unary(.exponential, x)], ports: [Port(name: "loss", role: .loss)])
    var module = Module()
    module.insert(rewriter.function)
    var differentiation = Differentiation(module)
    let function = try differentiation.gradient(
      of: "loss", newName: "step", lossResult: 0, withRespectTo: [true])
    #expect(!function.isEntry)
    #expect(function.argumentPorts.count == 2)
    #expect(function.resultPorts.count == 2)
    #expect(differentiation.module["step"]?.results.count == 2)
  }

  /// A repeat that needs no derivative stays as it is, with its region.
  @Test func inactiveRepeatIsCopied() throws {
    let module = try Module(parsing: repeatText(operand: "%arg1"), file: "repeat.mlir")
    var differentiation = Differentiation(module)
    try differentiation.gradient(
      of: "f", newName: "gradient", lossResult: 0, withRespectTo: [true, false])
    try expectValid(differentiation.module)
    #expect(differentiation.module.text.split(separator: "tessera.repeat").count == 3)
  }

  private func repeatText(operand: String) -> String {
    """
    "builtin.module"() ({
      "func.func"() ({
      ^bb0(%arg0: tensor<f64>, %arg1: tensor<f64>):
        %0 = "tessera.constant"() {value = dense<1.000000e+00> : tensor<f64>} : () -> tensor<f64>
        %1 = "tessera.repeat"(%0) ({
        ^bb0(%arg2: tensor<i32>, %arg3: tensor<f64>):
          %2 = "tessera.add"(%arg3, \(operand)) : (tensor<f64>, tensor<f64>) -> tensor<f64>
          "tessera.yield"(%2) : (tensor<f64>) -> ()
        }, {
        }) {count = 3 : i64} : (tensor<f64>) -> tensor<f64>
        %3 = "tessera.multiply"(%1, %arg0) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "func.return"(%3) : (tensor<f64>) -> ()
      }) {function_type = (tensor<f64>, tensor<f64>) -> tensor<f64>, sym_name = "f"} : () -> ()
    }) : () -> ()
    """
  }

  @Test func operationsWithoutDerivativeAreNamed() throws {
    func expect(
      _ mnemonic: String, _ types: [TensorType],
      _ body: (inout Rewriter, [ValueID]) -> ValueID
    ) {
      var module = Module()
      module.add("f", types) { rewriter, arguments in [body(&rewriter, arguments)] }
      expectFailure(of: "f", in: module, types.map(\.element.isFloat), "'\(mnemonic)' in @f")
    }
    let vector = TensorType([2], .f64)
    expect("tessera.all_reduce_sum", [vector]) { $0.insert(.collective(.allReduceSum), $1)[0] }
    expect("tessera.remote_load", [vector.placed(in: .streaming)]) { $0.load($1[0]) }
    expect("tessera.tanh_gradient", [vector, vector]) { $0.binary(.tanhGradient, $1[0], $1[1]) }
    expect("tessera.softmax_gradient", [vector, vector]) {
      $0.insert(.softmax(.softmaxGradient), $1)[0]
    }
    expect("tessera.layer_norm", [TensorType([2, 2], .f64), vector, vector]) {
      $0.insert(.normalization(.layerNorm(epsilon: 0.1)), $1)[1]
    }
    expect("tessera.fuse", [vector]) { rewriter, arguments in
      rewriter.fuse(arguments) { [$0.unary(.tanh, $1[0])] }[0]
    }
    // The active argument is read inside the region only.
    let text = repeatText(operand: "%arg1")
    let module = try Module(parsing: text, file: "repeat.mlir")
    expectFailure(of: "f", in: module, [false, true], "'tessera.repeat' in @f")
  }

  private func expectFailure(
    of name: String, in module: Module, _ active: [Bool], _ message: String
  ) {
    let error = #expect(throws: TesseraError.self) {
      var differentiation = Differentiation(module)
      _ = try differentiation.differentiate(name, withRespectTo: active)
    }
    #expect(error?.exitCode == .internalError)
    #expect(error?.diagnostics.first?.code.rawValue == "not-differentiable")
    #expect(
      error?.diagnostics.first?.message.contains(message) == true, "\(String(describing: error))")
  }

  @Test func misuseIsATypedError() throws {
    var module = Self.nested
    module.add("integer", [TensorType([], .i32)]) { _, arguments in arguments }
    expectFailure(of: "integer", in: module, [true], "argument 0 of @integer")
    func expectInvalid(_ body: (inout Differentiation) throws -> Void) {
      let error = #expect(throws: TesseraError.self) {
        var differentiation = Differentiation(module)
        try body(&differentiation)
      }
      #expect(error?.diagnostics.first?.code.rawValue == "invalid-differentiation")
    }
    let all = [true, true, true]
    expectInvalid { _ = try $0.differentiate("nothing", withRespectTo: []) }
    expectInvalid { _ = try $0.differentiate("inner", withRespectTo: [true]) }
    expectInvalid { _ = try $0.differentiate("inner", withRespectTo: [true, true], results: []) }
    expectInvalid {
      try $0.gradient(of: "loss", newName: "outer", lossResult: 0, withRespectTo: all)
    }
    expectInvalid {
      try $0.gradient(of: "loss", newName: "step", lossResult: 2, withRespectTo: all)
    }
  }
}
