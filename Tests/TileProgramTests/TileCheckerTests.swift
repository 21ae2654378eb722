import Foundations
import IPUTarget
import Operations
import Testing
import TileProgram

/// A small correct plan, altered one thing at a time: the checker names it.
@Suite struct TileCheckerTests {
  private func findings(_ change: (inout TileProgram) -> Void = { _ in }) -> [TileFinding] {
    var plan = checkedPlan()
    change(&plan)
    return TileChecker.findings(of: plan, ipu: .mk2)
  }

  /// Whether the first finding is of this kind, at this step and tensor of the function.
  private func expect(
    _ kind: TileFinding.Kind, _ function: String, step: [Int] = [], tensor: Int? = nil,
    _ words: String = "", sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ change: (inout TileProgram) -> Void
  ) {
    let findings = findings(change)
    #expect(
      findings.contains {
        $0.kind == kind && $0.function == function && $0.step == step && $0.tensor == tensor
          && $0.reason.contains(words)
      }, "\(findings.map(\.description))", sourceLocation: sourceLocation)
  }

  @Test func aCorrectPlanHasNoFindings() {
    #expect(findings().map(\.description) == [])
  }

  @Test func layouts() {
    // The tiles of the last two rows are not there.
    expect(.layout, "main", tensor: 7, "axis 0 has only 2 of 4") {
      $0.functions[0]?.tensors[7].layout.tiles = 2
    }
  }

  @Test func addresses() {
    expect(.address, "main", "the frame of IPU 0 ends") { $0.frameBases[0][0] = 638_000 }
    expect(.address, "main", tensor: 7, "does not end in the frame") {
      $0.functions[0]?.tensors[7].home = .frame(offset: 220)
    }
    expect(.address, "main", tensor: 7, "no address of an element") {
      $0.functions[0]?.tensors[7].home = .frame(offset: 145)
    }
  }

  // MARK: Memory

  /// The sum goes where the second operand is that it needs.
  @Test func tensorsOfOneStep() {
    expect(.overlap, "layer", step: [1], tensor: 3, "where tensor 2 is") {
      $0.functions[1]?.tensors[3].home = .frame(offset: 0)
    }
  }

  @Test func tensorsThatLiveAtOnce() {
    // The product's operand over what the repeat carries.
    expect(.overlap, "main", step: [1, 0], tensor: 3, "where tensor 2 is") {
      $0.functions[0]?.tensors[3].home = .frame(offset: 32)
    }
    // The number of the iteration is needed for the next one.
    expect(.overlap, "main", step: [1, 1], tensor: 4, "where tensor 10 is") {
      $0.functions[0]?.tensors[4].home = .frame(offset: 200)
    }
  }

  /// What is no longer needed makes room: partial sums where the operand of the product was.
  @Test func memoryIsUsedAgain() {
    #expect(
      findings { $0.functions[0]?.tensors[7].home = .frame(offset: 64) }.map(\.description) == [])
  }

  @Test func frames() {
    expect(.overlap, "main", step: [0], tensor: 1, "the frame of 'layer' lies over it") {
      $0.frameBases[1][0] = 16
    }
    expect(.call, "twice", step: [0], "has no frame on IPU 1") { plan in
      plan = spanningPlan()
      plan.frameBases[1][1] = nil
    }
    #expect(TileChecker.findings(of: spanningPlan(), ipu: .mk2).map(\.description) == [])
  }

  @Test func argumentsThatTheCallerKeeps() {
    expect(.overlap, "layer", step: [1], tensor: 0, "the caller keeps argument 0") {
      $0.functions[1]?.steps[1].kind = .compute(
        .operation(.elementwise(.binary(.add))), operands: [0, 2], results: [0])
    }
    expect(.call, "main", step: [0], tensor: 2, "in the place of tensor 0") {
      $0.functions[1]?.updates = [0]
    }
  }

  // MARK: Reading

  @Test func whatIsReadIsWritten() {
    expect(.unwritten, "layer", step: [0], tensor: 2) { $0.functions[1]?.steps.remove(at: 0) }
    expect(.unwritten, "main", tensor: 8, "is a result") { $0.functions[0]?.steps.removeLast() }
    // One of the two halves is missing.
    expect(.unwritten, "main", step: [3], tensor: 9) { $0.functions[0]?.steps.remove(at: 3) }
    // In a repeat what only a later step writes is missing the first time.
    expect(.unwritten, "main", step: [1, 0], tensor: 3) {
      guard case .repeat(let count, let iteration, let body)? = $0.functions[0]?.steps[1].kind
      else {
        return
      }
      $0.functions[0]?.steps[1].kind = .repeat(
        count: count, iteration: iteration, steps: [body[2], body[0], body[1]] + body[3...])
    }
  }

  /// A half may be read before the other is written.
  @Test func partsCanBeRead() {
    let halves = findings { plan in
      guard case .exchange(var exchange)? = plan.functions[0]?.steps[4].kind else { return }
      exchange.source = 9
      exchange.view = View([4, 4]).sliced(starts: [0, 0], shape: [2, 4])
      exchange.destination = 8
      exchange.starts = [0, 0]
      plan.functions[0]?.steps.insert(TileStep(.exchange(exchange), operation: 0), at: 3)
    }
    #expect(halves.map(\.description) == [])
  }

  // MARK: What tiles have

  @Test func operands() {
    // The rows of a sum lie on other tiles than the operand.
    expect(.operands, "layer", step: [1], tensor: 2) {
      $0.functions[1]?.tensors[2].layout.start = 1
    }
    // The product's left operand has all rows of a column.
    expect(.operands, "main", step: [1, 2], tensor: 3) {
      $0.functions[0]?.tensors[3].layout = Layout(shape: [4, 4], parts: [1, 4], tiles: 8)
    }
    // Partial sums are on other tiles than what is multiplied.
    expect(.operands, "main", step: [1, 2], tensor: 3, "axis 0") {
      $0.functions[0]?.tensors[5].layout = Layout(shape: [2, 4, 4], parts: [2, 4, 1], tiles: 8)
    }
    expect(.operands, "main", step: [1, 0], "is no vertex") {
      $0.functions[0]?.steps[1].kind = .repeat(
        count: 1, iteration: [10],
        steps: [
          TileStep(
            .compute(.operation(.control(.return)), operands: [2], results: [3]), operation: 0)
        ])
    }
  }

  @Test func rowsAreWhole() {
    func findings(parts: [Int], statistics: [Int]) -> [TileFinding] {
      var function = TileFunction(name: "f")
      let rows = Layout(shape: [4, 8], parts: parts, tiles: 8)
      function.tensors = [
        TileTensor(rows, .f32, home: .argument(0), category: .activation),
        TileTensor(.replicated([8], tiles: 8), .f32, home: .argument(1), category: .weight),
        TileTensor(rows, .f32, home: .result(0), category: .activation),
        TileTensor(
          Layout(shape: [4], parts: statistics, tiles: 8), .f32, home: .result(1),
          category: .activation),
        TileTensor(
          Layout(shape: [4], parts: statistics, tiles: 8), .f32, home: .result(2),
          category: .activation),
      ]
      function.arguments = [.tensor(0), .tensor(1)]
      function.results = [.tensor(2), .tensor(3), .tensor(4)]
      function.updates = [nil, nil, nil]
      function.frameBytes = [0]
      function.steps = [
        TileStep(
          .compute(
            .operation(.normalization(.layerNorm(epsilon: 1e-5))), operands: [0, 1, 1],
            results: [2, 3, 4]), operation: 0),
        TileStep(
          .compute(.operation(.softmax(.softmax)), operands: [0], results: [2]), operation: 0),
      ]
      var plan = TileProgram(system: "mk2", ipus: 1, functions: [function], entry: 0)
      plan.frameBases = [[0]]
      return TileChecker.findings(of: plan, ipu: .mk2)
    }
    #expect(findings(parts: [4, 1], statistics: [4]).map(\.description) == [])
    let cut = findings(parts: [4, 2], statistics: [4])
    #expect(cut.map(\.kind) == [.operands, .operands])
    #expect(cut.map(\.step) == [[0], [1]])
    #expect(findings(parts: [4, 1], statistics: [2]).first?.tensor == 3)
  }

  @Test func exchanges() {
    expect(.exchange, "layer", step: [0], tensor: 2, "goes to another shape") {
      $0.functions[1]?.steps[0].kind = .exchange(Exchange(from: 1, View([4]), to: 2))
    }
    expect(.exchange, "main", step: [3], tensor: 9, "past the end") {
      $0.functions[0]?.steps[3].kind = .exchange(
        Exchange(from: 2, View([4, 4]), to: 9, at: [2, 0]))
    }
  }
}

/// Two functions on 8 tiles. `layer` gives x + b; `main` runs it, multiplies the result by itself, in two
/// parts of the sum, twice over, and puts halves of it together.
private func checkedPlan() -> TileProgram {
  let tiles = 8
  let rows = Layout(shape: [4, 4], parts: [4, 1], tiles: tiles)
  var layer = TileFunction(name: "layer")
  layer.tensors = [
    TileTensor(rows, .f32, home: .argument(0), category: .activation),
    TileTensor(
      Layout(shape: [4], parts: [4], tiles: tiles), .f32, home: .argument(1), category: .weight),
    TileTensor(
      Layout(shape: [4, 4], parts: [4, 1], tiles: tiles), .f32, home: .frame(offset: 0),
      category: .temporary),
    TileTensor(rows, .f32, home: .result(0), category: .activation),
  ]
  layer.steps = [
    TileStep(.exchange(Exchange(from: 1, View([4]).broadcast(to: [4, 4]), to: 2)), operation: 0),
    TileStep(
      .compute(.operation(.elementwise(.binary(.add))), operands: [0, 2], results: [3]),
      operation: 0),
  ]
  layer.arguments = [.tensor(0), .tensor(1)]
  layer.results = [.tensor(3)]
  layer.updates = [nil]
  layer.frameBytes = [16]

  // Tiles 2r and 2r + 1 have row r's two parts of the sum.
  let left = Layout(shape: [4, 4], parts: [4, 2], tiles: tiles)
  let right = Layout(
    axes: [.init(extent: 4), .init(extent: 4)],
    digits: [.init(axis: nil, count: 4, stride: 2), .init(axis: 0, count: 2, stride: 1)],
    tiles: tiles)
  let partials = Layout(
    axes: [.init(extent: 2), .init(extent: 4), .init(extent: 4)],
    digits: [.init(axis: 1, count: 4, stride: 2), .init(axis: 0, count: 2, stride: 1)],
    tiles: tiles)
  var main = TileFunction(name: "main")
  main.tensors = [
    TileTensor(rows, .f32, home: .frame(offset: 0), category: .activation),
    TileTensor(
      Layout(shape: [4], parts: [4], tiles: tiles), .f32, home: .frame(offset: 16),
      category: .weight),
    TileTensor(rows, .f32, home: .frame(offset: 24), category: .activation),
    TileTensor(left, .f32, home: .frame(offset: 56), category: .temporary),
    TileTensor(right, .f32, home: .frame(offset: 64), category: .temporary),
    TileTensor(partials, .f32, home: .frame(offset: 96), category: .temporary),
    TileTensor(
      Layout(shape: [2, 4, 4], parts: [1, 4, 1], tiles: tiles), .f32, home: .frame(offset: 112),
      category: .temporary),
    TileTensor(rows, .f32, home: .frame(offset: 144), category: .temporary),
    TileTensor(rows, .f32, home: .frame(offset: 160), category: .activation),
    TileTensor(rows, .f32, home: .frame(offset: 176), category: .activation),
    TileTensor(
      .replicated([], tiles: tiles), .i32, home: .frame(offset: 200), category: .temporary),
  ]
  let whole = View([4, 4])
  let body = [
    TileStep(.exchange(Exchange(from: 2, whole, to: 3)), operation: 0),
    TileStep(.exchange(Exchange(from: 2, whole, to: 4)), operation: 0),
    TileStep(
      .compute(
        .partialProduct(Contraction(partials: .f32)), operands: [3, 4], results: [5]),
      operation: 0),
    TileStep(.exchange(Exchange(from: 5, View([2, 4, 4]), to: 6)), operation: 0),
    TileStep(.compute(.addPartials, operands: [6], results: [7]), operation: 0),
    TileStep(.exchange(Exchange(from: 7, whole, to: 2)), operation: 0),
  ]
  main.steps = [
    TileStep(
      .call(function: 1, ipu: 0, arguments: [.tensor(0), .tensor(1)], results: [.tensor(2)]),
      operation: 0),
    TileStep(.repeat(count: 2, iteration: [10], steps: body), operation: 0),
    TileStep(
      .exchange(
        Exchange(
          from: 2, whole.sliced(starts: [2, 0], shape: [2, 4]), to: 9, at: [0, 0])), operation: 0),
    TileStep(
      .exchange(
        Exchange(
          from: 2, whole.sliced(starts: [0, 0], shape: [2, 4]), to: 9, at: [2, 0])), operation: 0),
    TileStep(.exchange(Exchange(from: 9, whole, to: 8)), operation: 0),
  ]
  main.arguments = [.tensor(0), .tensor(1)]
  main.results = [.tensor(8)]
  main.updates = [nil]
  main.frameBytes = [208]
  var plan = TileProgram(system: "mk2", ipus: 1, functions: [main, layer], entry: 0)
  plan.frameBases = [[0], [208]]
  return plan
}

/// A function on two IPUs that runs another on each.
private func spanningPlan() -> TileProgram {
  let rows = Layout(shape: [4, 4], parts: [4, 1], tiles: 8)
  var double = TileFunction(name: "double")
  double.tensors = [
    TileTensor(rows, .f32, home: .argument(0), category: .activation),
    TileTensor(rows, .f32, home: .result(0), category: .activation),
  ]
  double.steps = [
    TileStep(
      .compute(.operation(.elementwise(.binary(.add))), operands: [0, 0], results: [1]),
      operation: 0)
  ]
  double.arguments = [.tensor(0)]
  double.results = [.tensor(1)]
  double.updates = [nil]
  double.frameBytes = [8]
  var twice = TileFunction(name: "twice")
  twice.ipus = 2
  twice.tensors = [
    TileTensor(rows, .f32, home: .frame(offset: 0), category: .activation, ipu: 1),
    TileTensor(rows, .f32, home: .frame(offset: 16), category: .activation, ipu: 1),
  ]
  twice.steps = [
    TileStep(
      .call(function: 1, ipu: 1, arguments: [.tensor(0)], results: [.tensor(1)]), operation: 0)
  ]
  twice.arguments = [.tensor(0)]
  twice.results = [.tensor(1)]
  twice.updates = [nil]
  twice.frameBytes = [0, 32]
  var plan = TileProgram(system: "pod4", ipus: 2, functions: [twice, double], entry: 0)
  plan.frameBases = [[0, 0], [nil, 32]]
  return plan
}
