import Foundations
import GraphIR
import Operations

extension Contraction {
  /// With C = A′ B′, where A′ is A or its transpose, and B′ likewise: dA′ = dC B′ᵀ, dB′ = A′ᵀ dC. The
  /// transposes are folded into the products, which keep `partials`.
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let dc = try application.onlyGradient()
    let (a, b) = (application.operands[0], application.operands[1])
    func product(
      _ left: ValueID, _ right: ValueID, transposesLeft: Bool, transposesRight: Bool
    ) -> ValueID {
      rewriter.matmul(
        left, right, transposesLeft: transposesLeft, transposesRight: transposesRight,
        partials: partials)
    }
    let da =
      transposesLeft
      // A′ = Aᵀ: dA = B′ dCᵀ
      ? product(b, dc, transposesLeft: transposesRight, transposesRight: true)
      // A′ = A: dA = dC B′ᵀ
      : product(dc, b, transposesLeft: false, transposesRight: !transposesRight)
    let db =
      transposesRight
      // B′ = Bᵀ: dB = dCᵀ A′
      ? product(dc, a, transposesLeft: true, transposesRight: transposesLeft)
      // B′ = B: dB = A′ᵀ dC
      : product(a, dc, transposesLeft: !transposesLeft, transposesRight: false)
    return [da, db]
  }
}
