import Foundations

/// One panel of a plot: axes with ticks, and a curve for each run.
struct PlotPanel: Hashable, Sendable {
  /// A curve in its place and colour.
  struct Curve: Hashable, Sendable {
    /// A point: its weight update on the axis, its value, and the range that it stands for.
    struct Point: Hashable, Sendable {
      var x: Double
      var mean: Double
      var range: ClosedRange<Double>
    }

    /// Points in a row; between two of these lies one that has no finite value.
    var parts: [[Point]]
    var color: Int
    /// Whether points stand for more than one value.
    var hasBand: Bool

    init(_ curve: MetricsCurve, offset: Int, color: Int) {
      let points = curve.points.map { point -> Point? in
        guard let mean = point.mean, let range = point.range else { return nil }
        let (first, last) = (point.weightUpdates.lowerBound, point.weightUpdates.upperBound)
        return Point(
          x: Double(offset) + (Double(first) + Double(last)) / 2, mean: mean, range: range)
      }
      parts = points.split(separator: nil).map { $0.compactMap { $0 } }
      hasBand = curve.points.contains { $0.weightUpdates.count > 1 }
      self.color = color
    }
  }

  let title: String
  let height: Double
  let weightUpdates: ClosedRange<Int>
  let curves: [Curve]
  /// Weight updates after which another run begins.
  let boundaries: [Int]

  static let left = 64.0
  static let right = 24.0
  private var width: Double { LossPlot.width - Self.left - Self.right }

  /// The elements of the panel.
  func lines(top: Double, number: Int, isLast: Bool) -> [String] {
    let scale = self.scale
    func y(_ value: Double) -> Double {
      // Each is divided first: the difference of two huge values may not be finite.
      let part = (scale.high / 2 - value / 2) / (scale.high / 2 - scale.low / 2)
      return top + height * min(2, max(-1, part))
    }
    var lines = [
      #"<clipPath id="panel\#(number)"><rect x="\#(SVG.number(Self.left))" y="\#(SVG.number(top))" width="\#(SVG.number(width))" height="\#(SVG.number(height))"/></clipPath>"#
    ]
    let yTicks = AxisTicks(from: scale.low, to: scale.high, count: max(2, Int(height / 40)))
    for value in yTicks.values {
      lines.append(line("grid", Self.left, y(value), Self.left + width, y(value)))
      lines.append(
        SVG.text(
          yTicks.label(value), x: Self.left - 8, y: y(value) + 4, class: "tick", anchor: "end"))
    }
    lines += xAxis(bottom: top + height, top: top, isLabelled: isLast)
    for boundary in boundaries {
      lines.append(line("boundary", x(Double(boundary)), top, x(Double(boundary)), top + height))
    }
    lines.append(#"<g clip-path="url(#panel\#(number))">"#)
    for curve in curves {
      if curve.hasBand { lines += curve.parts.map { band($0, color: curve.color, y) } }
      lines.append(path(curve, y))
    }
    lines.append("</g>")
    // Whole, also where they lie on an axis.
    lines += curves.filter { $0.parts.contains { $0.count == 1 } }.map { dots($0, y) }
    lines.append(line("axis", Self.left, top + height, Self.left + width, top + height))
    lines.append(line("axis", Self.left, top, Self.left, top + height))
    lines.append(SVG.text(title, x: Self.left, y: top - 8, class: "panel"))
    return lines
  }

  /// The lowest and the highest value that is shown: those of the means, and a little more.
  private var scale: (low: Double, high: Double) {
    let means = curves.flatMap { $0.parts.joined().map(\.mean) }
    guard let low = means.min(), let high = means.max() else { return (0, 1) }
    guard high > low else {
      let margin = low == 0 ? 1 : abs(low) / 4
      return (low - margin, high + margin)
    }
    let margin = high / 20 - low / 20
    let limit = Double.greatestFiniteMagnitude
    return (max(-limit, low - margin), min(limit, high + margin))
  }

  private func x(_ weightUpdate: Double) -> Double {
    let (first, last) = (Double(weightUpdates.lowerBound), Double(weightUpdates.upperBound))
    return Self.left + width * (weightUpdate - first) / (last - first)
  }

  private func xAxis(bottom: Double, top: Double, isLabelled: Bool) -> [String] {
    let (first, last) = (Double(weightUpdates.lowerBound), Double(weightUpdates.upperBound))
    let ticks = AxisTicks(from: first, to: last, count: 8)
    var lines: [String] = []
    for value in ticks.values where value == value.rounded() {
      lines.append(line("grid", x(value), top, x(value), bottom))
      guard isLabelled else { continue }
      lines.append(
        SVG.text(ticks.label(value), x: x(value), y: bottom + 18, class: "tick", anchor: "middle"))
    }
    if isLabelled {
      lines.append(
        SVG.text(
          "weight update", x: Self.left + width, y: bottom + 36, class: "tick", anchor: "end"))
    }
    return lines
  }

  private func path(_ curve: Curve, _ y: (Double) -> Double) -> String {
    let data = curve.parts.filter { $0.count > 1 }.map { part in
      "M" + part.map { place($0.x, $0.mean, y) }.joined(separator: "L")
    }
    return #"<path class="line c\#(curve.color)" d="\#(data.joined())"/>"#
  }

  /// Values that stand alone, between two gaps: a line of no length has round ends.
  private func dots(_ curve: Curve, _ y: (Double) -> Double) -> String {
    let data = curve.parts.filter { $0.count == 1 }.joined().map {
      "M\(place($0.x, $0.mean, y))h0"
    }
    return #"<path class="line dot c\#(curve.color)" d="\#(data.joined())"/>"#
  }

  private func band(_ part: [Curve.Point], color: Int, _ y: (Double) -> Double) -> String {
    let above = part.map { place($0.x, $0.range.upperBound, y) }
    let below = part.reversed().map { place($0.x, $0.range.lowerBound, y) }
    return #"<path class="band b\#(color)" d="M\#((above + below).joined(separator: "L"))Z"/>"#
  }

  private func place(_ weightUpdate: Double, _ value: Double, _ y: (Double) -> Double) -> String {
    "\(SVG.number(x(weightUpdate))) \(SVG.number(y(value)))"
  }

  private func line(
    _ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
  ) -> String {
    #"<path class="\#(style)" d="M\#(SVG.number(x1)) \#(SVG.number(y1))L\#(SVG.number(x2)) \#(SVG.number(y2))"/>"#
  }
}
