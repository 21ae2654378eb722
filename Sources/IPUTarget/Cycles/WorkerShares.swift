import Foundations

// How a vertex's work is divided, which all formulas of cycles have in common.
//
// A cycle is one of the tile. Its workers take turns, so that an instruction of a worker takes `workers`
// cycles, however many of them have work: a vertex takes as long as its worker with the most. Every result
// contains the fixed cycles of its compute set (call, launch, waiting for the last worker), measured for the
// kernel where a source has that, else `vertexOverhead`; a vertex without work takes none.

extension IPU {
  /// Tile cycles of loops over `blocks` blocks that workers share, a block being `cycles` instructions.
  func loopCycles(blocks: Int, cycles: Int) -> Int {
    workers * blocks.dividedUp(by: workers) * cycles
  }

  /// Tile cycles of loops over elements that workers share, in blocks of `block` elements of one worker.
  func loopCycles(elements: Int, block: Int, cycles: Int) -> Int {
    workers * elements.dividedUp(by: workers).dividedUp(by: block) * cycles
  }
}

extension Int {
  /// The quotient, rounded up.
  package func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}

extension ElementType {
  /// Elements of a vector of 64 bits, the width of a worker's loads and arithmetic (poplibs,
  /// `getVectorWidth`). A tile has no arithmetic of double precision; f64 counts as f32.
  var vectorElements: Int {
    switch self {
    case .f16, .i1: 4
    case .f32, .f64, .i32: 2
    }
  }

  /// The cycles of f16 or those of the wider types.
  func cycles(half: Int, single: Int) -> Int { self == .f16 ? half : single }
}
