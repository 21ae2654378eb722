import Foundations

/// A chart of losses in text, for the end of a run: a panel for each series, since two losses seldom
/// share a scale.
package struct LossChart: Hashable, Sendable {
  /// A loss at weight updates that lie evenly; values that are not finite leave a gap.
  package struct Series: Hashable, Sendable {
    /// The panel's title.
    package var name: String
    /// From the first weight update to the last.
    package var values: [Double]
    /// The first and the last weight update.
    var weightUpdates: ClosedRange<Int>

    /// A series with one value a weight update, from the first.
    package init(name: String, values: [Double]) {
      self.name = name
      self.values = values
      weightUpdates = 1...max(1, values.count)
    }

    /// The means of a curve's points.
    package init(_ curve: MetricsCurve) {
      name = curve.name
      values = curve.points.map { $0.mean ?? .nan }
      let first = curve.points.first?.weightUpdates.lowerBound ?? 1
      weightUpdates = first...max(first, curve.points.last?.weightUpdates.upperBound ?? first)
    }
  }

  /// A panel each, in this order.
  package var series: [Series]
  /// Columns of the whole chart.
  package var width: Int
  /// Rows of one panel's plot, without its title.
  package var height: Int
  /// Braille characters, 2 × 4 points each; else one `*` a point.
  package var unicode: Bool

  /// A chart of the series; sizes too small to draw in are raised.
  package init(series: [Series], width: Int = 72, height: Int = 8, unicode: Bool = true) {
    self.series = series
    self.width = width
    self.height = height
    self.unicode = unicode
  }

  /// The rows, without line ends and without trailing spaces.
  package func rows() -> [String] {
    series.flatMap(panel)
  }

  private func panel(_ series: Series) -> [String] {
    let finite = series.values.filter(\.isFinite)
    guard let first = finite.first, let last = finite.last, let low = finite.min(),
      let high = finite.max()
    else { return ["\(series.name): no finite values"] }
    let labels = [high, low].map { NumberText.fixed($0, decimals: 3) }
    let labelWidth = labels.map(\.count).max() ?? 0
    let columns = max(1, width - labelWidth - 2)
    let rowCount = max(2, height)
    let (pointsWide, pointsHigh) = unicode ? (2, 4) : (1, 1)
    let heights = resampled(series.values, count: columns * pointsWide).map { value in
      value.map { level($0, low: low, high: high, count: rowCount * pointsHigh) }
    }
    let canvas = cells(heights, columns: columns, rowCount: rowCount)

    let arrow = unicode ? "→" : "->"
    let ends = [first, last].map { NumberText.fixed($0, decimals: 4) }.joined(
      separator: " \(arrow) ")
    var rows = ["\(series.name)  \(ends)"]
    for (row, text) in canvas.enumerated() {
      let label = row == 0 ? labels[0] : row == rowCount - 1 ? labels[1] : ""
      let padding = String(repeating: " ", count: labelWidth - label.count)
      rows.append(trimmed("\(padding)\(label) \(unicode ? "┤" : "|")\(text)"))
    }
    rows.append(axis(series.weightUpdates, indent: labelWidth + 2, columns: columns))
    return rows
  }

  /// The line under a panel: the first and the last weight update.
  private func axis(_ weightUpdates: ClosedRange<Int>, indent: Int, columns: Int) -> String {
    let (first, last) = ("\(weightUpdates.lowerBound)", "\(weightUpdates.upperBound)")
    let gap = String(repeating: " ", count: max(1, columns - first.count - last.count))
    return String(repeating: " ", count: indent) + first
      + (weightUpdates.count > 1 ? gap + last : "")
  }

  /// `count` values over the same span: means where there are more values than points, straight
  /// lines between them where there are fewer; nil where no finite value falls.
  private func resampled(_ values: [Double], count: Int) -> [Double?] {
    (0..<count).map { point in
      if values.count > count {
        let (start, end) = (point * values.count / count, (point + 1) * values.count / count)
        let finite = values[start..<end].filter(\.isFinite)
        return finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count)
      }
      let place = count > 1 ? Double(point) * Double(values.count - 1) / Double(count - 1) : 0
      let index = min(Int(place), values.count - 1)
      let next = min(index + 1, values.count - 1)
      let part = place - Double(index)
      // A value that is not finite counts only where it has a share.
      let value = part == 0 ? values[index] : values[index] * (1 - part) + values[next] * part
      return value.isFinite ? value : nil
    }
  }

  /// The row of points for a value, 0 at the top; a series without spread lies in the middle.
  private func level(_ value: Double, low: Double, high: Double, count: Int) -> Int {
    guard high > low else { return count / 2 }
    // Each is divided first: the difference of two huge values may not be finite.
    let span = high / 2 - low / 2
    let fraction = (high / 2 - value / 2) / span
    return min(count - 1, max(0, Int((fraction * Double(count - 1)).rounded())))
  }

  /// Draws the curve, neighbouring points joined by a vertical stroke.
  private func cells(_ heights: [Int?], columns: Int, rowCount: Int) -> [String] {
    let (pointsWide, pointsHigh) = unicode ? (2, 4) : (1, 1)
    var bits = [[UInt32]](repeating: [UInt32](repeating: 0, count: columns), count: rowCount)
    var previous: Int?
    for (x, height) in heights.enumerated() {
      if let height {
        for y in stroke(from: previous, to: height) {
          bits[y / pointsHigh][x / pointsWide] |= dot(x % pointsWide, y % pointsHigh)
        }
      }
      previous = height
    }
    return bits.map { row in
      String(String.UnicodeScalarView(row.map(character)))
    }
  }

  private func stroke(from previous: Int?, to height: Int) -> ClosedRange<Int> {
    guard let previous, previous != height else { return height...height }
    return previous < height ? (previous + 1)...height : height...(previous - 1)
  }

  /// The bit of a point in a Braille cell (Unicode 16, chapter 21.1: dots 1 to 3 and 7 go down
  /// the left column, 4 to 6 and 8 the right).
  private func dot(_ x: Int, _ y: Int) -> UInt32 {
    let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    return bits[y][x]
  }

  private func character(_ bits: UInt32) -> Unicode.Scalar {
    guard bits != 0 else { return " " }
    return unicode ? Unicode.Scalar(0x2800 + bits) ?? "?" : "*"
  }

  private func trimmed(_ row: String) -> String {
    let end = row.lastIndex { $0 != " " }
    return end.map { String(row[...$0]) } ?? ""
  }
}
