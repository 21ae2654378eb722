import Foundations

extension IPU {
  /// Cycles of a vertex that applies steps to each element, one after the other, in registers: it loads and
  /// stores once, however many steps there are. Whether the result takes the operand's place makes no
  /// difference.
  ///
  ///     fixed + workers · loops · (1 + Σ loads + Σ arithmetic of a step)
  ///
  /// A loop is a vector of 64 bits of the widest type, or the block that a step computes at a time; each
  /// further operand is another load. The fixed part is ipu-stack's on a C600: 330 for one tensor (330 +
  /// 510⌈n/96⌉ of its GELU, within 6 cycles at 11 sizes), 492 with further ones (492 + 24⌈n/24⌉ of its first
  /// addition; the later takes 1,368 for 1,152 elements, this formula 1,356).
  ///
  /// - Parameters:
  ///   - steps: what is computed, first to last.
  ///   - elements: elements of the result that the tile has.
  package func elementwiseCycles(_ steps: [ElementwiseWork], elements: Int) -> Int {
    guard elements > 0, !steps.isEmpty else { return 0 }
    let vector = steps.map(\.narrowestVector).min() ?? 1
    let block = steps.map(\.arithmetic.elements).reduce(vector, max)
    let loads = steps.reduce(0) { $0 + $1.loads }
    let memory = (1 + loads) * (block / vector)
    let arithmetic = steps.map(\.arithmetic).reduce(0) {
      $0 + ($1.cycles * block).dividedUp(by: $1.elements)
    }
    return (loads == 0 ? 330 : 492)
      + loopCycles(elements: elements, block: block, cycles: memory + arithmetic)
  }
}

extension ElementwiseWork {
  /// Elements of 64 bits of the widest type that the step touches.
  fileprivate var narrowestVector: Int {
    guard case .convert(let source) = function else { return element.vectorElements }
    return min(element.vectorElements, source.vectorElements)
  }
}
