import Foundations
import GraphIR
import Operations

extension Elementwise {
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let dy = try application.onlyGradient()
    let operands = application.operands
    switch self {
    case .unary(let function):
      return [
        function.operandGradient(dy, x: operands[0], y: application.results[0], &rewriter)
      ]
    case .binary(let function):
      return try function.operandGradients(
        dy, operands[0], operands[1], y: application.results[0], &rewriter)
    case .compare:
      throw NotDifferentiable("truth values have no gradient")
    case .select:
      // y = c ? a : b, so da = c ? dy : 0 and db = c ? 0 : dy.
      let zero = rewriter.scalar(0, rewriter.type(of: dy).element)
      let da = rewriter.select(operands[0], dy, zero)
      let db = rewriter.select(operands[0], zero, dy)
      return [
        nil, rewriter.reduce(da, toShapeOf: operands[1]),
        rewriter.reduce(db, toShapeOf: operands[2]),
      ]
    case .convert:
      // y = x but for the rounding, so dx = dy in x's type.
      return [rewriter.convert(dy, to: rewriter.type(of: operands[0]).element)]
    }
  }
}

extension Elementwise.Unary {
  fileprivate func operandGradient(
    _ dy: ValueID, x: ValueID, y: ValueID, _ rewriter: inout Rewriter
  ) -> ValueID {
    switch self {
    // dx = −dy
    case .negate: return rewriter.unary(.negate, dy)
    // dx = dy · exp x = dy · y
    case .exponential: return rewriter.multiply(dy, y)
    // y = exp x − 1, dx = dy · exp x; y + 1 would lose what is small beside 1.
    case .exponentialMinusOne: return rewriter.multiply(dy, rewriter.unary(.exponential, x))
    // dx = dy / x
    case .logarithm: return rewriter.divide(dy, x)
    // dx = dy / (2 √x) = dy / (y + y)
    case .squareRoot: return rewriter.divide(dy, rewriter.add(y, y))
    // dx = dy (1 − y²)
    case .tanh: return rewriter.binary(.tanhGradient, dy, y)
    // dx = dy · gelu′(x), tanh form
    case .geluTanh: return rewriter.binary(.geluTanhGradient, dy, x)
    // dx = dy · gelu′(x), erf form
    case .geluErf: return rewriter.binary(.geluErfGradient, dy, x)
    }
  }
}

extension Elementwise.Binary {
  /// The formulas are those of one element; the sums of a broadcast operand follow.
  fileprivate func operandGradients(
    _ dy: ValueID, _ a: ValueID, _ b: ValueID, y: ValueID, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    switch self {
    case .add:
      // da = dy, db = dy
      return [rewriter.reduce(dy, toShapeOf: a), rewriter.reduce(dy, toShapeOf: b)]
    case .subtract:
      // da = dy, db = −dy; the sum is negated, which has fewer elements.
      let db = rewriter.reduce(dy, toShapeOf: b)
      return [rewriter.reduce(dy, toShapeOf: a), rewriter.unary(.negate, db)]
    case .multiply:
      // da = dy · b, db = dy · a
      let (da, db) = (rewriter.multiply(dy, b), rewriter.multiply(dy, a))
      return [rewriter.reduce(da, toShapeOf: a), rewriter.reduce(db, toShapeOf: b)]
    case .divide:
      // y = a/b: da = dy / b, db = −dy a / b² = −da · y, which needs no square that may overflow.
      let da = rewriter.divide(dy, b)
      let db = rewriter.reduce(rewriter.multiply(da, y), toShapeOf: b)
      return [rewriter.reduce(da, toShapeOf: a), rewriter.unary(.negate, db)]
    case .maximum:
      // da = a < b ? 0 : dy, db = a < b ? dy : 0: of equal operands the first gets all.
      let zero = rewriter.scalar(0, rewriter.type(of: dy).element)
      let isSecond = rewriter.compare(.less, a, b)
      let da = rewriter.select(isSecond, zero, dy)
      let db = rewriter.select(isSecond, dy, zero)
      return [rewriter.reduce(da, toShapeOf: a), rewriter.reduce(db, toShapeOf: b)]
    case .tanhGradient, .geluTanhGradient, .geluErfGradient:
      throw NotDifferentiable("it is a gradient itself")
    }
  }
}

extension Rewriter {
  /// The adjoint of broadcasting: the sum over the axes along which `value` was repeated, in its shape.
  mutating func reduce(_ gradient: ValueID, toShapeOf value: ValueID) -> ValueID {
    let (wide, narrow) = (type(of: gradient).shape, type(of: value).shape)
    let missing = wide.count - narrow.count
    let axes = wide.indices.filter { axis in
      axis < missing || narrow[axis - missing] != wide[axis]
    }
    return reshape(sum(gradient, axes: axes), narrow)
  }
}
