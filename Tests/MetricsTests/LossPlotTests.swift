import Foundation
import FoundationXML
import Metrics
import Testing

@Suite struct LossPlotTests {
  static func history(_ updates: Int, _ loss: (Int) -> Double) -> MetricsHistory {
    var history = MetricsHistory()
    for update in 0..<updates {
      var metrics = TrainingMetrics.sample(update + 1)
      metrics.losses = .pretraining(maskedLM: loss(update + 1), nextSentence: 0.5)
      history.add(metrics)
    }
    return history
  }

  /// Elements by name and class, as an XML parser sees them.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    var text = ""

    init(_ svg: String) throws {
      super.init()
      let parser = XMLParser(data: Data(svg.utf8))
      parser.delegate = self
      guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderInvalidValue) }
    }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      elements.append((name, attributes))
      text += "\n"
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    /// The data of the paths of a class.
    func paths(_ style: String) -> [String] {
      elements.filter { $0.name == "path" && $0.attributes["class"] == style }
        .compactMap { $0.attributes["d"] }
    }
  }

  @Test func theCurveGoesFromCornerToCorner() throws {
    let plot = LossPlot(
      title: "a <run> & \u{1}more",
      runs: [.init(name: "one", history: Self.history(3) { 4 - Double($0) })])
    let svg = try Reader(plot.svg)
    #expect(svg.text.contains("a <run> & ?more"))
    #expect(svg.text.contains("mlm_loss (nat)"))
    #expect(svg.text.contains("weight update"))
    // The plot is 64 to 836 wide; of the first panel's 200 a margin of 1/22 each lies above and below.
    let curves = svg.paths("line c0").filter { !$0.hasSuffix("h20") }
    #expect(curves.count == 3)
    #expect(curves[0] == "M64 89.09L450 180L836 270.91")
    #expect(svg.paths("band b0").isEmpty)
  }

  @Test func joinedRunsFollowEachOther() throws {
    let runs = [4, 6].map { count in
      LossPlot.Run(name: "\(count)", history: Self.history(count) { 1 / Double($0) })
    }
    let overlaid = try Reader(LossPlot(title: "t", runs: runs).svg)
    let joined = try Reader(LossPlot(title: "t", runs: runs, arrangement: .joined).svg)
    func start(_ svg: Reader) -> Substring? {
      svg.paths("line c1").last { !$0.hasSuffix("h20") }?.prefix { $0 != " " }
    }
    #expect(start(overlaid) == "M64")
    #expect(start(joined) == "M407.11")
    #expect(overlaid.paths("boundary").isEmpty)
    #expect(joined.paths("boundary").count == 3)
  }

  @Test func theSizeIsBoundedAndManyValuesHaveABand() throws {
    let plot = LossPlot(
      title: "t", runs: [.init(name: "r", history: Self.history(50_000) { sin(Double($0)) })])
    #expect(plot.svg.utf8.count < 200_000)
    #expect(!(try Reader(plot.svg).paths("band b0").isEmpty))
  }

  /// Gaps, single values and extremes are drawn, and nothing is that is no number.
  @Test func everyValueIsDrawn() throws {
    let huge = Double.greatestFiniteMagnitude
    let cases: [(values: [Double], dots: Int)] = [
      ([], 0), ([1], 1), ([0, 0], 0), ([.nan, .nan], 0), ([1, .nan, 2], 2), ([.infinity, 3, 3], 0),
      ([huge, -huge, 0], 0), ([huge], 1), ([1e-300, 2e-300], 0), ([5e-324, 0], 0),
    ]
    for (values, dots) in cases {
      let plot = LossPlot(
        title: "t",
        runs: [.init(name: "r", history: Self.history(values.count) { values[$0 - 1] })])
      let svg = try Reader(plot.svg)
      #expect(!plot.svg.contains("nan") && !plot.svg.contains("inf"), "\(values)")
      let drawn = svg.paths("line dot c0").first ?? ""
      #expect(drawn.split(separator: "M").count == dots, "\(values)")
    }
  }

  @Test func ticksAreRoundNumbers() {
    func labels(_ low: Double, _ high: Double, _ count: Int) -> [String] {
      let ticks = AxisTicks(from: low, to: high, count: count)
      return ticks.values.map(ticks.label)
    }
    #expect(labels(1, 7059, 8) == ["1,000", "2,000", "3,000", "4,000", "5,000", "6,000", "7,000"])
    #expect(
      labels(-0.1, 1.05, 4)
        == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(0, 3e-7, 3) == ["0", "1e-7", "2e-7", "3e-7"])
    #expect(labels(-1500, 0, 3) == ["-1,500", "-1,000", "-500", "0"])
    #expect(labels(2, 2, 4).count == 1)
  }
}
