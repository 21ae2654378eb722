import Foundations

/// A number under the name that it has in every log.
package struct NamedValue: Hashable, Sendable {
  /// `mlm_loss`
  package var name: String
  /// The number; NaN and the infinities are possible.
  package var value: Double

  package init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// What one weight update reports.
package struct TrainingMetrics: Hashable, Sendable {
  /// The losses of a task: each the mean over the micro-batches of the weight update, in nat.
  package enum Losses: Hashable, Sendable {
    case pretraining(maskedLM: Double, nextSentence: Double)
    case questionAnswering(start: Double, end: Double)
    /// Cross entropy, or the squared error of a regression.
    case sequenceClassification(Double)

    /// Name and value of each loss, in the order in which they are printed.
    package var named: [NamedValue] {
      switch self {
      case .pretraining(let maskedLM, let nextSentence):
        [NamedValue("mlm_loss", maskedLM), NamedValue("nsp_loss", nextSentence)]
      case .questionAnswering(let start, let end):
        [NamedValue("start_loss", start), NamedValue("end_loss", end)]
      case .sequenceClassification(let loss): [NamedValue("glue_loss", loss)]
      }
    }

    /// The same losses with other values, which `value` gives by name.
    func mapped(_ value: (String) -> Double) -> Losses {
      switch self {
      case .pretraining:
        .pretraining(maskedLM: value("mlm_loss"), nextSentence: value("nsp_loss"))
      case .questionAnswering:
        .questionAnswering(start: value("start_loss"), end: value("end_loss"))
      case .sequenceClassification: .sequenceClassification(value("glue_loss"))
      }
    }
  }

  /// Counts from 1.
  package var weightUpdate: Int
  /// Samples trained on so far, over all replicas.
  package var samples: Int
  /// The losses of this weight update.
  package var losses: Losses
  /// Shares between 0 and 1 of labels that the model found in this weight update, in the order in which
  /// they are printed: `mlm_acc`, `nsp_acc`. The names end in `_acc`. Empty where the program gives none.
  package var accuracies: [NamedValue]
  /// The rate that this weight update used.
  package var learningRate: Float
  /// The factor on the loss before differentiation.
  package var lossScale: Double
  /// Samples a second, over all replicas.
  package var samplesPerSecond: Double

  /// The metrics of one weight update.
  package init(
    weightUpdate: Int, samples: Int, losses: Losses, accuracies: [NamedValue] = [],
    learningRate: Float, lossScale: Double, samplesPerSecond: Double
  ) {
    self.weightUpdate = weightUpdate
    self.samples = samples
    self.losses = losses
    self.accuracies = accuracies
    self.learningRate = learningRate
    self.lossScale = lossScale
    self.samplesPerSecond = samplesPerSecond
  }

  /// All that changes from one weight update to the next, under the names of `metrics.jsonl`. The learning
  /// rate is the 64-bit number that reads as the 32-bit one does: 0.001.
  package var named: [NamedValue] {
    let rate = Double(learningRate.description) ?? Double(learningRate)
    return losses.named + accuracies + [
      NamedValue("learning_rate", rate), NamedValue("loss_scale", lossScale),
      NamedValue("samples_per_second", samplesPerSecond),
    ]
  }

  /// The step line, with the phrases `mlm_loss: X`, `nsp_loss: X` and
  /// `throughput: N samples/sec` that tools search a log for.
  ///
  /// - Parameter timeLeft: seconds until the run's end, as far as one can tell.
  package func stepLine(timeLeft: Double? = nil) -> String {
    let values = (losses.named + accuracies)
      .map { "\($0.name): \(NumberText.fixed($0.value, decimals: 4))" }.joined(separator: ", ")
    let throughput = NumberText.fixed(samplesPerSecond, decimals: 1)
    return "step: \(weightUpdate), \(values), learning_rate: \(learningRate), "
      + "loss_scale: \(lossScale), throughput: \(throughput) samples/sec"
      + (timeLeft.map { ", \(NumberText.duration($0)) left" } ?? "")
  }
}
