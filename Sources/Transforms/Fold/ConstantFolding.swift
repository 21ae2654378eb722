import Foundations
import GraphIR
import Interpreter
import Operations

/// Makes a constant of an operation whose operands are constants, through the interpreter: the numbers
/// are those of the oracle, and there is no second arithmetic to keep true.
///
///     %0 = constant 0 : i32;  %1 = reshape %0 to [1]     becomes     %1 = constant [0] : 1xi32
///
/// Only operations fold whose result every device gives to the last bit: moves, and arithmetic that is
/// rounded correctly. Exponentials and sums are left: a device has its own approximations and orders. So are
/// results with a NaN, whose bits are not defined.
///
/// A constant does not grow: it has no more elements than its operands together, and no more numbers in
/// the text. Where its operands are not each one number they have at most 4,096 (`largest`) elements. A
/// broadcast thus stays, for `canonicalize` to make its reader take the small operand.
package enum ConstantFolding {
  /// Elements of an operand, where they are not all one number, above which nothing is computed.
  static let largest = 4096

  /// The pass.
  package static let pass = Pass("fold", "computes what depends on constants alone") { module, _ in
    module.rewrite { site in
      guard !site.operands.isEmpty, site.operation.isExact else { return nil }
      var literals: [TensorLiteral] = []
      for operand in site.operands {
        guard let literal = site.literal(of: operand) else { return nil }
        literals.append(literal)
      }
      guard let result = value(of: site.operation, literals, site.resultType),
        !result.values.contains(where: \.isNaN)
      else { return nil }
      return .operation(.source(.constant(result)), [])
    }
  }

  /// The result, or nil where it would grow, or has no value: an index may be out of range.
  private static func value(
    of operation: Operation, _ operands: [TensorLiteral], _ type: TensorType
  ) -> TensorLiteral? {
    guard type.count <= operands.map(\.type.count).reduce(0, +) else { return nil }
    if let splat = splat(of: operation, operands, type.element) {
      return TensorLiteral(splat: splat, type)
    }
    guard operands.allSatisfy({ $0.type.count <= largest }),
      let result = try? operation.evaluate(operands.map { Tensor($0) }),
      let literal = try? TensorLiteral(type, result[0].values),
      literal.values.count <= operands.map(\.values.count).reduce(0, +)
    else { return nil }
    return literal
  }

  /// The number that all elements of the result are because all elements of the operands are one: found
  /// from scalars, whatever the shapes.
  private static func splat(
    of operation: Operation, _ operands: [TensorLiteral], _ element: ElementType
  ) -> Double? {
    guard operands.allSatisfy(\.isSplat) else { return nil }
    switch operation {
    case .elementwise:
      let scalars = operands.map { Tensor(TensorType([], $0.type.element), splat: $0[0]) }
      return (try? operation.evaluate(scalars))?[0].values[0]
    case .movement(.pad): return nil
    case .movement:
      let isOne = operands.allSatisfy { $0[0].bitPattern == operands[0][0].bitPattern }
      return isOne ? operands[0][0] : nil
    default: return nil
    }
  }
}

extension Operation {
  /// Whether every device gives the interpreter's bits.
  fileprivate var isExact: Bool {
    switch self {
    case .elementwise(let family): family.isExact
    case .movement, .indexing(.gatherRows), .indexing(.selectColumns), .indexing(.placeColumns):
      true
    case .indexing(.scatterAddRows), .accumulation, .reduction, .contraction, .normalization,
      .softmax, .random, .stash, .source, .collective, .control, .remote:
      false
    }
  }
}

extension Elementwise {
  /// IEEE 754 rounds these correctly. With twice the digits and two more, as double has of f32 and f32 of
  /// f16, a rounding on the way does not show (Figueroa, "When is double rounding innocuous?", 1995).
  fileprivate var isExact: Bool {
    switch self {
    case .unary(let function): function == .negate || function == .squareRoot
    case .binary(.add), .binary(.subtract), .binary(.multiply), .binary(.divide),
      .binary(.maximum), .compare, .select, .convert:
      true
    case .binary(.tanhGradient), .binary(.geluTanhGradient), .binary(.geluErfGradient): false
    }
  }
}
