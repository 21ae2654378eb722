import Foundations
import IPUTarget
import Operations
import Testing
import TileProgram

/// Cycles of compute sets, against the formulas with the fullest tile's extents put in by hand.
@Suite struct VertexCostTests {
  private let ipu = smallSystem(tiles: 4).ipu

  private func cycles(
    _ vertex: Vertex, _ operands: [TileTensor], _ results: [TileTensor]
  ) -> Int {
    let count = operands.count
    let function = TileFunction("f", operands + results, [])
    let step = TileStep(
      .compute(
        vertex, operands: Array(0..<count), results: Array(count..<count + results.count)),
      operation: 0)
    var model = CostModel(smallSystem(tiles: 4), replicas: 1, ipusPerReplica: 1, factor: 1)
    let cost = model.cost(of: step, in: function)
    #expect(cost.time.compute == cost.cycles && cost.receivedBytes == 0)
    return cost.cycles
  }

  private func cut(_ shape: [Int], _ element: ElementType = .f16, parts: [Int]) -> TileTensor {
    TileTensor(
      Layout(shape: shape, parts: parts, tiles: 4), element, home: .frame(offset: 0),
      category: .activation)
  }

  @Test func elementwiseOperationsLoadEachTensorOnce() {
    // 10 rows in 4 parts: 3 at most.
    let x = cut([10, 64], parts: [4, 1])
    let one = cut([], parts: [])
    let add = Elementwise.binary(.add).vertex
    let elements = 3 * 64
    #expect(
      cycles(add, [x, x], [x])
        == ipu.elementwiseCycles([ElementwiseWork(.add, .f16)], elements: elements))
    #expect(
      cycles(Elementwise.binary(.divide).vertex, [x, one], [x])
        == ipu.elementwiseCycles([ElementwiseWork(.divideScalar, .f16)], elements: elements))
    #expect(
      cycles(Elementwise.convert(.f32).vertex, [x], [cut([10, 64], .f32, parts: [4, 1])])
        == ipu.elementwiseCycles(
          [ElementwiseWork(.convert(from: .f16), .f32)], elements: elements))
    // x · x of one tensor needs no further load.
    var model = CostModel(smallSystem(tiles: 4), replicas: 1, ipusPerReplica: 1, factor: 1)
    let function = TileFunction("f", [x, x], [])
    let square = Elementwise.binary(.multiply).vertex
    let step = TileStep(.compute(square, operands: [0, 0], results: [1]), operation: 0)
    #expect(
      model.cost(of: step, in: function).cycles
        == ipu.elementwiseCycles(
          [ElementwiseWork(.multiply, .f16, loads: 0)], elements: elements))
  }

  @Test func aChainLoadsAndStoresOnce() {
    let (half, single) = (cut([8, 32], parts: [4, 1]), cut([8, 32], .f32, parts: [4, 1]))
    let chain: [Elementwise] = [.convert(.f32), .binary(.multiply), .binary(.add)]
    #expect(
      cycles(.chain(chain), [half, single], [single, single])
        == ipu.elementwiseCycles(
          [
            ElementwiseWork(.convert(from: .f16), .f32, loads: 2),
            ElementwiseWork(.multiply, .f32, loads: 0), ElementwiseWork(.add, .f32, loads: 0),
          ], elements: 64))
  }

  @Test func aProductIncludesBringingItsOperandsIntoOrder() {
    // Boxes of 16 × 32 and 32 × 24, and a partial block for each of two parts.
    let left = cut([2, 32, 64], parts: [1, 2, 2])
    let right = cut([2, 64, 24], parts: [1, 2, 1])
    let sums = cut([2, 2, 32, 24], .f32, parts: [2, 1, 2, 1])
    let product = ipu.matmulCycles(
      batch: 2, rows: 16, columns: 24, contracted: 32, operands: .f16, partials: .f32)
    let plain = Contraction(partials: .f32)
    #expect(
      cycles(.partialProduct(plain), [left, right], [sums])
        == product + ipu.rearrangeCycles(bytes: 2 * 2 * 16 * 32)
        + ipu.transposeCycles(elements: 2 * 32 * 24, element: .f16))
    // Stored with the contracted elements side by side, both are copied.
    let stored = cut([2, 24, 64], parts: [1, 1, 2])
    let transposed = Contraction(transposesRight: true, partials: .f32)
    #expect(
      cycles(.partialProduct(transposed), [left, stored], [sums])
        == product + ipu.rearrangeCycles(bytes: 2 * 2 * (16 * 32 + 32 * 24)))
    #expect(
      cycles(
        .addPartials, [cut([2, 32, 24], .f32, parts: [1, 4, 1])], [cut([32, 24], parts: [4, 1])])
        == ipu.addPartialsCycles(elements: 8 * 24, partials: 2, element: .f32))
  }

  @Test func rowsOfATableAreTakenToBeEvenlyLookedUp() {
    let table = cut([100, 8], parts: [2, 2])
    let indices = cut([30], .i32, parts: [1])
    #expect(
      cycles(
        .partial(.indexing(.gatherRows())), [table, indices], [cut([2, 30, 8], parts: [2, 1, 2])])
        == ipu.gatherCycles(lookups: 30, hits: 15, rowElements: 4, element: .f16))
    #expect(
      cycles(
        .operation(.accumulation(.rows)), [table, indices, cut([30, 8], parts: [1, 2])], [table])
        == ipu.scatterAddCycles(updates: 30, hits: 15, rowElements: 4, element: .f16))
    let scores = cut([12, 50], parts: [2, 2])
    #expect(
      cycles(.partial(.indexing(.selectColumns)), [scores, cut([12], .i32, parts: [2])], [scores])
        == ipu.gatherCycles(lookups: 6, hits: 3, rowElements: 1, element: .f16))
  }

  @Test func rowsAndReductionsHaveTheTilesExtents() {
    let x = cut([10, 64], parts: [4, 1])
    let row = cut([64], parts: [1])
    #expect(
      cycles(.operation(.softmax(.softmax)), [x], [x])
        == ipu.softmaxCycles(rows: 3, width: 64, element: .f16))
    #expect(
      cycles(.operation(.normalization(.layerNorm(epsilon: 1e-12))), [x, row, row], [x, row, row])
        == ipu.layerNormCycles(rows: 3, width: 64, element: .f16))
    let columns = Reduction(.sum, axes: [0])
    #expect(
      cycles(.partial(.reduction(columns)), [x], [cut([4, 64], parts: [4, 1])])
        == ipu.reduceCycles(outer: 1, reduced: 3, inner: 64, element: .f16, maximum: false))
    let rows = Reduction(.maximum, axes: [1])
    #expect(
      cycles(.operation(.reduction(rows)), [x], [cut([10], parts: [4])])
        == ipu.reduceCycles(outer: 3, reduced: 64, inner: 1, element: .f16, maximum: true))
    #expect(
      cycles(.operation(.random(.dropout(probability: 0.1))), [x, row, row], [x])
        == ipu.dropoutCycles(elements: 192, element: .f16))
  }

  @Test func partsOfAStashAndOfAnAccumulatorAreWhatIsTouched() {
    let stash = cut([5, 8, 16], parts: [1, 4, 1])
    let entry = cut([8, 16], parts: [4, 1])
    let number = cut([], .i32, parts: [])
    #expect(
      cycles(.operation(.stash(.read)), [stash, number], [entry])
        == ipu.copyCycles(bytes: 2 * 16 * 2))
    #expect(
      cycles(.operation(.stash(.write)), [stash, entry, number], [stash])
        == ipu.copyCycles(bytes: 2 * 16 * 2))
    let sum = cut([8, 16], parts: [4, 1])
    #expect(
      cycles(.operation(.accumulation(.slice(starts: [7, 4]))), [sum, sum], [sum])
        == ipu.elementwiseCycles([ElementwiseWork(.add, .f16)], elements: 1 * 12))
  }

  @Test func moreRowsNeverTakeLess() {
    let weights = cut([64, 64], parts: [1, 4])
    var last = 0
    for rows in 1...40 {
      let x = cut([rows, 64], parts: [1, 1])
      let sums = cut([1, rows, 64], parts: [1, 1, 4])
      let product = cycles(.partialProduct(Contraction(partials: .f16)), [x, weights], [sums])
      let total =
        product + cycles(.operation(.softmax(.softmax)), [x], [x])
        + cycles(Elementwise.unary(.geluTanh).vertex, [x], [x])
      #expect(total >= last)
      last = total
    }
  }
}
