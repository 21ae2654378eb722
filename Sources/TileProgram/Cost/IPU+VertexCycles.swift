import Foundations
import IPUTarget
import Operations

extension IPU {
  /// Cycles of a compute set, of its fullest tile.
  func cycles(of vertex: Vertex, _ operands: [LocalTensor], _ results: [LocalTensor]) -> Int {
    switch vertex {
    case .operation(let operation), .partial(let operation):
      // Parts of a sum are what the operation makes of the tile's operands.
      cycles(of: operation, operands, results)
    case .chain(let chain):
      elementwiseCycles(
        Elementwise.work(ofChain: chain, operands, results), elements: results[0].count)
    case .addPartials:
      addPartialsCycles(
        elements: results[0].count, partials: operands[0].box[0], element: operands[0].element)
    case .partialProduct(let contraction):
      cycles(of: contraction, operands[0], operands[1])
    }
  }

  private func cycles(
    of operation: Operation, _ operands: [LocalTensor], _ results: [LocalTensor]
  ) -> Int {
    switch operation {
    case .elementwise(let operation):
      elementwiseCycles([operation.work(operands)], elements: results[0].count)
    case .movement: copyCycles(bytes: results[0].bytes)
    case .reduction(let reduction): cycles(of: reduction, operands[0])
    case .contraction(let contraction):
      cycles(of: contraction, operands[0], operands[1])
    case .indexing(let indexing): cycles(of: indexing, operands, results[0])
    case .accumulation(let accumulation): cycles(of: accumulation, operands)
    case .normalization(.layerNorm):
      layerNormCycles(
        rows: operands[0].rows, width: operands[0].width, element: operands[0].element)
    case .normalization(.layerNormGradient):
      layerNormGradientCycles(
        rows: operands[0].rows, width: operands[0].width, element: operands[0].element)
    case .softmax(let softmax): cycles(of: softmax, operands[0])
    case .random(.dropout):
      dropoutCycles(elements: operands[0].count, element: operands[0].element)
    case .stash(.read): copyCycles(bytes: results[0].bytes)
    case .stash(.write): copyCycles(bytes: operands[1].bytes)
    case .source: fillCycles(bytes: results[0].bytes)
    // Steps of their own, never a vertex.
    case .remote, .collective, .control: 0
    }
  }

  /// A product with what brings its operands into AMP's order. A box has the contracted elements of a row
  /// side by side, and is copied in groups, or it has them apart and is transposed.
  private func cycles(
    of contraction: Contraction, _ left: LocalTensor, _ right: LocalTensor
  ) -> Int {
    let (leftRows, leftColumns) = left.matrix
    let (rightRows, rightColumns) = right.matrix
    let product = matmulCycles(
      batch: left.box.dropLast(2).reduce(1, *),
      rows: contraction.transposesLeft ? leftColumns : leftRows,
      columns: contraction.transposesRight ? rightRows : rightColumns,
      contracted: contraction.transposesLeft ? leftRows : leftColumns,
      operands: left.element, partials: contraction.partials)
    var (copied, transposed) = (0, 0)
    if contraction.transposesLeft { transposed += left.count } else { copied += left.bytes }
    if contraction.transposesRight { copied += right.bytes } else { transposed += right.count }
    return rearrangeCycles(bytes: copied)
      + transposeCycles(elements: transposed, element: left.element) + product
  }

  private func cycles(of reduction: Reduction, _ operand: LocalTensor) -> Int {
    let reduced = reduction.axes.reduce(1) { $0 * operand.box[$1] }
    let inner = operand.box.dropFirst((reduction.axes.last ?? -1) + 1).reduce(1, *)
    return reduceCycles(
      outer: operand.count / (reduced * inner), reduced: reduced, inner: inner,
      element: operand.element, maximum: reduction.function == .maximum)
  }

  /// Indices are taken to be even over a table that is cut.
  private func cycles(
    of indexing: Indexing, _ operands: [LocalTensor], _ result: LocalTensor
  ) -> Int {
    switch indexing {
    case .gatherRows:
      let lookups = operands[1].count
      return gatherCycles(
        lookups: lookups, hits: operands[0].hits(of: lookups, axis: 0),
        rowElements: operands[0].width, element: result.element)
    case .scatterAddRows:
      let updates = operands[0].count
      return fillCycles(bytes: result.bytes)
        + scatterAddCycles(
          updates: updates, hits: result.hits(of: updates, axis: 0), rowElements: result.width,
          element: result.element)
    case .selectColumns:
      return gatherCycles(
        lookups: operands[0].rows, hits: operands[0].hits(of: operands[0].rows, axis: 1),
        rowElements: 1, element: result.element)
    case .placeColumns:
      return fillCycles(bytes: result.bytes)
        + gatherCycles(
          lookups: result.rows, hits: result.hits(of: result.rows, axis: 1), rowElements: 1,
          element: result.element)
    }
  }

  /// A slice is added within the accumulator's layout: its fullest tile has all of its box in the slice, or
  /// as much as the slice leaves of it.
  private func cycles(of accumulation: Accumulation, _ operands: [LocalTensor]) -> Int {
    let accumulator = operands[0]
    switch accumulation {
    case .slice(let starts):
      let extents = zip(zip(accumulator.box, accumulator.whole), starts).map {
        min($0.0, $0.1 - $1)
      }
      return elementwiseCycles(
        [ElementwiseWork(.add, accumulator.element)], elements: extents.reduce(1, *))
    case .rows:
      let updates = operands[1].count
      return scatterAddCycles(
        updates: updates, hits: accumulator.hits(of: updates, axis: 0),
        rowElements: accumulator.width, element: accumulator.element)
    }
  }

  private func cycles(of softmax: Softmax, _ operand: LocalTensor) -> Int {
    let (rows, width, element) = (operand.rows, operand.width, operand.element)
    return switch softmax {
    case .softmax: softmaxCycles(rows: rows, width: width, element: element)
    case .softmaxGradient: softmaxGradientCycles(rows: rows, width: width, element: element)
    case .logSoftmax: logSoftmaxCycles(rows: rows, width: width, element: element)
    case .logSoftmaxGradient:
      logSoftmaxGradientCycles(rows: rows, width: width, element: element)
    }
  }
}

extension LocalTensor {
  /// Extents of the last two axes.
  fileprivate var matrix: (rows: Int, columns: Int) { (box[box.count - 2], box[box.count - 1]) }
}
