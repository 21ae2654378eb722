import Metrics
import Testing

@Suite struct LossChartTests {
  @Test func aFallingLineFallsInASCII() {
    let chart = LossChart(
      series: [.init(name: "loss", values: [4, 3, 2, 1])], width: 11, height: 4, unicode: false)
    #expect(
      chart.rows() == [
        "loss  4.0000 -> 1.0000",
        "4.000 |*",
        "      | *",
        "      |  *",
        "1.000 |   *",
        "       1  4",
      ])
  }

  @Test func aFallingLineFallsInBraille() {
    let chart = LossChart(
      series: [.init(name: "loss", values: (0..<8).map { 7 - Double($0) })], width: 11, height: 2)
    #expect(
      chart.rows() == [
        "loss  7.0000 → 0.0000",
        "7.000 ┤⠑⢄",
        "0.000 ┤  ⠑⢄",
        "       1  8",
      ])
  }

  @Test func jumpsAreJoinedAndGapsAreLeft() {
    let chart = LossChart(
      series: [.init(name: "loss", values: [1, 4, .nan, 1, .infinity, 1])], width: 13, height: 4,
      unicode: false)
    #expect(
      chart.rows() == [
        "loss  1.0000 -> 1.0000",
        "4.000 | *",
        "      | *",
        "      | *",
        "1.000 |*  * *",
        "       1    6",
      ])
  }

  @Test func manyValuesAreMeansAndTwoSeriesTwoPanels() {
    let steps = (0..<1000).map { $0 < 500 ? 2.0 : 1.0 }
    let chart = LossChart(
      series: [.init(name: "mlm_loss", values: steps), .init(name: "nsp_loss", values: [0.5])],
      width: 17, height: 2, unicode: false)
    #expect(
      chart.rows() == [
        "mlm_loss  2.0000 -> 1.0000",
        "2.000 |*****",
        "1.000 |     *****",
        "       1     1000",
        "nsp_loss  0.5000 -> 0.5000",
        "0.500 |",
        "0.500 |**********",
        "       1",
      ])
  }

  @Test(arguments: [-5, 0, 1, 200], [-5, 0, 1, 30])
  func everySizeAndSeriesIsDrawn(width: Int, height: Int) {
    let extremes: [Double] = [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, .nan]
    let cases: [[Double]] = [[], [.nan], [3], [3, 3], extremes]
    for values in cases {
      for unicode in [true, false] {
        let rows = LossChart(
          series: [.init(name: "loss", values: values)], width: width, height: height,
          unicode: unicode
        ).rows()
        let isDrawn = values.contains(where: \.isFinite)
        #expect(rows.count == (isDrawn ? max(2, height) + 2 : 1))
      }
    }
  }
}
