import GraphIR
import Operations

/// Brings operations into one form each, so that equal values become equal operations for `cse`, and takes
/// out those that compute nothing.
///
///     %1 = reshape %0 to [6];  %2 = reshape %1 to [2, 3]     becomes     %2 = reshape %0 to [2, 3]
///     %3 = multiply 1, %2                                    becomes     %2
///
/// Every rule keeps all bits, but for those of a NaN; what does not is left. So `x + 0` stays where x is of
/// floating point (−0 + 0 is 0), and so does a sum over axes of extent 1, which begins with 0.
/// Rules stand in one file a family.
package enum Canonicalization {
  /// The pass.
  package static let pass = Pass(
    "canonicalize", "gives equal values one form, and takes out what computes nothing"
  ) { module, _ in
    module.rewrite { site in
      switch site.operation {
      case .elementwise(let family): family.canonical(site)
      case .movement(let family): family.canonical(site)
      case .reduction(let family): family.canonical(site)
      case .random(let family): family.canonical(site)
      case .contraction, .indexing, .accumulation, .normalization, .softmax, .stash, .source,
        .collective, .control, .remote:
        nil
      }
    }
  }
}
