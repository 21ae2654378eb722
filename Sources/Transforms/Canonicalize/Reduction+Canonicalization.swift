import GraphIR
import Operations

extension Reduction {
  /// The largest of single elements is the elements themselves.
  func canonical(_ site: RewriteSite) -> Rewrite? {
    let shape = site.type(of: site.operands[0]).shape
    guard function == .maximum, axes.allSatisfy({ shape[$0] == 1 }) else { return nil }
    return .operation(.movement(.reshape(site.resultType.shape)), site.operands)
  }
}
