import Foundations
import IPUTarget
import Operations

extension Elementwise {
  /// What a vertex computes for the operation alone.
  ///
  /// The first operand that is more than a number goes through the vertex, others are loaded; a tensor that
  /// occurs twice is loaded once.
  func work(_ operands: [LocalTensor]) -> ElementwiseWork {
    let element =
      switch self {
      case .convert(let target): target
      case .select: operands.last?.element ?? .f32
      case .unary, .binary, .compare: operands.first?.element ?? .f32
      }
    let byNumber = operands.count == 2 && operands[1].count == 1
    return ElementwiseWork(
      function(from: operands.first?.element ?? element, byNumber: byNumber), element,
      loads: Self.furtherTensors(operands))
  }

  /// Tensors beside the one that goes through the vertex; single numbers stay in registers.
  static func furtherTensors(_ operands: [LocalTensor]) -> Int {
    var tensors: [Int] = []
    for operand in operands where operand.count > 1 && !tensors.contains(operand.number) {
      tensors.append(operand.number)
    }
    return max(0, tensors.count - 1)
  }

  /// - Parameters:
  ///   - source: the operand's element type.
  ///   - byNumber: whether the second operand is a single number.
  private func function(from source: ElementType, byNumber: Bool) -> VertexFunction {
    switch self {
    case .unary(let function): function.vertexFunction
    case .binary(.add) where byNumber, .binary(.subtract) where byNumber: .addScalar
    case .binary(.multiply) where byNumber: .multiplyScalar
    case .binary(.divide) where byNumber: .divideScalar
    case .binary(let function): function.vertexFunction
    case .compare: .compare
    case .select: .select
    case .convert: .convert(from: source)
    }
  }

  /// What one vertex computes for a chain of operations.
  ///
  /// A chain says which operations, not which of them reads what. So operands are loaded, and results beyond
  /// the first stored, at the beginning; the type is that of the first operand of floating point until a
  /// conversion changes it.
  static func work(
    ofChain chain: [Elementwise], _ operands: [LocalTensor], _ results: [LocalTensor]
  ) -> [ElementwiseWork] {
    var element = operands.first { $0.element.isFloat }?.element ?? .f32
    var steps = chain.map { operation in
      let step = ElementwiseWork(
        operation.function(from: element, byNumber: false), operation.target ?? element, loads: 0)
      element = operation.target ?? element
      return step
    }
    if !steps.isEmpty { steps[0].loads = furtherTensors(operands) + results.dropFirst().count }
    return steps
  }

  /// The element type that a conversion changes to.
  private var target: ElementType? {
    if case .convert(let target) = self { return target }
    return nil
  }
}

extension Elementwise.Unary {
  /// The function as cycles are counted for it.
  fileprivate var vertexFunction: VertexFunction {
    switch self {
    case .negate: .negate
    case .exponential: .exponential
    case .exponentialMinusOne: .expm1
    case .logarithm: .logarithm
    case .squareRoot: .squareRoot
    case .tanh: .tanh
    case .geluTanh: .geluTanh
    case .geluErf: .geluErf
    }
  }
}

extension Elementwise.Binary {
  /// The function as cycles are counted for it.
  fileprivate var vertexFunction: VertexFunction {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .maximum: .maximum
    case .tanhGradient: .tanhGradient
    case .geluTanhGradient: .geluTanhGradient
    case .geluErfGradient: .geluErfGradient
    }
  }
}
