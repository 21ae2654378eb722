import GraphIR
import Operations

extension Softmax {
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let operands = [try application.onlyGradient(), application.results[0]]
    switch self {
    // dx = y (dy − Σ dy·y)
    case .softmax: return rewriter.insert(.softmax(.softmaxGradient), operands)
    // dx = dy − exp(y) Σ dy
    case .logSoftmax: return rewriter.insert(.softmax(.logSoftmaxGradient), operands)
    case .softmaxGradient, .logSoftmaxGradient:
      throw NotDifferentiable("it is a gradient itself")
    }
  }
}
