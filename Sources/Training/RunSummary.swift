import Checkpoints

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
    var members = [
      ("schema", quotedJSON("tessera.summary/1")),
      ("name", quotedJSON(name)),
      ("bundle_digest", quotedJSON(bundleDigest)),
      ("end", quotedJSON(end.rawValue)),
      ("weight_updates", "\(last?.weightUpdate ?? 0)"),
      ("samples", "\(last?.samples ?? 0)"),
      ("seconds", NumberText.json(seconds)),
      ("samples_per_second", NumberText.json(samplesPerSecond)),
    ]
    for loss in last?.losses.named ?? [] {
      members.append(("last_" + loss.name, NumberText.json(loss.value)))
    }
    members.append(("checkpoint", checkpointPath.map(quotedJSON) ?? "null"))
    let lines = members.map { "  \"\($0.0)\": \($0.1)" }
    return "{\n\(lines.joined(separator: ",\n"))\n}\n"
  }
}
