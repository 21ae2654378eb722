import Foundations

/// What a step of an elementwise vertex computes of each element.
package enum VertexFunction: Hashable, Sendable {
  /// Arithmetic of two tensors.
  case add, subtract, multiply, divide, maximum
  /// Arithmetic of a tensor and one number.
  case addScalar, multiplyScalar, divideScalar
  /// Functions of one tensor.
  case negate, exponential, expm1, logarithm, squareRoot, tanh, geluTanh, geluErf
  /// Products of a gradient and the derivative at another tensor.
  case tanhGradient, geluTanhGradient, geluErfGradient
  /// A truth value of two tensors' elements.
  case compare
  /// An element of one or the other tensor, as a third says.
  case select
  /// The element type of the step, from this one.
  case convert(from: ElementType)

  /// Tensors that the function takes beside the one that goes through the vertex.
  var furtherOperands: Int {
    switch self {
    case .add, .subtract, .multiply, .divide, .maximum, .compare: 1
    case .tanhGradient, .geluTanhGradient, .geluErfGradient: 1
    case .select: 2
    case .addScalar, .multiplyScalar, .divideScalar, .convert: 0
    case .negate, .exponential, .expm1, .logarithm, .squareRoot, .tanh, .geluTanh, .geluErf: 0
    }
  }
}

/// One step of an elementwise vertex.
package struct ElementwiseWork: Hashable, Sendable {
  /// What it computes.
  package var function: VertexFunction
  /// The element type that it computes in: the operands' for a comparison, the result's for a conversion.
  package var element: ElementType
  /// Tensors that it loads: the function's operands beside the first, but for those that an earlier step has
  /// loaded or made.
  package var loads: Int

  /// - Parameter loads: where operands are in registers already; else what the function takes.
  package init(_ function: VertexFunction, _ element: ElementType, loads: Int? = nil) {
    self.function = function
    self.element = element
    self.loads = loads ?? function.furtherOperands
  }
}

/// Instructions of a worker for some elements.
struct Rate {
  /// Instructions, without those that load and store.
  var cycles: Int
  /// The elements that they are for, a power of two: a loop does not do fewer.
  var elements: Int
}

extension ElementwiseWork {
  /// The arithmetic of a step.
  ///
  /// poplibs' table of operations (popopsCycleEstimators) has whole loops. For vectors of one operand one of
  /// its cycles loads and stores, for those of two tensors two, which `elementwiseCycles` counts: "1 + 2" of
  /// an addition is 1 here, "1 + 1" of one with a scalar too, the 4 of an exponential 3. Data-dependent
  /// instructions (square root, division, exponential and tanh in f32) are averages there.
  var arithmetic: Rate {
    switch element {
    case .i1, .i32: return integerArithmetic
    case .f16, .f32, .f64: break
    }
    let isHalf = element == .f16
    func vector(_ half: Int, _ single: Int) -> Rate {
      Rate(cycles: isHalf ? half : single, elements: element.vectorElements)
    }
    switch function {
    case .add, .subtract, .multiply, .addScalar, .multiplyScalar, .negate: return vector(1, 1)
    case .maximum: return vector(2, 1)
    case .divide: return vector(19, 8)
    // 8 and 6 for two elements.
    case .divideScalar: return vector(15, 5)
    case .exponential: return vector(3, 5)
    // The exponential, a subtraction, and a choice of x itself where it is small.
    case .expm1: return vector(6, 8)
    case .logarithm: return vector(3, 11)
    case .squareRoot: return vector(22, 9)
    case .tanh: return vector(3, 11)
    // f16: 510 cycles for 96 elements, measured on a C600 by ipu-stack: 85 instructions for 16, of which 4
    // load and store. (poplibs has 5 for 4 elements, which its authors want verified.) f32: the tanh and
    // seven operations.
    case .geluTanh: return isHalf ? Rate(cycles: 81, elements: 16) : vector(18, 18)
    // poplibs' gelu_erf, 16 and 22 for an element.
    case .geluErf: return vector(63, 43)
    // popnn's gradient of non-linearities.
    case .tanhGradient: return vector(1, 1)
    // As many times the forward function as popnn counts FLOPs: 15 for 8.
    case .geluTanhGradient: return isHalf ? Rate(cycles: 152, elements: 16) : vector(34, 34)
    // x's distribution function as in the forward function, its density by an exponential, three products.
    case .geluErfGradient: return vector(69, 51)
    // No source has these two: assumed to be as a maximum, and as a product.
    case .compare: return vector(2, 1)
    case .select: return vector(1, 1)
    case .convert(let source): return conversion(from: source)
    }
  }

  /// About 7 instructions an element, with load and store (poplibs).
  private var integerArithmetic: Rate { Rate(cycles: 6, elements: 1) }

  /// A cast: 1 instruction for two elements to f32, 2 for four to f16 (poplibs). Between two types of the
  /// same width nothing is computed, and integers have no vectors.
  private func conversion(from source: ElementType) -> Rate {
    guard source.isFloat else { return integerArithmetic }
    return element == .f16 ? Rate(cycles: 2, elements: 4) : Rate(cycles: 1, elements: 2)
  }
}
