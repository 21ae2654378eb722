import Datasets
import Foundations
import Glibc
import Operations

/// Adds up what an evaluation reports.
struct EvaluationTally {
  private var losses = WeightedMeans()
  private var accuracies = WeightedMeans()
  private var maskedCounts: [Int32: Int] = [:]

  /// Adds a micro-batch. The program's figures of the masked-LM task are means over its masked tokens, so
  /// they count as often as there are of them; others are means over samples.
  mutating func add(_ batch: Batch, _ results: [NamedResult]) {
    let masked = (batch.values(ofStream: "masked_lm_ids") ?? []).filter { $0 != 0 }
    for token in masked { maskedCounts[token, default: 0] += 1 }
    for result in results {
      let isMaskedLM = result.port.name.hasPrefix("mlm_")
      let weight = isMaskedLM ? masked.count : batch.sampleCount
      switch result.port.role {
      case .loss: losses.add(result, Double(weight))
      case .accuracy: accuracies.add(result, Double(weight))
      default: continue
      }
    }
  }

  func report(samples: Int) -> EvaluationReport {
    EvaluationReport(
      samples: samples, losses: losses.means, accuracies: accuracies.means,
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

/// The weighted means of numbers, by name, in the order in which they first came.
private struct WeightedMeans {
  private var sums: [(name: String, sum: Double, weight: Double)] = []

  /// Adds a result of one number; what weighs nothing is left out.
  mutating func add(_ result: NamedResult, _ weight: Double) {
    guard weight > 0 else { return }
    let value = Double(result.values[0]) * weight
    guard let index = sums.firstIndex(where: { $0.name == result.port.name }) else {
      return sums.append((result.port.name, value, weight))
    }
    sums[index].sum += value
    sums[index].weight += weight
  }

  var means: [(name: String, value: Double)] { sums.map { ($0.name, $0.sum / $0.weight) } }
}
