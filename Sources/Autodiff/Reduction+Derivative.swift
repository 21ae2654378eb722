import Foundations
import GraphIR
import Operations

extension Reduction {
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let dy = try application.onlyGradient()
    let x = application.operands[0]
    let type = rewriter.type(of: x)
    var keptShape = type.shape
    for axis in axes { keptShape[axis] = 1 }
    switch function {
    case .sum:
      // dx: dy repeated over the axes
      return [rewriter.broadcast(rewriter.reshape(dy, keptShape), to: type.shape)]
    case .maximum:
      // dx = (x = y) ? dy / n : 0, with n the number of elements equal to the maximum: they share the
      // gradient, so that its sum is that of dy.
      let y = rewriter.reshape(application.results[0], keptShape)
      let isMaximum = rewriter.compare(.equal, x, y)
      let count = rewriter.sum(rewriter.convert(isMaximum, to: type.element), axes: axes)
      let share = rewriter.reshape(rewriter.divide(dy, count), keptShape)
      return [rewriter.select(isMaximum, share, rewriter.scalar(0, type.element))]
    }
  }
}
