import Foundations

/// `summary.json`: how a run went, schema `tessera.summary/1`.
package struct RunSummary: Hashable, Sendable {
  /// Why the run ended.
  package enum End: String, Hashable, Sendable {
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
  /// How long the run took.
  package var seconds: Double
  /// Of the last weight update; nil where the run ended before the first.
  package var last: TrainingMetrics?
  /// Samples a second over the whole run.
  package var samplesPerSecond: Double
  /// The checkpoint that the run wrote last.
  package var checkpointPath: String?

  /// A summary of these values.
  package init(
    name: String, bundleDigest: String, end: End, seconds: Double, last: TrainingMetrics?,
    samplesPerSecond: Double, checkpointPath: String?
  ) {
    self.name = name
    self.bundleDigest = bundleDigest
    self.end = end
    self.seconds = seconds
    self.last = last
    self.samplesPerSecond = samplesPerSecond
    self.checkpointPath = checkpointPath
  }

  /// The JSON text, one member a line.
  package var json: String {
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
    for loss in last?.losses.named ?? [] {
      fields.append(.init("last_" + loss.name, .real(loss.value)))
    }
    fields.append(.init("checkpoint", checkpointPath.map { .string($0) } ?? .null))
    return JSON.Plain.object(fields).text(.indented) + "\n"
  }
}
