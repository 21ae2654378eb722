import Operations

/// The kinds of operations that have a meaning by themselves. A new operation does not build before
/// it has a kind here, and the samples' test fails before it has samples.
package enum OperationKind: Hashable, Sendable, CaseIterable {
  case unary(Elementwise.Unary)
  case binary(Elementwise.Binary)
  case compare(Elementwise.Comparison)
  case select
  case convert
  case reshape
  case transpose
  case broadcast
  case slice
  case pad
  case concatenate
  case reduction(Reduction.Function)
  case matmul
  case gatherRows
  case scatterAddRows
  case selectColumns
  case placeColumns
  case accumulateSlice
  case accumulateRows
  case layerNorm
  case layerNormGradient
  case softmax(Softmax)
  case dropout
  case stash(Stash)
  case constant
  case remote(Remote)

  /// Every kind that a test has to cover.
  package static var allCases: [OperationKind] {
    Elementwise.Unary.allCases.map(unary) + Elementwise.Binary.allCases.map(binary)
      + Elementwise.Comparison.allCases.map(compare)
      + Reduction.Function.allCases.map(reduction) + Softmax.allCases.map(softmax)
      + Stash.allCases.map(stash)
      + Remote.allCases.map(remote)
      + [
        .select, .convert, .reshape, .transpose, .broadcast, .slice, .pad, .concatenate, .matmul,
        .gatherRows, .scatterAddRows, .selectColumns, .placeColumns, .accumulateSlice,
        .accumulateRows, .layerNorm, .layerNormGradient, .dropout, .constant,
      ]
  }
}

extension Operation {
  /// The operation's kind, or nil where its meaning lies in what surrounds it.
  package var kind: OperationKind? {
    switch self {
    case .elementwise(.unary(let function)): .unary(function)
    case .elementwise(.binary(let function)): .binary(function)
    case .elementwise(.compare(let comparison)): .compare(comparison)
    case .elementwise(.select): .select
    case .elementwise(.convert): .convert
    case .movement(.reshape): .reshape
    case .movement(.transpose): .transpose
    case .movement(.broadcast): .broadcast
    case .movement(.slice): .slice
    case .movement(.pad): .pad
    case .movement(.concatenate): .concatenate
    case .reduction(let reduction): .reduction(reduction.function)
    case .contraction: .matmul
    case .indexing(.gatherRows): .gatherRows
    case .indexing(.scatterAddRows): .scatterAddRows
    case .indexing(.selectColumns): .selectColumns
    case .indexing(.placeColumns): .placeColumns
    case .accumulation(.slice): .accumulateSlice
    case .accumulation(.rows): .accumulateRows
    case .normalization(.layerNorm): .layerNorm
    case .normalization(.layerNormGradient): .layerNormGradient
    case .softmax(let softmax): .softmax(softmax)
    case .random(.dropout): .dropout
    case .stash(let stash): .stash(stash)
    case .source(.constant): .constant
    case .remote(let remote): .remote(remote)
    case .source(.infeed), .source(.replicaIndex), .source(.undefined), .collective, .control: nil
    }
  }
}
