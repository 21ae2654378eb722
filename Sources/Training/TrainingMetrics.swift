import Foundations

/// What one weight update reports.
package struct TrainingMetrics: Hashable, Sendable {
  /// The losses of a task: each the mean over the micro-batches of the weight update, in nat.
  package enum Losses: Hashable, Sendable {
    case pretraining(maskedLM: Double, nextSentence: Double)
    case questionAnswering(start: Double, end: Double)
    /// Cross entropy, or the squared error of a regression.
    case sequenceClassification(Double)

    /// Name and value of each loss, in the order in which they are printed.
    package var named: [(name: String, value: Double)] {
      switch self {
      case .pretraining(let maskedLM, let nextSentence):
        [("mlm_loss", maskedLM), ("nsp_loss", nextSentence)]
      case .questionAnswering(let start, let end):
        [("start_loss", start), ("end_loss", end)]
      case .sequenceClassification(let loss): [("glue_loss", loss)]
      }
    }
  }

  /// Counts from 1.
  package var weightUpdate: Int
  /// Samples trained on so far, over all replicas.
  package var samples: Int
  /// The losses of this weight update.
  package var losses: Losses
  /// The rate that this weight update used.
  package var learningRate: Float
  /// The factor on the loss before differentiation.
  package var lossScale: Double
  /// Samples a second, over all replicas.
  package var samplesPerSecond: Double

  /// The metrics of one weight update.
  package init(
    weightUpdate: Int, samples: Int, losses: Losses, learningRate: Float, lossScale: Double,
    samplesPerSecond: Double
  ) {
    self.weightUpdate = weightUpdate
    self.samples = samples
    self.losses = losses
    self.learningRate = learningRate
    self.lossScale = lossScale
    self.samplesPerSecond = samplesPerSecond
  }

  /// The object of `metrics.jsonl`, schema `tessera.metrics/1`, without a line end. Numbers are the
  /// shortest decimals that read back as the same number; NaN and the infinities are `null`.
  package var json: String {
    var fields: [JSON.Plain.Field] = [
      .init("schema", "tessera.metrics/1"), .init("weight_update", .integer(weightUpdate)),
      .init("samples", .integer(samples)),
    ]
    fields += losses.named.map { .init($0.name, .real($0.value)) }
    fields += [
      .init("learning_rate", .single(learningRate)), .init("loss_scale", .real(lossScale)),
      .init("samples_per_second", .real(samplesPerSecond)),
    ]
    return JSON.Plain.object(fields).text()
  }

  /// The step line, with the phrases `mlm_loss: X`, `nsp_loss: X` and
  /// `throughput: N samples/sec` that tools search a log for.
  package var stepLine: String {
    let losses = losses.named
      .map { "\($0.name): \(NumberText.fixed($0.value, decimals: 4))" }.joined(separator: ", ")
    let throughput = NumberText.fixed(samplesPerSecond, decimals: 1)
    return "step: \(weightUpdate), \(losses), learning_rate: \(learningRate), "
      + "loss_scale: \(lossScale), throughput: \(throughput) samples/sec"
  }
}
