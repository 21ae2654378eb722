import GraphIR
import Operations

extension Operation {
  /// Inserts what computes the gradients of the operands, one each; nil where an operand has none, as an
  /// index. What the caller does not want it leaves unread.
  ///
  /// With the loss L, `dy` stands for ∂L/∂y: the gradient has the shape and the element type of y.
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    switch self {
    case .elementwise(let family): return try family.operandGradients(application, &rewriter)
    case .movement(let family): return try family.operandGradients(application, &rewriter)
    case .reduction(let family): return try family.operandGradients(application, &rewriter)
    case .contraction(let family): return try family.operandGradients(application, &rewriter)
    case .indexing(let family): return try family.operandGradients(application, &rewriter)
    case .accumulation:
      throw NotDifferentiable("gradients are accumulated once they are there")
    case .normalization(let family): return try family.operandGradients(application, &rewriter)
    case .softmax(let family): return try family.operandGradients(application, &rewriter)
    case .random(let family): return try family.operandGradients(application, &rewriter)
    case .stash:
      throw NotDifferentiable("a pipeline is scheduled after its functions are differentiated")
    case .source: throw NotDifferentiable("it has no operands")
    case .remote: throw NotDifferentiable("what is in streaming memory is no part of a loss")
    case .collective:
      throw NotDifferentiable("gradients are summed over replicas, not through sums")
    case .control(.call): throw NotDifferentiable("a call's derivative is that of its function")
    case .control(.repeat): throw NotDifferentiable("the values of its iterations are not kept")
    case .control(.fuse):
      throw NotDifferentiable("chains are made of what is differentiated already")
    case .control(.yield), .control(.return): throw NotDifferentiable("it has no results")
    }
  }
}

extension Application {
  /// The gradient of the only result, which has one, since rules run only where a result has one.
  func onlyGradient() throws(NotDifferentiable) -> ValueID {
    guard gradients.count == 1, let gradient = gradients[0] else {
      throw NotDifferentiable(
        "it has \(gradients.count) results, of which one must have a gradient")
    }
    return gradient
  }
}
