import Datasets
import Foundations
import Glibc
import Operations
import Recipe

/// Adds up what an evaluation reports.
struct EvaluationTally {
  private let recipe: TrainingRecipe.Program
  private var lossSums: [(name: String, sum: Double, weight: Double)] = []
  private var hits: [(name: String, right: Int, total: Int)] = []
  private var maskedCounts: [Int32: Int] = [:]

  init(_ recipe: TrainingRecipe.Program) {
    self.recipe = recipe
  }

  /// Adds a micro-batch. The program's masked-LM loss is a mean over its masked tokens, so it counts as
  /// often as there are of them; other losses are means over samples.
  mutating func add(_ batch: Batch, _ results: [NamedResult]) {
    let masked = (batch.values(ofStream: "masked_lm_ids") ?? []).filter { $0 != 0 }
    for token in masked { maskedCounts[token, default: 0] += 1 }
    for result in results where result.port.role == .loss {
      let isMaskedLM = result.port.name == "mlm_loss"
      let weight = isMaskedLM ? Double(masked.count) : Double(batch.sampleCount)
      guard weight > 0 else { continue }
      addLoss(result.port.name, Double(result.values[0]), weight)
    }
    for (metric, output, labels, ignored) in Self.metrics(recipe.task) {
      guard let logits = results.first(where: { $0.port.name == output }),
        let labels = batch.values(ofStream: labels)
      else { continue }
      addHits(metric, logits, labels, ignoring: ignored)
    }
  }

  /// Metric, its logits, its labels, and the label that does not count.
  private static func metrics(
    _ task: TrainingTask
  ) -> [(metric: String, output: String, labels: String, ignored: Int32?)] {
    switch task {
    case .pretraining:
      [
        ("mlm_acc", "prediction_logits", "masked_lm_ids", 0),
        ("nsp_acc", "seq_relationship_logits", "next_sentence_labels", nil),
      ]
    case .questionAnswering:
      [
        ("start_acc", "start_logits", "start_positions", nil),
        ("end_acc", "end_logits", "end_positions", nil),
      ]
    case .sequenceClassification(let glue):
      glue.isRegression ? [] : [("glue_acc", "logits", "labels", nil)]
    }
  }

  private mutating func addLoss(_ name: String, _ value: Double, _ weight: Double) {
    guard let index = lossSums.firstIndex(where: { $0.name == name }) else {
      return lossSums.append((name, value * weight, weight))
    }
    lossSums[index].sum += value * weight
    lossSums[index].weight += weight
  }

  private mutating func addHits(
    _ name: String, _ logits: NamedResult, _ labels: [Int32], ignoring ignored: Int32?
  ) {
    let width = logits.shape[logits.shape.count - 1]
    var right = 0
    var total = 0
    for (row, label) in labels.enumerated() where label != ignored {
      let range = row * width..<(row + 1) * width
      total += 1
      // No logit is the highest of a row that has a NaN.
      guard !range.contains(where: { logits.values[$0].isNaN }) else { continue }
      let best = range.max { logits.values[$0] < logits.values[$1] }
      if best == row * width + Int(label) { right += 1 }
    }
    guard let index = hits.firstIndex(where: { $0.name == name }) else {
      return hits.append((name, right, total))
    }
    hits[index].right += right
    hits[index].total += total
  }

  func report(samples: Int) -> EvaluationReport {
    EvaluationReport(
      samples: samples, losses: lossSums.map { ($0.name, $0.sum / $0.weight) },
      accuracies: hits.filter { $0.total > 0 }
        .map { ($0.name, Double($0.right) / Double($0.total)) },
      maskedTokens: unigramEntropy())
  }

  /// −Σ p log p over the tokens behind the masks.
  private func unigramEntropy() -> (count: Int, unigramEntropy: Double)? {
    let total = maskedCounts.values.reduce(0, +)
    guard total > 0 else { return nil }
    // In the order of the counts, so that the sum does not depend on the hash table's.
    let entropy = maskedCounts.values.sorted().reduce(0.0) { sum, count in
      let share = Double(count) / Double(total)
      return sum - share * log(share)
    }
    return (total, entropy)
  }
}
