import GraphIR
import Operations

extension Random {
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let dy = try application.onlyGradient()
    switch self {
    case .dropout:
      // y = m x with the mask m ∈ {0, 1/(1 − p)} of the key and stream: dx = m dy
      let (key, stream) = (application.operands[1], application.operands[2])
      return [rewriter.insert(.random(self), [dy, key, stream])[0], nil, nil]
    }
  }
}
