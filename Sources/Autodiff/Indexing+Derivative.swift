import Foundations
import GraphIR
import Operations

extension Indexing {
  /// Picking and placing are adjoint to each other; indices have no gradient.
  func operandGradients(
    _ application: Application, _ rewriter: inout Rewriter
  ) throws(NotDifferentiable) -> [ValueID?] {
    let dy = try application.onlyGradient()
    let (first, second) = (application.operands[0], application.operands[1])
    switch self {
    case .gatherRows(let paddingIndex):
      // y[i] = table[index[i]]: dtable[v] = Σ dy[i] over the i with index[i] = v, none for padding
      let rows = rewriter.type(of: first).shape[0]
      let counted = paddingIndex.map { rewriter.zeroing(dy, where: second, is: $0) } ?? dy
      return [rewriter.insert(.indexing(.scatterAddRows(rows: rows)), [second, counted])[0], nil]
    case .scatterAddRows:
      // y[v] = Σ rows[i] over the i with index[i] = v: drows[i] = dy[index[i]]
      return [nil, rewriter.gatherRows(dy, first)]
    case .selectColumns:
      // y[i] = x[i, index[i]]: dx[i, v] = index[i] = v ? dy[i] : 0
      let columns = rewriter.type(of: first).shape[1]
      return [rewriter.insert(.indexing(.placeColumns(columns: columns)), [second, dy])[0], nil]
    case .placeColumns:
      // y[i, v] = index[i] = v ? values[i] : 0: dvalues[i] = dy[i, index[i]]
      return [nil, rewriter.selectColumns(dy, first)]
    }
  }
}

extension Rewriter {
  /// The rows [n, H] with zeros in those whose index [n] is `padding`.
  fileprivate mutating func zeroing(
    _ rows: ValueID, where indices: ValueID, is padding: Int
  ) -> ValueID {
    let isPadding = compare(.equal, indices, scalar(Double(padding), .i32))
    let column = reshape(isPadding, [type(of: indices).count, 1])
    return select(column, scalar(0, type(of: rows).element), rows)
  }
}
