import Foundations

extension RecipeRules {
  /// How the model's sizes fit together.
  func model() -> [RecipeViolation] {
    headViolations() + positionViolations() + predictionViolations() + vocabularyViolations()
  }

  private func headViolations() -> [RecipeViolation] {
    let model = program.model
    guard !model.hiddenSize.isMultiple(of: model.attentionHeads) else { return [] }
    let hidden = "bert_config.hidden_size"
    let heads = "bert_config.num_attention_heads"
    let below = model.hiddenSize / model.attentionHeads * model.attentionHeads
    let divisor = stride(from: model.attentionHeads, through: 1, by: -1)
      .first(where: model.hiddenSize.isMultiple)
    return [
      RecipeViolation(
        .headsDoNotDivide,
        "\(name(hidden)) \(model.hiddenSize) is not a multiple of"
          + " \(name(heads)) \(model.attentionHeads)",
        at: hidden, keys: [hidden, heads],
        notes: ["each head takes \(name(hidden)) / \(name(heads)) columns"],
        remedies: [
          below > 0 ? set(hidden, to: below) : nil,
          set(hidden, to: below + model.attentionHeads),
          divisor.map { set(heads, to: $0) },
        ].compactMap { $0 })
    ]
  }

  private func positionViolations() -> [RecipeViolation] {
    let positions = program.model.maximumPositions
    guard program.sequenceLength > positions else { return [] }
    let length = "bert_config.max_seq_length"
    let embeddings = "bert_config.max_position_embeddings"
    return [
      RecipeViolation(
        .sequenceTooLong,
        "\(name(length)) \(program.sequenceLength) is more than \(name(embeddings)) \(positions)",
        at: length, keys: [length, embeddings], notes: ["every token needs a position embedding"],
        remedies: [
          hasInlineModel
            ? set(
              embeddings, to: program.sequenceLength,
              because: "a checkpoint of another size no longer fits") : nil,
          set(length, to: positions),
        ].compactMap { $0 })
    ]
  }

  private func predictionViolations() -> [RecipeViolation] {
    guard case .pretraining(let predictions) = program.task, predictions > program.sequenceLength
    else { return [] }
    let maximum = "bert_config.max_predictions_per_seq"
    let length = "bert_config.max_seq_length"
    // The published pre-training data masks 15 % of the tokens.
    let usual = max(1, Int((0.15 * Double(program.sequenceLength)).rounded(.up)))
    return [
      RecipeViolation(
        .tooManyPredictions,
        "\(name(maximum)) \(predictions) is more than \(name(length)) \(program.sequenceLength)",
        at: maximum, keys: [maximum, length],
        notes: ["it is the number of masked tokens of a sequence"],
        remedies: [set(maximum, to: usual, because: "15 % of the sequence")])
    ]
  }

  private func vocabularyViolations() -> [RecipeViolation] {
    let size = program.model.vocabularySize
    let factor = program.embeddingSerializationFactor
    guard !size.isMultiple(of: factor) else { return [] }
    let factorKey = "embedding_serialization_factor"
    let sizeKey = "bert_config.vocab_size"
    let below = stride(from: factor - 1, through: 1, by: -1).first(where: size.isMultiple)
    let above = (factor + 1...factor + 64).first(where: size.isMultiple)
    let padded = (size / factor + 1) * factor
    return [
      RecipeViolation(
        .vocabularyNotDivisible,
        "\(name(sizeKey)) \(size) is not a multiple of \(name(factorKey)) \(factor)",
        at: factorKey, keys: [factorKey, sizeKey],
        notes: ["the embedding is cut into that many equal slices of the vocabulary"],
        remedies: [below, above].compactMap { $0 }.map {
          set(factorKey, to: $0, because: "\($0) slices of \(size / $0) entries")
        }
          + (hasInlineModel
            ? [set(sizeKey, to: padded, because: "\(padded - size) unused entries")] : []))
    ]
  }
}
