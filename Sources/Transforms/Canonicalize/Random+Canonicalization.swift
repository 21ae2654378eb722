import GraphIR
import Operations

extension Random {
  /// A dropout that drops nothing divides by 1.
  func canonical(_ site: RewriteSite) -> Rewrite? {
    switch self {
    case .dropout(let probability): probability == 0 ? .value(site.operands[0]) : nil
    }
  }
}
