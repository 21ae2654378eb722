import GraphIR
import Operations

extension Normalization {
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    switch self {
    case .layerNorm:
      // With x̂ = (x − mean)/σ and g = dy·γ: dx = (g − mean(g) − x̂ mean(g x̂))/σ, dγ = Σ dy x̂,
      // dβ = Σ dy, which one operation computes from the statistics of the forward pass.
      guard let dy = application.gradients[0], application.gradients[1] == nil,
        application.gradients[2] == nil
      else { throw NotDifferentiable("the loss depends on the mean or the inverse deviation") }
      let (x, gamma) = (application.operands[0], application.operands[1])
      return rewriter.insert(
        .normalization(.layerNormGradient),
        [dy, x, gamma, application.results[1], application.results[2]])
    case .layerNormGradient:
      throw NotDifferentiable("it is a gradient itself")
    }
  }
}
