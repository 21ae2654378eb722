import Foundations
import Interpreter
import Operations

extension OperationSamples {
  /// The shapes on which two operands meet: equal, a scalar, a row, a column, both stretched.
  private static let broadcasts: [(note: String, left: [Int], right: [Int])] = [
    ("scalars", [], []),
    ("one shape", [3, 37], [3, 37]),
    ("scalar right", [5, 7], []),
    ("scalar left", [], [129]),
    ("row right", [2, 5, 19], [19]),
    ("matrix left", [5, 19], [2, 5, 19]),
    ("column right", [6, 9], [6, 1]),
    ("attention mask", [2, 3, 5, 5], [2, 1, 1, 5]),
    ("both stretched", [4, 1, 6], [5, 1]),
  ]

  mutating func addFunctions() {
    for function in Elementwise.Unary.allCases {
      let lower =
        switch function {
        case .logarithm, .squareRoot: 0.25
        case .negate, .exponential, .exponentialMinusOne, .tanh, .geluTanh, .geluErf: -3.0
        }
      for (note, shape) in [("scalar", []), ("matrix", [5, 29]), ("long", [1, 131])] {
        let x = generator.tensor(shape, element, from: lower, to: 3)
        add(note, .elementwise(.unary(function)), x)
      }
    }
  }

  mutating func addArithmetic() {
    for function in Elementwise.Binary.allCases {
      if element == .i32 {
        switch function {
        case .add, .subtract, .multiply, .maximum: break
        case .divide, .tanhGradient, .geluTanhGradient, .geluErfGradient: continue
        }
      }
      for (note, leftShape, rightShape) in Self.broadcasts {
        let (left, right) = operands(of: function, leftShape, rightShape)
        add(note, .elementwise(.binary(function)), left, right)
      }
    }
  }

  private mutating func operands(
    of function: Elementwise.Binary, _ leftShape: [Int], _ rightShape: [Int]
  ) -> (Tensor, Tensor) {
    switch function {
    case .add, .subtract, .multiply, .geluTanhGradient, .geluErfGradient:
      return (tensor(leftShape), tensor(rightShape))
    case .divide:
      let divisor = generator.tensor(rightShape, element, from: 0.5, to: 3)
      let signed = divisor.values.map { generator.index(below: 2) == 0 ? $0 : -$0 }
      return (tensor(leftShape), Tensor(divisor.type, signed))
    case .maximum:
      if element == .i32 { return (tensor(leftShape), tensor(rightShape)) }
      // Sixteenths on one side, odd thirty-seconds on the other: at least 1/32 apart.
      let right = generator.spreadTensor(rightShape, element)
      let between = Tensor(right.type, right.values.map { $0 + 0x1p-5 })
      return (generator.spreadTensor(leftShape, element), between)
    case .tanhGradient:
      return (tensor(leftShape), generator.tensor(rightShape, element, from: -0.99, to: 0.99))
    }
  }

  mutating func addComparisons() {
    for comparison in Elementwise.Comparison.allCases {
      for (note, leftShape, rightShape) in Self.broadcasts {
        // Few distinct values, so that some are equal.
        let left = generator.tensor(leftShape, .i32, from: -3, to: 3)
        let right = generator.tensor(rightShape, .i32, from: -3, to: 3)
        add(
          note, .elementwise(.compare(comparison)),
          Tensor(TensorType(leftShape, element), left.values),
          Tensor(TensorType(rightShape, element), right.values))
      }
    }
  }

  mutating func addSelections() {
    for (note, leftShape, rightShape) in Self.broadcasts {
      let condition = truthValues(leftShape)
      add(
        "condition, \(note)", .elementwise(.select), condition, tensor(leftShape),
        tensor(rightShape))
    }
    add(
      "all stretched", .elementwise(.select), truthValues([4, 1, 1]), tensor([7]),
      tensor([1, 5, 1]))
  }

  mutating func addConversions() {
    for target in ElementType.allCases {
      for (note, shape) in [("scalar", []), ("matrix", [7, 19])] {
        // Fractions, and integers that f16 rounds but holds.
        let x =
          switch element {
          case .f16, .f32, .f64: generator.tensor(shape, element, from: -300, to: 300)
          case .i32 where target == .f16:
            generator.tensor(shape, element, from: -60000, to: 60000)
          case .i32, .i1: tensor(shape)
          }
        add("to \(target.rawValue), \(note)", .elementwise(.convert(target)), x)
      }
    }
  }
}
