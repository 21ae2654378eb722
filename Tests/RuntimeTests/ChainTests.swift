import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import TestSupport
import Testing

/// Chains against the same operations one by one: equal bits, wherever operands and results are and
/// however many threads there are.
@Suite struct ChainTests {
  /// Every elementwise operation, element type and way to broadcast, as a chain of itself.
  @Test(arguments: [ElementType.f32, .f16, .i32, .i1])
  func everyOperation(element: ElementType) throws {
    var kinds: Set<OperationKind> = []
    for sample in try OperationSamples.all(element: element, seed: 23) {
      guard case .elementwise = sample.operation, let kind = sample.operation.kind else { continue }
      let types = sample.operands.map(\.type)
      let resultTypes = try sample.operation.resultTypes(of: types) ?? []
      if (types + resultTypes).contains(where: { $0.element == .f64 }) { continue }
      try expectSameBits("\(sample)", sample.operands) { f, a in f.insert(sample.operation, a) }
      kinds.insert(kind)
    }
    if element == .f32 {
      for kind in OperationKind.allCases {
        switch kind {
        case .unary, .binary, .compare, .select, .convert: #expect(kinds.contains(kind), "\(kind)")
        default: break
        }
      }
    }
  }

  /// An AdamW update, in the types of fp16: the longest chain of a training.
  @Test(arguments: [[7], [3, 171], [64, 300]])
  func update(shape: [Int]) throws {
    var generator = SplitMix64(seed: 3)
    let arguments = [
      random(shape, .f16, -2...2, &generator), random(shape, .f32, -2...2, &generator),
      random(shape, .f32, 0...1, &generator), random(shape, .f16, -2...2, &generator),
      random([], .f32, 1...2, &generator), random([], .f32, 0.1...0.2, &generator),
    ]
    try expectSameBits("\(shape)", arguments) { f, a in
      let gradient = f.divide(f.convert(a[3], to: .f32), a[4])
      let first = f.add(f.multiply(a[1], a[5]), gradient)
      let second = f.add(f.multiply(a[2], a[5]), f.multiply(gradient, gradient))
      let direction = f.divide(first, f.add(f.unary(.squareRoot, second), a[5]))
      let wide = f.convert(a[0], to: .f32)
      let next = f.subtract(f.subtract(wide, f.multiply(wide, a[5])), f.multiply(direction, a[4]))
      return [f.convert(next, to: .f16), first, second, wide]
    }
  }

  /// What is read in f32 is what f16 has, not what was computed.
  @Test func halvesAreRoundedInside() throws {
    let arguments = [tensor(.f16, [4], 2049, 0.1, 65504, 6e-8), tensor(.f16, [], 3)]
    try expectSameBits("halves", arguments) { f, a in
      let product = f.multiply(a[0], a[1])
      let wide = f.convert(product, to: .f32)
      return [f.subtract(wide, f.convert(a[0], to: .f32)), wide, product]
    }
  }

  /// Conversions that leave the type, an operand that is a result by another type, a value twice.
  @Test func conversionsAndCopies() throws {
    for element in [ElementType.f16, .f32, .i32, .i1] {
      var generator = SplitMix64(seed: 5)
      let range = element == .i1 ? 0...1 : -300...300.0
      let values = random([5, 131], element, range, &generator)
      try expectSameBits("\(element)", [values]) { f, a in
        let same = f.insert(.elementwise(.convert(element)), [a[0]])[0]
        let wide = f.insert(.elementwise(.convert(.f32)), [a[0]])[0]
        let whole = f.insert(.elementwise(.convert(.i32)), [wide])[0]
        let half = f.insert(.elementwise(.convert(.f16)), [whole])[0]
        let truth = f.insert(.elementwise(.convert(.i1)), [half])[0]
        let again = f.insert(.elementwise(.convert(.i1)), [truth])[0]
        let chosen = f.select(again, wide, f.insert(.elementwise(.convert(.f32)), [half])[0])
        return [same, wide, whole, half, truth, chosen, chosen]
      }
    }
  }

  /// Chains of all kinds of operations on operands of all kinds, around the sizes of blocks.
  @Test(arguments: 0..<60) func randomChains(seed: Int) throws {
    var random = RandomChain(seed: UInt64(seed))
    let arguments = random.arguments()
    let plan = random.plan(length: 2 + seed % 30)
    try expectSameBits("seed \(seed), \(random.shape)", arguments) { f, a in
      random.build(plan, &f, a)
    }
  }

  /// Results take the places of operands of which some are read after the result is made.
  @Test func resultsTakePlacesOfOperands() throws {
    let type = TensorType([40, 65], .f32)
    let module = module(
      function("main", [type, type]) { f, a in
        // Made here, so that their places are free behind the chain.
        let x = f.add(a[0], a[1])
        let y = f.multiply(a[0], a[1])
        let z = f.subtract(a[0], a[1])
        let results = f.fuse([x, y, z]) { f, a in
          let first = f.unary(.negate, a[1])
          let second = f.add(f.add(a[0], a[1]), first)
          return [first, second, f.subtract(f.multiply(a[0], second), a[2])]
        }
        return [f.sum(f.concatenate(results, axis: 0), axes: [1])]
      })
    try expectSame(module, "main", [counting([40, 65]), counting([40, 65], from: 5)])
    // Three values, and their concatenation.
    let engine = try Engine(try program(module))
    #expect(engine.arenaByteCount <= 6 * type.byteCount + 4096)
  }

  /// What a chain makes inside takes no memory.
  @Test func intermediatesTakeNoArena() throws {
    let type = TensorType([100, 1000], .f32)
    func arena(_ body: (inout Rewriter, [ValueID]) -> [ValueID]) throws -> Int {
      try Engine(try program(module(function("main", [type, type], body)))).arenaByteCount
    }
    func chain(_ f: inout Rewriter, _ a: [ValueID]) -> [ValueID] {
      let x = f.add(a[0], a[1])
      let y = f.multiply(a[0], a[1])
      let z = f.subtract(a[0], f.unary(.tanh, y))
      return [f.multiply(f.multiply(x, y), f.divide(z, x))]
    }
    #expect(try arena(chain) >= type.byteCount)
    #expect(try arena { f, a in f.fuse(a, body: chain) } < 4096)
  }

  @Test func doublesAreRefused() throws {
    let module = module(
      function("main", [TensorType([2], .f32)]) { f, a in
        f.fuse(a) { f, a in
          [f.insert(.elementwise(.convert(.f32)), [f.convert(a[0], to: .f64)])[0]]
        }
      })
    #expect(errorCode { _ = try Engine(try program(module)) } == "unsupported-element-type")
  }

  private func random(
    _ shape: [Int], _ element: ElementType, _ range: ClosedRange<Double>,
    _ generator: inout SplitMix64
  ) -> Tensor {
    let type = TensorType(shape, element)
    return Tensor(
      type,
      (0..<type.count).map { _ in
        let number = Double.random(in: range, using: &generator)
        return element.isFloat ? number : number.rounded()
      })
  }

  /// Runs the operations apart and as a chain, through engine and interpreter.
  private func expectSameBits(
    _ note: String, _ arguments: [Tensor],
    _ body: (inout Rewriter, [ValueID]) -> [ValueID]
  ) throws {
    let types = arguments.map(\.type)
    let apart = module(function("main", types) { f, a in body(&f, a) })
    let fused = module(function("main", types) { f, a in f.fuse(a, body: body) })
    #expect(Verifier.violations(in: fused) == [], "\(note)")
    let exact = try Interpreter(apart).run("main", arguments).map(comparable)
    #expect(
      try Interpreter(fused).run("main", arguments).map(comparable) == exact,
      "\(note), interpreter")
    let expected = try run(apart, "main", arguments, threads: 1).map(comparable)
    for threads in 1...3 {
      let found = try run(fused, "main", arguments, threads: threads).map(comparable)
      #expect(found == expected, "\(note), \(threads) threads")
    }
  }

  /// Bits, but all NaNs are one.
  private func comparable(_ tensor: HostTensor) -> [UInt64] { comparable(tensor.values) }
  private func comparable(_ tensor: Tensor) -> [UInt64] { comparable(tensor.values) }
  private func comparable(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }
}

/// Draws chains of elementwise operations on operands that are whole, or broadcast in some way.
private struct RandomChain {
  private var generator: SplitMix64
  let shape: [Int]

  private static let shapes = [
    [], [1], [7], [3, 5], [2, 300], [4, 1, 513], [1, 512], [9001], [3, 70, 50], [2, 3, 4, 5],
  ]

  init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
    shape = Self.shapes[Int(generator.next() % UInt64(Self.shapes.count))]
  }

  private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

  /// The whole shape, one element, or the shape with some extents 1 and perhaps without the first axes.
  private mutating func operandShape() -> [Int] {
    switch below(4) {
    case 0: return shape
    case 1: return []
    default:
      let stretched = shape.map { below(2) == 0 ? 1 : $0 }
      return Array(stretched.dropFirst(below(2)))
    }
  }

  mutating func arguments() -> [Tensor] {
    let elements: [ElementType] = [.f32, .f16, .i32, .i1]
    let whole = elements.map { tensor(shape, $0) }
    return whole + (0..<6).map { _ in tensor(operandShape(), elements[below(4)]) }
  }

  private mutating func tensor(_ shape: [Int], _ element: ElementType) -> Tensor {
    let type = TensorType(shape, element)
    return Tensor(
      type,
      (0..<type.count).map { _ in
        switch element {
        case .f16, .f32, .f64: Double(below(4001) - 2000) / 512
        case .i32: Double(below(2001) - 1000)
        case .i1: Double(below(2))
        }
      })
  }

  /// Numbers that choose the operations and operands of a chain.
  mutating func plan(length: Int) -> [[Int]] {
    (0..<length).map { _ in (0..<5).map { _ in below(1 << 20) } }
  }

  /// The chain: its last value and some others are results.
  func build(_ plan: [[Int]], _ f: inout Rewriter, _ arguments: [ValueID]) -> [ValueID] {
    var values = arguments
    var made: [ValueID] = []
    func pick(
      _ number: Int, _ element: ElementType, _ f: Rewriter, isWhole: Bool = false
    ) -> ValueID {
      let fitting = values.filter {
        f.type(of: $0).element == element && (!isWhole || f.type(of: $0).shape == shape)
      }
      return fitting[fitting.count - 1 - (number % fitting.count) * (number / 64 % 2)]
    }
    for step in plan {
      let element = [ElementType.f32, .f16, .f32, .f16, .i32][step[0] % 5]
      let (x, y) = (pick(step[1], element, f, isWhole: true), pick(step[2], element, f))
      let value: ValueID
      switch step[3] % 6 {
      case 0 where element != .i32:
        let functions: [Elementwise.Unary] = [.negate, .tanh, .geluTanh, .geluErf, .exponential]
        value = f.unary(functions[step[4] % functions.count], x)
      case 1: value = f.select(pick(step[4], .i1, f), x, y)
      case 2: value = f.compare(Elementwise.Comparison.allCases[step[4] % 3], x, y)
      case 3:
        let targets = [ElementType.f32, .f16, .i32, .i1]
        value = f.insert(.elementwise(.convert(targets[step[4] % 4])), [x])[0]
      default:
        let functions: [Elementwise.Binary] =
          element == .i32
          ? [.add, .subtract, .multiply, .maximum]
          : [.add, .subtract, .multiply, .maximum, .divide, .tanhGradient, .geluTanhGradient]
        value = f.binary(functions[step[4] % functions.count], x, y)
      }
      values.append(value)
      made.append(value)
    }
    return [made[made.count - 1]] + made.indices.filter { plan[$0][0] % 4 == 0 }.map { made[$0] }
  }
}
