import Foundations

extension EvaluationReport {
  /// The report in lines of `name: value`.
  package var text: String {
    var lines = ["samples: \(samples)"]
    for (name, value) in losses {
      lines.append("\(name): \(NumberText.fixed(value, decimals: 4))")
    }
    for (name, value) in accuracies {
      lines.append("\(name): \(NumberText.fixed(value, decimals: 4))")
    }
    if let maskedTokens {
      let entropy = NumberText.fixed(maskedTokens.unigramEntropy, decimals: 4)
      lines.append("masked tokens: \(maskedTokens.count)")
      lines.append("unigram entropy of the masked tokens: \(entropy)")
      if let loss = losses.first(where: { $0.name == "mlm_loss" }) {
        let below = NumberText.fixed(maskedTokens.unigramEntropy - loss.value, decimals: 4)
        lines.append("mlm_loss below the unigram entropy by: \(below) nat")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The report under the schema `tessera.evaluation/1`.
  package var json: JSON.Plain {
    var fields: [JSON.Plain.Field] = [
      .init("schema", "tessera.evaluation/1"), .init("samples", .integer(samples)),
    ]
    fields += (losses + accuracies).map { .init($0.name, .real($0.value)) }
    if let maskedTokens {
      fields += [
        .init("masked_tokens", .integer(maskedTokens.count)),
        .init("masked_unigram_entropy_nat", .real(maskedTokens.unigramEntropy)),
      ]
    }
    return .object(fields)
  }
}
