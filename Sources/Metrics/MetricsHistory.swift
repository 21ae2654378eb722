import Foundations

/// What the weight updates of a run reported, in a memory that does not grow with the run.
package struct MetricsHistory: Hashable, Sendable {
  /// A loss scale and the weight update that used it first.
  package struct LossScale: Hashable, Sendable {
    package var fromWeightUpdate: Int
    package var value: Double
  }

  /// The curve of each loss, in the order of the step line.
  package private(set) var losses: [MetricsCurve] = []
  /// The curve of each accuracy, in the order of the step line.
  package private(set) var accuracies: [MetricsCurve] = []
  /// The curve of the learning rate.
  package private(set) var learningRate = MetricsCurve(name: "learning_rate")
  /// Every change of the loss scale, the first scale included.
  package private(set) var lossScales: [LossScale] = []
  /// The last weight updates, at most `recentLimit`, the oldest first.
  package private(set) var recent: [TrainingMetrics] = []

  /// The last weight update; nil before the first.
  package var last: TrainingMetrics? { recent.last }

  /// Weight updates that the averages at the end of a run are over.
  package static let recentLimit = 100

  /// A history without weight updates.
  package init() {}

  /// The history that a run's `metrics.jsonl` tells.
  ///
  /// - Throws: the errors of `MetricsReader`.
  package init(readingFrom path: String) throws(TesseraError) {
    let reader = try MetricsReader(path: path)
    while let metrics = try reader.next() { add(metrics) }
  }

  /// Adds a weight update after those before.
  package mutating func add(_ metrics: TrainingMetrics) {
    Self.append(metrics.losses.named, at: metrics.weightUpdate, to: &losses)
    Self.append(metrics.accuracies, at: metrics.weightUpdate, to: &accuracies)
    learningRate.append(Double(metrics.learningRate), at: metrics.weightUpdate)
    if lossScales.last?.value != metrics.lossScale {
      lossScales.append(
        LossScale(fromWeightUpdate: metrics.weightUpdate, value: metrics.lossScale))
    }
    if recent.count == Self.recentLimit { recent.removeFirst() }
    recent.append(metrics)
  }

  private static func append(
    _ values: [NamedValue], at weightUpdate: Int, to curves: inout [MetricsCurve]
  ) {
    for value in values {
      let index = curves.firstIndex { $0.name == value.name } ?? curves.endIndex
      if index == curves.endIndex { curves.append(MetricsCurve(name: value.name)) }
      curves[index].append(value.value, at: weightUpdate)
    }
  }
}
