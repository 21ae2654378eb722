/// Averages over executions: an execution is `global_batches_per_log` weight updates, after which the
/// original talks to its host and logs the means of what it received (release v2.4, section "outfeed
/// means" of its log).
///
/// Losses and accuracies are means; learning rate and loss scale are those of the last weight update, as
/// the original keeps the last alone; samples a second are all samples over all time.
package struct MetricsAverage: Hashable, Sendable {
  /// Weight updates of an execution.
  package let weightUpdates: Int
  private var collected: [TrainingMetrics] = []

  /// - Parameter weightUpdates: `global_batches_per_log`; at least 1.
  package init(over weightUpdates: Int) {
    self.weightUpdates = max(1, weightUpdates)
  }

  /// Adds a weight update; gives the averages where it is the last of its execution.
  package mutating func add(_ metrics: TrainingMetrics) -> TrainingMetrics? {
    collected.append(metrics)
    guard metrics.weightUpdate % weightUpdates == 0 else { return nil }
    return finish()
  }

  /// The averages of an execution that the run's end cut short; nil where there is none.
  package mutating func finish() -> TrainingMetrics? {
    defer { collected.removeAll(keepingCapacity: true) }
    return Self.average(collected)
  }

  /// The average of weight updates that follow each other; nil of none.
  package static func average(_ updates: some BidirectionalCollection<TrainingMetrics>)
    -> TrainingMetrics?
  {
    guard var result = updates.last else { return nil }
    func mean(_ value: (TrainingMetrics) -> Double?) -> Double {
      let values = updates.compactMap(value)
      return values.reduce(0, +) / Double(values.count)
    }
    func named(_ values: [NamedValue], _ name: String) -> Double? {
      values.first { $0.name == name }?.value
    }
    result.losses = result.losses.mapped { name in mean { named($0.losses.named, name) } }
    result.accuracies = result.accuracies.map { accuracy in
      NamedValue(accuracy.name, mean { named($0.accuracies, accuracy.name) })
    }
    // All weight updates have the same number of samples, so that the rate is the harmonic mean.
    result.samplesPerSecond = 1 / mean { 1 / $0.samplesPerSecond }
    return result
  }
}
