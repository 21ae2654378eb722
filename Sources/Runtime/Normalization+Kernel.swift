import CHostKernels
import Foundations
import Operations

extension Normalization {
  /// Whether the result may be made where the operand is: y or dx over what has their shape.
  func replaces(operand: Int, by result: Int) -> Bool {
    switch self {
    case .layerNorm: result == 0 && operand == 0
    case .layerNormGradient: result == 0 && operand < 2
    }
  }

  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let x = site.operandTypes[self == .layerNormGradient ? 1 : 0]
    let type = try site.kernelType(x.element)
    let (rows, width) = (Int64(x.shape[0]), Int64(x.shape[1]))
    let (operands, results) = (site.operands, site.results)
    switch self {
    case .layerNorm(let epsilon):
      let epsilon = Float(epsilon)
      return { machine in
        hk_layer_norm(
          machine.pool, type, rows, width, epsilon, machine[operands[0]], machine[operands[1]],
          machine[operands[2]], machine[results[0]],
          machine[results[1]].assumingMemoryBound(to: Float.self),
          machine[results[2]].assumingMemoryBound(to: Float.self))
      }
    case .layerNormGradient:
      return { machine in
        hk_layer_norm_gradient(
          machine.pool, type, rows, width, machine[operands[0]], machine[operands[1]],
          machine[operands[2]], machine[operands[3]].assumingMemoryBound(to: Float.self),
          machine[operands[4]].assumingMemoryBound(to: Float.self), machine[results[0]],
          machine[results[1]], machine[results[2]])
      }
    }
  }
}
