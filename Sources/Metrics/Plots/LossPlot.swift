import Foundations

/// A picture of runs as SVG: a panel for each loss, since two losses seldom share a scale, and a low one
/// for the learning rate, over the weight updates. A curve is the mean of its points; where a point stands
/// for many weight updates, a band shows from the least to the greatest.
package struct LossPlot: Hashable, Sendable {
  /// A run to be drawn.
  package struct Run: Hashable, Sendable {
    /// Its name in the legend.
    package var name: String
    /// Its curves.
    package var history: MetricsHistory

    /// A run under its name.
    package init(name: String, history: MetricsHistory) {
      self.name = name
      self.history = history
    }

    fileprivate var lastWeightUpdate: Int { history.last?.weightUpdate ?? 0 }
  }

  /// How several runs share the axis of weight updates.
  package enum Arrangement: Hashable, Sendable {
    /// Each from its first weight update.
    case overlaid
    /// Each behind the one before, as the phases of one training.
    case joined
  }

  private let title: String
  private let runs: [Run]
  private let arrangement: Arrangement

  static let width = 860.0
  private static let legendTop = 44.0
  private static let lossHeight = 200.0
  private static let learningRateHeight = 90.0
  private static let gap = 26.0

  /// A plot of runs, in the order of the legend.
  package init(title: String, runs: [Run], arrangement: Arrangement = .overlaid) {
    self.title = title
    self.runs = runs
    self.arrangement = arrangement
  }

  /// The document; readable on light and on dark pages.
  package var svg: String {
    let panels = self.panels
    let top = Self.legendTop + 36
    let bottom = panels.reduce(top) { $0 + $1.height + Self.gap } + 30
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(SVG.number(Self.width)) \#(SVG.number(bottom))" role="img" font-family="system-ui, sans-serif" font-size="12">"#,
      "<title>\(SVG.escaped(title))</title>",
      SVG.style,
      #"<rect class="page" width="100%" height="100%"/>"#,
      SVG.text(title, x: PlotPanel.left, y: 26, class: "title"),
    ]
    lines += legend
    if panels.contains(where: { $0.curves.contains(where: \.hasBand) }) {
      lines.append(
        SVG.text(
          "line: mean of neighbouring weight updates, band: least to greatest",
          x: PlotPanel.left, y: bottom - 22, class: "tick"))
    }
    var y = top
    for (number, panel) in panels.enumerated() {
      lines += panel.lines(top: y, number: number, isLast: number == panels.count - 1)
      y += panel.height + Self.gap
    }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var offsets: [Int] {
    var offset = 0
    return runs.map { run in
      defer { if arrangement == .joined { offset += run.lastWeightUpdate } }
      return offset
    }
  }

  private var panels: [PlotPanel] {
    let last = zip(runs, offsets).map { $0.lastWeightUpdate + $1 }.max() ?? 0
    var names: [String] = []
    for curve in runs.flatMap(\.history.losses) where !names.contains(curve.name) {
      names.append(curve.name)
    }
    let boundaries = arrangement == .joined ? Array(offsets.dropFirst()) : []
    func panel(
      _ title: String, height: Double, _ curve: (MetricsHistory) -> MetricsCurve?
    ) -> PlotPanel {
      let curves = zip(runs, offsets).enumerated().compactMap { number, run in
        curve(run.0.history).map {
          PlotPanel.Curve($0, offset: run.1, color: number % SVG.colorCount)
        }
      }
      return PlotPanel(
        title: title, height: height, weightUpdates: 1...max(2, last), curves: curves,
        boundaries: boundaries)
    }
    return names.map { name in
      panel("\(name) (nat)", height: Self.lossHeight) { history in
        history.losses.first { $0.name == name }
      }
    } + [panel("learning_rate", height: Self.learningRateHeight, \.learningRate)]
  }

  /// A line of colour and a name for each run, as many as the width has room for.
  private var legend: [String] {
    var x = PlotPanel.left
    var lines: [String] = []
    for (number, run) in runs.enumerated() {
      let width = 34 + 7.5 * Double(run.name.count)
      guard x + width < Self.width - PlotPanel.right else {
        lines.append(SVG.text("…", x: x, y: Self.legendTop + 4))
        break
      }
      lines.append(
        #"<path class="line c\#(number % SVG.colorCount)" d="M\#(SVG.number(x)) \#(SVG.number(Self.legendTop))h20"/>"#
      )
      lines.append(SVG.text(run.name, x: x + 26, y: Self.legendTop + 4))
      x += width
    }
    return lines
  }
}
