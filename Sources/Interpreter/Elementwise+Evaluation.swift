import Foundations
import Glibc
import Operations

extension Elementwise {
  /// The result for operands that the type rule has accepted.
  func evaluate(_ operands: [Tensor], _ type: TensorType) -> Tensor {
    let values = operands.map { $0.broadcastValues(to: type.shape) }
    switch self {
    case .unary(let function):
      return Tensor(type, function.evaluate(values[0]))
    case .binary(let function):
      return Tensor(
        type,
        type.element == .i32
          ? function.evaluateIntegers(values[0], values[1])
          : function.evaluate(values[0], values[1]))
    case .compare(let comparison):
      return Tensor(moved: comparison.evaluate(values[0], values[1]), type)
    case .select:
      let (condition, whenTrue, whenFalse) = (values[0], values[1], values[2])
      let chosen = condition.indices.map { index in
        condition[index] != 0 ? whenTrue[index] : whenFalse[index]
      }
      return Tensor(moved: chosen, type)
    case .convert:
      return Tensor(type, values[0])
    }
  }
}

extension Tensor {
  /// The elements as a tensor of `shape` would hold them, to which this one broadcasts.
  fileprivate func broadcastValues(to shape: [Int]) -> [Double] {
    type.shape == shape ? values : StridedBox.broadcast(type.shape, to: shape).gather(from: values)
  }
}

/// Inlined so that the closure becomes the body of the loop.
@inline(__always)
private func map(_ x: [Double], _ function: (Double) -> Double) -> [Double] {
  x.withUnsafeBufferPointer { x in
    [Double](unsafeUninitializedCapacity: x.count) { result, initialized in
      for index in 0..<x.count { result[index] = function(x[index]) }
      initialized = x.count
    }
  }
}

/// Inlined so that the closure becomes the body of the loop. Both arrays have one length.
@inline(__always)
private func map(
  _ a: [Double], _ b: [Double], _ function: (Double, Double) -> Double
) -> [Double] {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      [Double](unsafeUninitializedCapacity: a.count) { result, initialized in
        for index in 0..<a.count { result[index] = function(a[index], b[index]) }
        initialized = a.count
      }
    }
  }
}

/// √(2/π) and the cubic's factor in the tanh form of GELU (Hendrycks and Gimpel 2016, section 2).
private let geluTanhScale = (2 / Double.pi).squareRoot()
private let geluTanhCubic = 0.044715

extension Elementwise.Unary {
  fileprivate func evaluate(_ x: [Double]) -> [Double] {
    switch self {
    case .negate: map(x) { -$0 }
    case .exponential: map(x) { exp($0) }
    case .exponentialMinusOne: map(x) { expm1($0) }
    case .logarithm: map(x) { log($0) }
    case .squareRoot: map(x) { $0.squareRoot() }
    case .tanh: map(x) { Glibc.tanh($0) }
    case .geluTanh:
      map(x) { x in
        x / 2 * (1 + Glibc.tanh(geluTanhScale * (x + geluTanhCubic * x * x * x)))
      }
    case .geluErf: map(x) { x in x / 2 * (1 + erf(x / 2.0.squareRoot())) }
    }
  }
}

extension Elementwise.Binary {
  fileprivate func evaluate(_ a: [Double], _ b: [Double]) -> [Double] {
    switch self {
    case .add: map(a, b) { $0 + $1 }
    case .subtract: map(a, b) { $0 - $1 }
    case .multiply: map(a, b) { $0 * $1 }
    case .divide: map(a, b) { $0 / $1 }
    case .maximum: map(a, b, maximumOrNaN)
    case .tanhGradient: map(a, b) { dy, y in dy * (1 - y * y) }
    case .geluTanhGradient: map(a, b) { dy, x in dy * Self.geluTanhDerivative(x) }
    case .geluErfGradient: map(a, b) { dy, x in dy * Self.geluErfDerivative(x) }
    }
  }

  /// With u = √(2/π) (x + c x³) and t = tanh u: (1 + t)/2 + x/2 (1 − t²) √(2/π) (1 + 3 c x²).
  private static func geluTanhDerivative(_ x: Double) -> Double {
    let t = Glibc.tanh(geluTanhScale * (x + geluTanhCubic * x * x * x))
    let derivativeOfU = geluTanhScale * (1 + 3 * geluTanhCubic * x * x)
    return (1 + t) / 2 + x / 2 * (1 - t * t) * derivativeOfU
  }

  /// Φ(x) + x φ(x), with the standard normal distribution Φ and its density φ.
  private static func geluErfDerivative(_ x: Double) -> Double {
    let distribution = (1 + erf(x / 2.0.squareRoot())) / 2
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    return distribution + x * density
  }

  /// Integers wrap around on overflow.
  fileprivate func evaluateIntegers(_ a: [Double], _ b: [Double]) -> [Double] {
    switch self {
    case .add: map(a, b) { Double(Int32($0) &+ Int32($1)) }
    case .subtract: map(a, b) { Double(Int32($0) &- Int32($1)) }
    case .multiply: map(a, b) { Double(Int32($0) &* Int32($1)) }
    case .maximum: map(a, b) { max($0, $1) }
    case .divide, .tanhGradient, .geluTanhGradient, .geluErfGradient:
      preconditionFailure("the type rule admits no integers to '\(rawValue)'")
    }
  }
}

extension Elementwise.Comparison {
  /// By IEEE 754: NaN is neither equal to nor less than anything.
  fileprivate func evaluate(_ a: [Double], _ b: [Double]) -> [Double] {
    switch self {
    case .equal: map(a, b) { $0 == $1 ? 1 : 0 }
    case .notEqual: map(a, b) { $0 != $1 ? 1 : 0 }
    case .less: map(a, b) { $0 < $1 ? 1 : 0 }
    }
  }
}

/// The larger number, or NaN where either is NaN, so that a failed step shows in a norm or maximum.
func maximumOrNaN(_ a: Double, _ b: Double) -> Double {
  a.isNaN || a >= b ? a : b
}
