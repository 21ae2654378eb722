/// A value over the weight updates of a run, in a memory that does not grow with the run: neighbouring
/// weight updates share a point as soon as there are too many.
package struct MetricsCurve: Hashable, Sendable {
  /// Some weight updates in a row: as many as every other point of the curve has, or, at the end, fewer.
  package struct Point: Hashable, Sendable {
    /// The first and the last weight update.
    package var weightUpdates: ClosedRange<Int>
    /// Of the values that are finite: their sum, how many they are, the least and the greatest.
    var sum: Double
    var count: Int
    package var range: ClosedRange<Double>?

    /// The mean of the finite values; nil where there is none.
    package var mean: Double? { count > 0 ? sum / Double(count) : nil }

    fileprivate init(_ value: Double, at weightUpdate: Int) {
      weightUpdates = weightUpdate...weightUpdate
      let isFinite = value.isFinite
      (sum, count, range) = (isFinite ? value : 0, isFinite ? 1 : 0, isFinite ? value...value : nil)
    }

    fileprivate mutating func join(_ next: Point) {
      weightUpdates = weightUpdates.lowerBound...next.weightUpdates.upperBound
      sum += next.sum
      count += next.count
      if let other = next.range {
        range =
          range.map {
            min($0.lowerBound, other.lowerBound)...max($0.upperBound, other.upperBound)
          } ?? other
      }
    }
  }

  /// The name in `metrics.jsonl`.
  package let name: String
  /// In order.
  package private(set) var points: [Point] = []
  /// Values of a point, except for the last one: a power of 2.
  private var width = 1
  /// Values of the last point.
  private var filled = 0

  /// Points of a curve at most; even.
  package static let pointLimit = 1024

  /// A curve without values.
  package init(name: String) {
    self.name = name
  }

  /// Appends the value of a weight update after those before.
  package mutating func append(_ value: Double, at weightUpdate: Int) {
    let point = Point(value, at: weightUpdate)
    if filled > 0, filled < width {
      points[points.count - 1].join(point)
      filled += 1
      return
    }
    if points.count == Self.pointLimit {
      for index in 0..<Self.pointLimit / 2 {
        points[index] = points[2 * index]
        points[index].join(points[2 * index + 1])
      }
      points.removeLast(Self.pointLimit / 2)
      width *= 2
    }
    points.append(point)
    filled = 1
  }
}
