import CHostKernels
import Foundations
import Operations

extension Elementwise {
  /// Whether the result may be an operand of its shape.
  var computesInPlace: Bool {
    switch self {
    case .unary, .binary: true
    case .compare, .select, .convert: false
    }
  }

  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let type = try site.kernelType(site.operandTypes[0].element)
    let resultType = try site.kernelType(site.resultTypes[0].element)
    let (out, shape) = (site.results[0], site.resultTypes[0].shape)
    let (rank, extents) = (Int32(shape.count), site.resultTypes[0].extents)
    let count = Int64(site.resultTypes[0].count)
    let strides = site.operandTypes.map { $0.strides(broadcastTo: shape) }
    let operands = site.operands
    switch self {
    case .unary(let function):
      let (operation, x) = (function.kernelOperation, operands[0])
      return { machine in
        hk_unary(machine.pool, operation, type, count, machine[x], machine[out])
      }
    case .convert:
      let x = operands[0]
      return { machine in
        hk_convert(machine.pool, type, resultType, count, machine[x], machine[out])
      }
    case .binary(let function):
      let operation = function.kernelOperation
      let (a, b, stridesOfA, stridesOfB) = (operands[0], operands[1], strides[0], strides[1])
      return { machine in
        hk_binary(
          machine.pool, operation, type, rank, extents, machine[a], stridesOfA, machine[b],
          stridesOfB, machine[out])
      }
    case .compare(let comparison):
      let operation = comparison.kernelOperation
      let (a, b, stridesOfA, stridesOfB) = (operands[0], operands[1], strides[0], strides[1])
      return { machine in
        hk_compare(
          machine.pool, operation, type, rank, extents, machine[a], stridesOfA, machine[b],
          stridesOfB, machine[out].assumingMemoryBound(to: UInt8.self))
      }
    case .select:
      let (condition, a, b) = (operands[0], operands[1], operands[2])
      let (stridesOfCondition, stridesOfA, stridesOfB) = (strides[0], strides[1], strides[2])
      return { machine in
        hk_select(
          machine.pool, resultType, rank, extents,
          machine[condition].assumingMemoryBound(to: UInt8.self), stridesOfCondition, machine[a],
          stridesOfA, machine[b], stridesOfB, machine[out])
      }
    }
  }
}

extension Elementwise.Unary {
  var kernelOperation: hk_unary_op {
    switch self {
    case .negate: hk_negate
    case .exponential: hk_exponential
    case .exponentialMinusOne: hk_exponential_minus_one
    case .logarithm: hk_logarithm
    case .squareRoot: hk_square_root
    case .tanh: hk_hyperbolic_tangent
    case .geluTanh: hk_gelu_tanh_form
    case .geluErf: hk_gelu_erf_form
    }
  }
}

extension Elementwise.Binary {
  var kernelOperation: hk_binary_op {
    switch self {
    case .add: hk_add
    case .subtract: hk_subtract
    case .multiply: hk_multiply
    case .divide: hk_divide
    case .maximum: hk_maximum
    case .tanhGradient: hk_tanh_gradient
    case .geluTanhGradient: hk_gelu_tanh_gradient
    case .geluErfGradient: hk_gelu_erf_gradient
    }
  }
}

extension Elementwise.Comparison {
  var kernelOperation: hk_comparison {
    switch self {
    case .equal: hk_equal
    case .notEqual: hk_not_equal
    case .less: hk_less
    }
  }
}
