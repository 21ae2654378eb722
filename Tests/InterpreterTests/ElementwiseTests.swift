import Foundations
import Interpreter
import Operations
import Testing

@Suite struct ElementwiseTests {
  /// Exact values, to 20 digits where they are not rational.
  private static func knownValues(
    _ function: Elementwise.Unary
  ) -> [(x: Double, y: Double)] {
    switch function {
    case .negate: [(1.5, -1.5), (0, -0.0)]
    case .exponential: [(0, 1), (0.5, 1.6487212707001281468), (-.infinity, 0)]
    case .exponentialMinusOne: [(0, 0), (0x1p-10, 0.000977039492416535242), (-.infinity, -1)]
    case .logarithm: [(1, 0), (3, 1.09861228866810969140), (0, -.infinity)]
    case .squareRoot: [(2.25, 1.5), (2, 1.41421356237309504880)]
    case .tanh: [(0, 0), (0.5, 0.46211715726000975850), (-40, -1)]
    case .geluTanh:
      [(0, 0), (1, 0.84119199060827670478), (-1.5, -0.10042842301976707755), (30, 30)]
    case .geluErf:
      [(0, 0), (1, 0.84134474606854294859), (-1.5, -0.10021080190328709901), (30, 30)]
    }
  }

  @Test(arguments: Elementwise.Unary.allCases, floatElements)
  func unaryValues(function: Elementwise.Unary, element: ElementType) throws {
    for (x, y) in Self.knownValues(function) {
      let value = try evaluate(.elementwise(.unary(function)), scalar(element, x)).values[0]
      #expect(value == y || isNearest(value, y, element), "\(function) of \(x)")
    }
  }

  /// GELU is x F(x) with F(x) + F(−x) = 1, in both forms.
  @Test(arguments: [Elementwise.Unary.geluTanh, .geluErf])
  func geluDiffersByXFromItsMirrorImage(function: Elementwise.Unary) throws {
    for x in stride(from: 0.125, to: 6, by: 0.125) {
      let above = try evaluate(.elementwise(.unary(function)), scalar(.f64, x)).values[0]
      let below = try evaluate(.elementwise(.unary(function)), scalar(.f64, -x)).values[0]
      #expect(abs(above - below - x) < 1e-15)
    }
  }

  private static func knownValues(
    _ function: Elementwise.Binary
  ) -> [(a: Double, b: Double, result: Double)] {
    switch function {
    case .add: [(1.5, 2.25, 3.75), (1, -1, 0)]
    case .subtract: [(1.5, 2.25, -0.75), (-.infinity, 1, -.infinity)]
    case .multiply: [(1.5, 2.5, 3.75), (-2, 0.125, -0.25)]
    case .divide: [(3, -4, -0.75), (1, 3, 1.0 / 3), (1, 0, .infinity)]
    case .maximum: [(1, 2, 2), (-1, -2, -1), (-.infinity, 3, 3)]
    case .tanhGradient: [(2, 0.5, 1.5), (3, 1, 0), (3, -1, 0)]
    case .geluTanhGradient: [(2, 0, 1), (3, 20, 3), (3, -20, 0)]
    // Φ(1) + φ(1) = 0.84134474606854294859 + 0.24197072451914334980
    case .geluErfGradient: [(2, 0, 1), (1, 1, 1.08331547058768629839), (3, -40, 0)]
    }
  }

  @Test(arguments: Elementwise.Binary.allCases, floatElements)
  func binaryValues(function: Elementwise.Binary, element: ElementType) throws {
    for (a, b, result) in Self.knownValues(function) {
      let value = try evaluate(
        .elementwise(.binary(function)), scalar(element, a), scalar(element, b)
      ).values[0]
      #expect(value == result || isNearest(value, result, element), "\(function) of \(a), \(b)")
    }
  }

  /// The gradients are dy times the slope of the functions.
  @Test(arguments: [
    (Elementwise.Binary.geluTanhGradient, Elementwise.Unary.geluTanh),
    (.geluErfGradient, .geluErf),
  ])
  func geluGradientsAreSlopes(gradient: Elementwise.Binary, function: Elementwise.Unary) throws {
    let step = 0x1p-17
    for x in stride(from: -6.0, to: 6, by: 0.1875) {
      let forward = Operation.elementwise(.unary(function))
      let above = try evaluate(forward, scalar(.f64, x + step)).values[0]
      let below = try evaluate(forward, scalar(.f64, x - step)).values[0]
      let dx = try evaluate(
        .elementwise(.binary(gradient)), scalar(.f64, 3), scalar(.f64, x))
      #expect(abs(dx.values[0] - 3 * (above - below) / (2 * step)) < 1e-9, "at \(x)")
    }
  }

  @Test func tanhGradientIsASlope() throws {
    let step = 0x1p-17
    for x in stride(from: -3.0, to: 3, by: 0.1875) {
      let tanh = Operation.elementwise(.unary(.tanh))
      let above = try evaluate(tanh, scalar(.f64, x + step)).values[0]
      let below = try evaluate(tanh, scalar(.f64, x - step)).values[0]
      let y = try evaluate(tanh, scalar(.f64, x))
      let dx = try evaluate(.elementwise(.binary(.tanhGradient)), scalar(.f64, 3), y)
      #expect(abs(dx.values[0] - 3 * (above - below) / (2 * step)) < 1e-9, "at \(x)")
    }
  }

  /// 2048 + 1 lies between two f16 numbers, 1 + 2⁻¹⁰ squared above the middle of two.
  @Test func arithmeticRoundsAtTheResult() throws {
    let sum = Operation.elementwise(.binary(.add))
    #expect(try evaluate(sum, scalar(.f16, 2048), scalar(.f16, 1)).values == [2048])
    #expect(try evaluate(sum, scalar(.f16, 2048), scalar(.f16, 3)).values == [2052])
    #expect(try evaluate(sum, scalar(.f32, 2048), scalar(.f32, 1)).values == [2049])
    #expect(try evaluate(sum, scalar(.f16, 65504), scalar(.f16, 16)).values == [.infinity])
    let product = Operation.elementwise(.binary(.multiply))
    let x = 1 + 0x1p-10
    #expect(
      try evaluate(product, scalar(.f16, x), scalar(.f16, x)).values == [1 + 0x1p-9])
    #expect(try evaluate(product, scalar(.f64, x), scalar(.f64, x)).values == [x * x])
  }

  @Test func integersWrapAround() throws {
    func result(_ function: Elementwise.Binary, _ a: Int32, _ b: Int32) throws -> Double {
      try evaluate(
        .elementwise(.binary(function)), Tensor(TensorType([1], .i32), integers: [a]),
        Tensor(TensorType([1], .i32), integers: [b])
      ).values[0]
    }
    #expect(try result(.add, .max, 1) == Double(Int32.min))
    #expect(try result(.subtract, .min, 1) == Double(Int32.max))
    #expect(try result(.multiply, 0x1_0001, 0x1_0001) == Double(0x2_0001))
    #expect(try result(.multiply, .min, -1) == Double(Int32.min))
    #expect(try result(.maximum, .min, -5) == -5)
    #expect(try result(.add, 16_777_217, 2) == 16_777_219)
  }

  @Test(arguments: floatElements)
  func comparisonsAndNotANumber(element: ElementType) throws {
    let a = tensor(element, [5], [1, 2, 3, .nan, 0])
    let b = tensor(element, [5], [2, 2, 2, .nan, -0.0])
    #expect(try evaluate(.elementwise(.compare(.equal)), a, b).values == [0, 1, 0, 0, 1])
    #expect(try evaluate(.elementwise(.compare(.notEqual)), a, b).values == [1, 0, 1, 1, 0])
    #expect(try evaluate(.elementwise(.compare(.less)), a, b).values == [1, 0, 0, 0, 0])
    let maximum = Operation.elementwise(.binary(.maximum))
    #expect(try evaluate(maximum, scalar(element, .nan), scalar(element, 1)).values[0].isNaN)
    #expect(try evaluate(maximum, scalar(element, 1), scalar(element, .nan)).values[0].isNaN)
  }

  @Test(arguments: ElementType.allCases)
  func selectChooses(element: ElementType) throws {
    let result = try evaluate(
      .elementwise(.select), tensor(.i1, [2, 1], [1, 0]), tensor(element, [3], [1, 0, 1]),
      scalar(element, 0))
    #expect(result == tensor(element, [2, 3], [1, 0, 1, 0, 0, 0]))
  }

  @Test func conversions() throws {
    func converted(_ x: Double, _ from: ElementType, _ to: ElementType) throws -> Double {
      try evaluate(.elementwise(.convert(to)), scalar(from, x)).values[0]
    }
    #expect(try converted(-1.75, .f32, .i32) == -1)
    #expect(try converted(1e10, .f32, .i32) == Double(Int32.max))
    #expect(try converted(.nan, .f32, .i32) == 0)
    #expect(try converted(16_777_217, .i32, .f32) == 16_777_216)
    #expect(try converted(2049, .i32, .f16) == 2048)
    #expect(try converted(70000, .f32, .f16) == .infinity)
    #expect(try converted(-0.5, .f16, .i1) == 1)
    #expect(try converted(1, .i1, .f16) == 1)
    #expect(try converted(0.1, .f16, .f32) == Double(Float16(0.1)))
    // Above the middle of two f16 numbers; rounded to f32 first it would be the middle.
    #expect(try converted(1 + 0x1p-11 + 0x1p-40, .f64, .f16) == 1 + 0x1p-10)
  }
}
