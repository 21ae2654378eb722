import Foundations
import IPUTarget
import Testing

/// What holds of all formulas, measured or not.
@Suite struct CyclesTests {
  /// A formula of one extent, with the others fixed.
  struct Formula: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let cycles: @Sendable (_ extent: Int, _ element: ElementType) -> Int
  }

  static let ipu = IPU.mk2

  static let formulas: [Formula] = [
    Formula(testDescription: "elementwise") {
      ipu.elementwiseCycles([.init(.add, $1), .init(.tanh, $1)], elements: $0)
    },
    Formula(testDescription: "rows of a product") {
      ipu.matmulCycles(rows: $0, columns: 40, contracted: 70, operands: $1, partials: .f32)
    },
    Formula(testDescription: "columns of a product") {
      ipu.matmulCycles(rows: 20, columns: $0, contracted: 70, operands: $1, partials: $1)
    },
    Formula(testDescription: "contracted extent") {
      ipu.matmulCycles(rows: 20, columns: 40, contracted: $0, operands: $1, partials: $1)
    },
    Formula(testDescription: "batch") {
      ipu.matmulCycles(
        batch: $0, rows: 20, columns: 40, contracted: 70, operands: $1, partials: $1)
    },
    Formula(testDescription: "copy") { extent, _ in ipu.copyCycles(bytes: extent) },
    Formula(testDescription: "fill") { extent, _ in ipu.fillCycles(bytes: extent) },
    Formula(testDescription: "rearrange") { extent, _ in ipu.rearrangeCycles(bytes: extent) },
    Formula(testDescription: "transpose") { ipu.transposeCycles(elements: $0, element: $1) },
    Formula(testDescription: "sum of partials") {
      ipu.addPartialsCycles(elements: $0, partials: 5, element: $1)
    },
    Formula(testDescription: "partials") {
      ipu.addPartialsCycles(elements: 50, partials: $0, element: $1)
    },
    Formula(testDescription: "reduced neighbours") {
      ipu.reduceCycles(outer: 3, reduced: $0, inner: 1, element: $1, maximum: false)
    },
    Formula(testDescription: "reduced axis") {
      ipu.reduceCycles(outer: 3, reduced: $0, inner: 20, element: $1, maximum: true)
    },
    Formula(testDescription: "rows of a reduction, one axis") {
      ipu.reduceCycles(outer: $0, reduced: 40, inner: 20, element: $1, maximum: true)
    },
    Formula(testDescription: "width of a softmax") {
      ipu.softmaxCycles(rows: 9, width: $0, element: $1)
    },
    Formula(testDescription: "rows of a softmax") {
      ipu.softmaxCycles(rows: $0, width: 200, element: $1)
    },
    Formula(testDescription: "softmax gradient") {
      ipu.softmaxGradientCycles(rows: 9, width: $0, element: $1)
    },
    Formula(testDescription: "log-softmax") {
      ipu.logSoftmaxCycles(rows: $0, width: 300, element: $1)
    },
    Formula(testDescription: "log-softmax gradient") {
      ipu.logSoftmaxGradientCycles(rows: 9, width: $0, element: $1)
    },
    Formula(testDescription: "layer norm") {
      ipu.layerNormCycles(rows: 3, width: $0, element: $1)
    },
    Formula(testDescription: "layer norm gradient") {
      ipu.layerNormGradientCycles(rows: $0, width: 768, element: $1)
    },
    Formula(testDescription: "dropout") { ipu.dropoutCycles(elements: $0, element: $1) },
    Formula(testDescription: "gather") {
      ipu.gatherCycles(lookups: $0, hits: $0 / 4, rowElements: 12, element: $1)
    },
    Formula(testDescription: "scatter-add") {
      ipu.scatterAddCycles(updates: $0, hits: $0 / 4, rowElements: 12, element: $1)
    },
    Formula(testDescription: "select") { ipu.selectCycles(rows: $0, element: $1) },
  ]

  @Test(arguments: formulas, [ElementType.f16, .f32])
  func moreWorkTakesNoLessAndNoneNothing(_ formula: Formula, element: ElementType) {
    #expect(formula.cycles(0, element) == 0)
    let cycles = (1...700).map { formula.cycles($0, element) }
    #expect(cycles == cycles.sorted())
    #expect(cycles[0] >= 132)
    #expect(cycles[699] > cycles[0])
  }

  @Test(arguments: formulas) func singleTakesNoLessThanHalf(_ formula: Formula) {
    for extent in [1, 17, 96, 500] {
      #expect(formula.cycles(extent, .f32) >= formula.cycles(extent, .f16))
    }
  }

  @Test(arguments: [ElementType.f16, .f32], [ElementType.f16, .f32])
  func productsStayBelowThePeak(operands: ElementType, partials: ElementType) {
    let peak = IPU.mk2.macsPerCycle(operands: operands, partials: partials)
    let cycles = IPU.mk2.matmulCycles(
      rows: 6000, columns: 64, contracted: 1024, operands: operands, partials: partials)
    let rate = Double(6000 * 64 * 1024) / Double(cycles)
    #expect(rate < Double(peak))
    #expect(rate > 0.98 * Double(peak))
  }

  /// A vertex of several steps loads and stores once: all that it has less than vertices of a step each.
  @Test func stepsInOneVertexShareLoadsAndStores() {
    let steps = [VertexFunction.multiplyScalar, .tanh, .addScalar].map { ElementwiseWork($0, .f16) }
    let elements = 24 * 50
    let together = IPU.mk2.elementwiseCycles(steps, elements: elements)
    let apart = steps.map { IPU.mk2.elementwiseCycles([$0], elements: elements) }.reduce(0, +)
    #expect(apart - together == 2 * (330 + 6 * 50))
  }

  @Test func anOperandInRegistersIsNotLoadedAgain() {
    let square = ElementwiseWork(.multiply, .f32, loads: 0)
    let product = ElementwiseWork(.multiply, .f32)
    #expect(IPU.mk2.elementwiseCycles([square], elements: 1200) == 330 + 6 * 100 * 2)
    #expect(IPU.mk2.elementwiseCycles([product], elements: 1200) == 492 + 6 * 100 * 3)
    #expect(IPU.mk2.elementwiseCycles([product, square], elements: 1200) == 492 + 6 * 100 * 4)
  }

  @Test func conversionsWorkInVectorsOfTheWiderType() {
    let toSingle = IPU.mk2.elementwiseCycles([.init(.convert(from: .f16), .f32)], elements: 1200)
    let toHalf = IPU.mk2.elementwiseCycles([.init(.convert(from: .f32), .f16)], elements: 1200)
    #expect(toSingle == 330 + 6 * 100 * 2)
    #expect(toHalf == 330 + 6 * 50 * 4)
  }

  @Test func aReductionOfFewRowsUsesAllWorkers() {
    let few = IPU.mk2.reduceCycles(
      outer: 1, reduced: 6000, inner: 1, element: .f32, maximum: false)
    let many = IPU.mk2.reduceCycles(
      outer: 6, reduced: 1000, inner: 1, element: .f32, maximum: false)
    #expect(few - many == 6 * (12 + 2 * 2))
  }

  @Test func aHitCostsMoreThanAMiss() {
    for element in [ElementType.f16, .f32] {
      let misses = IPU.mk2.gatherCycles(lookups: 60, hits: 0, rowElements: 8, element: element)
      let hits = IPU.mk2.gatherCycles(lookups: 60, hits: 60, rowElements: 8, element: element)
      #expect(misses == 265 + 6 * 10 * 8)
      #expect(hits == 265 + 6 * 10 * (19 + 8))
    }
    #expect(
      IPU.mk2.scatterAddCycles(updates: 60, hits: 12, rowElements: 8, element: .f16)
        == 265 + 6 * (2 * (12 + 3 * 3) + 58 * 5))
  }
}
