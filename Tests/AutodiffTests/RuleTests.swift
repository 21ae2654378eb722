import Autodiff
import Foundations
import GraphIR
import Interpreter
import Operations
import TestSupport
import Testing

/// Each operation's rule against central differences in f64; and in f16, where the types must fit.
@Suite struct RuleTests {
  /// Checks one operation on random operands; integers are given.
  private func check(
    _ operation: Operation, _ shapes: [[Int]], in range: ClosedRange<Double> = -2...2,
    leading: [Tensor] = [], trailing: [Tensor] = []
  ) throws {
    var generator = SplitMix64(seed: 5)
    func module(_ element: ElementType) throws -> (Module, [TensorType]) {
      let types =
        leading.map(\.type) + shapes.map { TensorType($0, element) } + trailing.map(\.type)
      var module = Module()
      module.add("f", types) { rewriter, arguments in
        // The first result: a layer normalisation's statistics have no derivative.
        [rewriter.insert(operation, arguments)[0]]
      }
      try module.addLoss(of: "f")
      return (module, types)
    }
    let (wide, types) = try module(.f64)
    let floats = types.filter(\.element.isFloat).map { generator.tensor($0, in: range) }
    let active = types.map(\.element.isFloat)
    try checkGradients(of: "loss", in: wide, leading + floats + trailing, active: active)

    var narrow = Differentiation(try module(.f16).0)
    try narrow.gradient(of: "loss", newName: "gradient", lossResult: 0, withRespectTo: active)
    try expectValid(narrow.module)
  }

  @Test(arguments: Elementwise.Unary.allCases)
  func unary(_ function: Elementwise.Unary) throws {
    let range: ClosedRange<Double>
    switch function {
    case .logarithm, .squareRoot: range = 0.25...2
    case .negate, .exponential, .exponentialMinusOne, .tanh, .geluTanh, .geluErf: range = -2...2
    }
    try check(.elementwise(.unary(function)), [[2, 3]], in: range)
  }

  private static let broadcasts: [([Int], [Int])] = [
    ([2, 3], [2, 3]), ([2, 3], [3]), ([3], [2, 3]), ([2, 3], []), ([], [2]), ([2, 1], [1, 3]),
    ([2, 1, 3], [4, 1]), ([1, 1], [2, 3]), ([1], [1, 1, 1]),
  ]

  @Test(arguments: Elementwise.Binary.allCases)
  func binary(_ function: Elementwise.Binary) throws {
    let operation = Operation.elementwise(.binary(function))
    switch function {
    case .add, .subtract, .multiply, .maximum:
      for (a, b) in Self.broadcasts { try check(operation, [a, b]) }
    case .divide:
      for (a, b) in Self.broadcasts { try check(operation, [a, b], in: 0.5...2) }
    case .tanhGradient, .geluTanhGradient, .geluErfGradient:
      #expect(throws: TesseraError.self) { try check(operation, [[2], [2]]) }
    }
  }

  @Test func maximumOfEqualOperandsIsTheFirst() throws {
    var module = Module()
    module.add("loss", [TensorType([2], .f64), TensorType([2], .f64)]) { rewriter, arguments in
      [rewriter.sum(rewriter.maximum(arguments[0], arguments[1]), axes: [0])]
    }
    let a = Tensor(TensorType([2], .f64), [1, 2])
    let gradients = try gradients(of: module, [a, a])
    #expect(gradients.map(\.values) == [[1, 1], [0, 0]])
  }

  @Test func select() throws {
    let condition = Tensor(TensorType([2, 3], .i1), [1, 0, 0, 1, 1, 0])
    let row = Tensor(TensorType([1, 3], .i1), [1, 0, 1])
    try check(.elementwise(.select), [[2, 3], [2, 3]], leading: [condition])
    try check(.elementwise(.select), [[3], [2, 1]], leading: [condition])
    try check(.elementwise(.select), [[2, 1], []], leading: [row])
    try check(.elementwise(.select), [[], [1]], leading: [row])
  }

  /// Truth values carry no gradient: that of |x| as a selection comes from its branches alone.
  @Test(arguments: Elementwise.Comparison.allCases)
  func comparison(_ comparison: Elementwise.Comparison) throws {
    var module = Module()
    let type = TensorType([4], .f64)
    module.add("loss", [type, type]) { rewriter, arguments in
      let (x, y) = (arguments[0], arguments[1])
      let isChosen = rewriter.compare(comparison, x, y)
      let chosen = rewriter.select(isChosen, rewriter.multiply(x, y), rewriter.unary(.negate, x))
      return [rewriter.sum(chosen, axes: [0])]
    }
    let arguments = [Tensor(type, [1, -2, 0.5, 3]), Tensor(type, [0.5, 1, 2, -1])]
    try checkGradients(of: "loss", in: module, arguments, active: [true, true])
  }

  /// The function is linear; with these operands and this step every number is exact in f16.
  @Test(arguments: [ElementType.f16, .f32, .f64], [ElementType.f16, .f32, .f64])
  func conversion(_ source: ElementType, _ target: ElementType) throws {
    var module = Module()
    let type = TensorType([3], source)
    module.add("loss", [type]) { rewriter, arguments in
      let x = rewriter.insert(.elementwise(.convert(target)), arguments)[0]
      return [rewriter.sum(rewriter.multiply(x, rewriter.scalar(0.5, target)), axes: [0])]
    }
    try checkGradients(
      of: "loss", in: module, [Tensor(type, [1, -0.5, 0.25])], active: [true], step: 0.125)
  }

  /// Integers end the dependence: what is computed from a truncated number has no gradient.
  @Test func conversionToIntegersHasNoGradient() throws {
    var module = Module()
    let type = TensorType([2], .f64)
    module.add("loss", [type]) { rewriter, arguments in
      let whole = rewriter.convert(rewriter.convert(arguments[0], to: .i32), to: .f64)
      return [rewriter.sum(rewriter.multiply(whole, arguments[0]), axes: [0])]
    }
    let gradient = try gradients(of: module, [Tensor(type, [1.5, -2.5])])
    #expect(gradient.map(\.values) == [[1, -2]])
  }

  @Test func movement() throws {
    try check(.movement(.reshape([3, 2])), [[2, 3]])
    try check(.movement(.reshape([])), [[1, 1]])
    try check(.movement(.transpose([1, 0])), [[2, 3]])
    try check(.movement(.transpose([2, 0, 1])), [[2, 3, 4]])
    try check(.movement(.broadcast([2, 3])), [[3]])
    try check(.movement(.broadcast([4, 2, 3])), [[2, 1]])
    try check(.movement(.broadcast([2])), [[]])
    try check(.movement(.slice(starts: [1, 0], shape: [2, 2])), [[3, 4]])
    try check(.movement(.pad(starts: [1, 2], shape: [4, 5])), [[2, 2]])
    try check(.movement(.concatenate(axis: 0)), [[2, 2], [1, 2]])
    try check(.movement(.concatenate(axis: 1)), [[2, 1], [2, 3], [2, 2]])
  }

  @Test(arguments: Reduction.Function.allCases)
  func reduction(_ function: Reduction.Function) throws {
    for axes in [[0], [1], [2], [0, 2], [0, 1, 2], []] {
      try check(.reduction(Reduction(function, axes: axes)), [[2, 3, 4]])
    }
  }

  @Test func equalMaximaShareTheGradient() throws {
    var module = Module()
    let type = TensorType([2, 3], .f64)
    module.add("loss", [type]) { rewriter, arguments in
      let maxima = rewriter.insert(.reduction(Reduction(.maximum, axes: [1])), arguments)[0]
      return [rewriter.sum(maxima, axes: [0])]
    }
    let gradient = try gradients(of: module, [Tensor(type, [2, 1, 2, 0, 3, 1])])
    #expect(gradient.map(\.values) == [[0.5, 0, 0.5, 0, 1, 0]])
  }

  @Test(arguments: [false, true], [false, true])
  func contraction(transposesLeft: Bool, transposesRight: Bool) throws {
    let operation = Operation.contraction(
      Contraction(
        transposesLeft: transposesLeft, transposesRight: transposesRight, partials: .f64))
    let left = transposesLeft ? [3, 2] : [2, 3]
    let right = transposesRight ? [4, 3] : [3, 4]
    for batch in [[], [2], [2, 3]] { try check(operation, [batch + left, batch + right]) }
  }

  @Test(arguments: [ElementType.f16, .f32])
  func contractionKeepsPartials(_ partials: ElementType) throws {
    var module = Module()
    module.add("f", [TensorType([2, 3], .f16), TensorType([3, 4], .f16)]) { rewriter, arguments in
      [rewriter.matmul(arguments[0], arguments[1], partials: partials)]
    }
    var differentiation = Differentiation(module)
    let derivative = try differentiation.differentiate("f", withRespectTo: [true, true])
    let backward = try #require(differentiation.module[derivative.backward])
    let products = backward.allOperations.compactMap { id in
      if case .contraction(let product) = backward[id].operation { product } else { nil }
    }
    #expect(products.map(\.partials) == [partials, partials])
    #expect(backward.allOperations.count == 3)
  }

  @Test func indexing() throws {
    let indices = Tensor(TensorType([4], .i32), integers: [2, 0, 2, 1])
    try check(.indexing(.gatherRows()), [[3, 2]], trailing: [indices])
    try check(.indexing(.scatterAddRows(rows: 3)), [[4, 2]], leading: [indices])
    try check(.indexing(.selectColumns), [[4, 3]], trailing: [indices])
    try check(.indexing(.placeColumns(columns: 3)), [[4]], leading: [indices])
  }

  /// As `padding_idx` of PyTorch: row 0 is read and gets no gradient.
  @Test func paddingHasNoGradient() throws {
    var module = Module()
    module.add("f", [TensorType([2, 1], .f32), TensorType([3], .i32)]) { rewriter, arguments in
      let rows = rewriter.gatherRows(arguments[0], arguments[1], paddingIndex: 0)
      return [rewriter.sum(rows, axes: [0, 1])]
    }
    var differentiation = Differentiation(module)
    try differentiation.gradient(
      of: "f", newName: "g", lossResult: 0, withRespectTo: [true, false])
    let results = try Interpreter(differentiation.module).run(
      "g",
      [
        Tensor(TensorType([2, 1], .f32), floats: [5, 7]),
        Tensor(TensorType([3], .i32), integers: [0, 1, 1]), Tensor(TensorType([], .f32), splat: 1),
      ])
    #expect(results.map(\.values) == [[19], [0, 2]])
  }

  @Test(arguments: Softmax.allCases)
  func softmax(_ function: Softmax) throws {
    switch function {
    case .softmax, .logSoftmax:
      try check(.softmax(function), [[2, 4]])
      try check(.softmax(function), [[2, 3, 2]])
    case .softmaxGradient, .logSoftmaxGradient:
      #expect(throws: TesseraError.self) { try check(.softmax(function), [[2, 3], [2, 3]]) }
    }
  }

  @Test func normalization() throws {
    try check(.normalization(.layerNorm(epsilon: 1e-3)), [[3, 4], [4], [4]])
    #expect(throws: TesseraError.self) {
      try check(.normalization(.layerNormGradient), [[2, 3], [2, 3], [3], [2], [2]])
    }
  }

  @Test(arguments: [0.0, 0.3])
  func dropout(_ probability: Double) throws {
    let key = Tensor(TensorType([4], .i32), integers: [1984, 0, 1, 7])
    let stream = Tensor(TensorType([], .i32), integers: [3])
    try check(
      .random(.dropout(probability: probability)), [[4, 5]], trailing: [key, stream])
  }

  /// The gradients of `loss` with respect to all arguments, for a gradient of the loss of 1.
  private func gradients(of module: Module, _ arguments: [Tensor]) throws -> [Tensor] {
    var differentiation = Differentiation(module)
    try differentiation.gradient(
      of: "loss", newName: "gradient", lossResult: 0,
      withRespectTo: arguments.map { _ in true })
    try expectValid(differentiation.module)
    let one = Tensor(TensorType([], .f64), [1])
    return Array(
      try run("gradient", of: differentiation.module, arguments + [one]).dropFirst())
  }
}
