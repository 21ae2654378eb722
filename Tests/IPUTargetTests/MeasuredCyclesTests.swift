import Foundations
import IPUTarget
import Testing

/// Holds formulas to what ipu-stack measured on a C600, a Mk2 die.
@Suite struct MeasuredCyclesTests {
  let ipu = IPU.c600

  /// Five products. The source has cycles and what its formula gives, not the shapes; of these the formula
  /// gives just that.
  @Test(arguments: [
    (rows: 72, panels: (9, 12), formula: 48_678, measured: 48_654),
    (108, (9, 9), 48_246, 48_180), (72, (9, 8), 32_550, 32_538),
    (84, (9, 12), 53_862, 53_718), (96, (10, 10), 54_694, 55_344),
  ])
  func products(rows: Int, panels: (Int, Int), formula: Int, measured: Int) {
    let cycles = ipu.matmulCycles(
      rows: rows, columns: 16 * panels.1, contracted: 16 * panels.0, operands: .f16, partials: .f16)
    #expect(cycles == formula)
    #expect(abs(Double(cycles) / Double(measured) - 1) < 0.0125)
  }

  /// Formulas that the source found exact at seven sizes between these, and within 6 cycles at eleven.
  @Test func sumsAndGELU() {
    #expect(ipu.addPartialsCycles(elements: 8, partials: 2, element: .f16) == 360)
    #expect(ipu.addPartialsCycles(elements: 2208, partials: 28, element: .f16) == 18_222)
    for blocks in 1...24 {
      let elements = 96 * blocks
      let cycles = ipu.elementwiseCycles([ElementwiseWork(.geluTanh, .f16)], elements: elements)
      #expect(cycles == 330 + 510 * blocks)
    }
  }

  @Test func kernelsOfRows() {
    #expect(ipu.softmaxCycles(rows: 7, width: 64, element: .f16) == 2928)
    #expect(ipu.softmaxCycles(rows: 8, width: 64, element: .f16) == 2928)
    let long = ipu.softmaxCycles(rows: 8, width: 729, element: .f16)
    #expect(abs(long - 21_780) < 22)
    #expect(abs(ipu.layerNormCycles(rows: 1, width: 1152, element: .f16) - 9378) <= 3)
  }

  @Test func additionsAndCopies() {
    let addition = ipu.elementwiseCycles([ElementwiseWork(.add, .f16)], elements: 1152)
    #expect(abs(Double(addition) / 1368 - 1) < 0.01)
    #expect(abs(Double(ipu.copyCycles(bytes: 8192)) / 1308 - 1) < 0.01)
  }
}
