import Foundations

/// `summary.json`: how a run went, schema `tessera.summary/1`.
package struct RunSummary: Hashable, Sendable {
  /// Why the run ended.
  package enum End: String, Hashable, Sendable {
    /// It has not ended, or nobody could say so any more.
    case running
    case completed
    case interrupted
    case failed
  }

  /// The run's name.
  package var name: String
  /// The digest of the program that ran.
  package var bundleDigest: String
  /// Why the run ended.
  package var end: End
  /// How long the run took, since it was started or last resumed.
  package var seconds: Double
  /// What the weight updates reported, those before the run was resumed included.
  package var history: MetricsHistory
  /// The loss scale that the run uses now; nil where it is not known.
  package var lossScale: Double?
  /// The weight updates after which the run was resumed, one for each time.
  package var resumedAfter: [Int]
  /// Records of the data that were damaged and left out.
  package var skippedRecords: Int
  /// Samples a second over that time.
  package var samplesPerSecond: Double
  /// The checkpoint that the run wrote last.
  package var checkpointPath: String?

  /// A summary of these values.
  package init(
    name: String, bundleDigest: String, end: End, seconds: Double, samplesPerSecond: Double,
    history: MetricsHistory, lossScale: Double? = nil, resumedAfter: [Int] = [],
    skippedRecords: Int = 0,
    checkpointPath: String?
  ) {
    self.name = name
    self.bundleDigest = bundleDigest
    self.end = end
    self.seconds = seconds
    self.samplesPerSecond = samplesPerSecond
    self.history = history
    self.lossScale = lossScale
    self.resumedAfter = resumedAfter
    self.skippedRecords = skippedRecords
    self.checkpointPath = checkpointPath
  }

  /// The JSON text, one member a line.
  package var json: String {
    let last = history.last
    var fields: [JSON.Plain.Field] = [
      .init("schema", "tessera.summary/1"),
      .init("name", .string(name)),
      .init("bundle_digest", .string(bundleDigest)),
      .init("end", .string(end.rawValue)),
      .init("weight_updates", .integer(last?.weightUpdate ?? 0)),
      .init("samples", .integer(last?.samples ?? 0)),
      .init("seconds", .real(seconds)),
      .init("samples_per_second", .real(samplesPerSecond)),
    ]
    fields += Self.fields(last, prefix: "last_")
    fields.append(.init("averages", averages))
    fields += [
      .init(
        "loss_scales",
        .array(
          lossScales.map {
            .object([
              .init("from_weight_update", .integer($0.fromWeightUpdate)),
              .init("loss_scale", .real($0.value)),
            ])
          })),
      .init("resumed_after", .array(resumedAfter.map { .integer($0) })),
      .init("skipped_records", .integer(skippedRecords)),
      .init("checkpoint", checkpointPath.map { .string($0) } ?? .null),
    ]
    return JSON.Plain.object(fields).text(.indented) + "\n"
  }

  /// The scales of the weight updates that are done, and that of the next one where it is another: it is what
  /// failed, if the run ended there.
  private var lossScales: [MetricsHistory.LossScale] {
    guard let lossScale, history.lossScales.last?.value != lossScale else {
      return history.lossScales
    }
    let next = (history.last?.weightUpdate ?? 0) + 1
    return history.lossScales + [.init(fromWeightUpdate: next, value: lossScale)]
  }

  /// The means of the last weight updates, and how many they are.
  private var averages: JSON.Plain {
    guard let average = MetricsAverage.average(history.recent) else { return .null }
    return .object(
      [.init("weight_updates", .integer(history.recent.count))]
        + Self.fields(average, prefix: "")
        + [.init("samples_per_second", .real(average.samplesPerSecond))])
  }

  private static func fields(_ metrics: TrainingMetrics?, prefix: String) -> [JSON.Plain.Field] {
    guard let metrics else { return [] }
    return (metrics.losses.named + metrics.accuracies)
      .map { .init(prefix + $0.name, .real($0.value)) }
  }
}
