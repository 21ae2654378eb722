import Foundations
import GraphIR
import Operations
import Recipe

/// The task's logits, and the losses of section "Losses" in `docs/numerics.md`.
struct TaskResults {
  /// Named losses in f32; the total is their sum.
  var losses: [(name: String, value: ValueID)]
  /// Named logits and what they are made from.
  var outputs: [(name: String, value: ValueID)]
}

extension BertBuilder {
  mutating func head(_ sequenceOutput: ValueID) -> TaskResults {
    switch recipe.task {
    case .pretraining(let predictions):
      pretrainingHeads(sequenceOutput, predictions: predictions)
    case .questionAnswering: questionAnsweringHead(sequenceOutput)
    case .sequenceClassification(let glue): classificationHead(sequenceOutput, glue)
    }
  }

  private mutating func pretrainingHeads(
    _ sequenceOutput: ValueID, predictions: Int
  ) -> TaskResults {
    let gathered = gatherMaskedPositions(sequenceOutput, predictions: predictions)
    let predictionLogits = predictionLogits(gathered)
    let pooled = pooler(sequenceOutput)
    let relationshipLogits = dense(pooled, "cls.seq_relationship")
    return TaskResults(
      losses: [
        ("mlm_loss", maskedLMLoss(predictionLogits, predictions: predictions)),
        ("nsp_loss", meanCrossEntropy(relationshipLogits, labels: value("next_sentence_labels"))),
      ],
      outputs: [
        (
          "prediction_logits",
          rewriter.reshape(predictionLogits, [batch, predictions, model.vocabularySize])
        ),
        ("seq_relationship_logits", relationshipLogits), ("pooler_output", pooled),
      ])
  }

  /// The logits of the rows over the vocabulary; the decoder's weight is the word embeddings'.
  private mutating func predictionLogits(_ rows: ValueID) -> ValueID {
    var rows = rows
    if model.variant.usesPredictionTransform {
      rows = layerNorm(
        activation(dense(rows, "cls.predictions.transform.dense")),
        "cls.predictions.transform.LayerNorm")
    }
    let products = rewriter.matmul(
      rows, value("bert.embeddings.word_embeddings.weight"), transposesRight: true,
      partials: partials)
    guard model.variant.usesPredictionBias else { return products }
    return rewriter.add(products, value("cls.predictions.bias"))
  }

  /// The rows of the masked positions, [micro-batch · predictions, hidden]: the head runs on these only.
  private mutating func gatherMaskedPositions(
    _ sequenceOutput: ValueID, predictions: Int
  ) -> ValueID {
    let offsets = (0..<batch).map { Double($0 * sequence) }
    let literal: TensorLiteral
    do {
      literal = try TensorLiteral(TensorType([batch, 1], .i32), offsets)
    } catch {
      preconditionFailure("one offset for each sequence: \(error)")
    }
    let offset = rewriter.insert(.source(.constant(literal)), [])[0]
    let rows = rewriter.add(value("masked_lm_positions"), offset)
    return rewriter.gatherRows(
      sequenceOutput, rewriter.reshape(rows, [batch * predictions]))
  }

  /// tanh of a dense layer on the first token's row.
  private mutating func pooler(_ sequenceOutput: ValueID) -> ValueID {
    let hidden = model.hiddenSize
    let first = rewriter.slice(
      rewriter.reshape(sequenceOutput, [batch, sequence, hidden]), starts: [0, 0, 0],
      shape: [batch, 1, hidden])
    return rewriter.unary(
      .tanh, dense(rewriter.reshape(first, [batch, hidden]), "bert.pooler.dense"))
  }

  /// Σ mask · cross entropy / Σ mask over the micro-batch, with mask = (label ≠ 0); the log softmax is
  /// in the model's element type. A micro-batch without any label has loss 0, where the original has 0/0.
  private mutating func maskedLMLoss(_ logits: ValueID, predictions: Int) -> ValueID {
    let labels = rewriter.reshape(value("masked_lm_ids"), [batch * predictions])
    let entropies = crossEntropies(logits, labels: labels)
    let isMasked = rewriter.compare(.notEqual, labels, rewriter.scalar(0, .i32))
    let mask = rewriter.convert(isMasked, to: lossElement)
    let total = rewriter.sum(rewriter.multiply(entropies, mask), axes: [0])
    let count = rewriter.maximum(
      rewriter.sum(mask, axes: [0]), rewriter.scalar(1, lossElement))
    return rewriter.divide(total, count)
  }

  /// The mean over the rows, from logits in f32.
  private mutating func meanCrossEntropy(_ logits: ValueID, labels: ValueID) -> ValueID {
    mean(crossEntropies(rewriter.convert(logits, to: lossElement), labels: labels))
  }

  /// Start and end logits, [micro-batch, sequence] each; the total loss is the sum of both.
  private mutating func questionAnsweringHead(_ sequenceOutput: ValueID) -> TaskResults {
    let logits = rewriter.reshape(dense(sequenceOutput, "qa_outputs"), [batch, sequence, 2])
    let start = column(logits, 0)
    let end = column(logits, 1)
    return TaskResults(
      losses: [
        ("start_loss", meanCrossEntropy(start, labels: value("start_positions"))),
        ("end_loss", meanCrossEntropy(end, labels: value("end_positions"))),
      ],
      outputs: [("start_logits", start), ("end_logits", end)])
  }

  /// A dense layer on the pooler's output, with dropout in between, as Hugging Face's
  /// BertForSequenceClassification.
  private mutating func classificationHead(
    _ sequenceOutput: ValueID, _ glue: GlueTask
  ) -> TaskResults {
    let pooled = pooler(sequenceOutput)
    let dropped = dropout(
      pooled, probability: model.hiddenDropout,
      stream: DropoutStream.classifier(layers: model.layers))
    let logits = dense(dropped, "classifier")
    let loss =
      glue.isRegression
      ? meanSquaredError(logits, labels: value("labels"))
      : meanCrossEntropy(logits, labels: value("labels"))
    return TaskResults(
      losses: [("glue_loss", loss)], outputs: [("logits", logits), ("pooler_output", pooled)])
  }

  /// The mean of (prediction − label)², from predictions [rows, 1] in f32.
  private mutating func meanSquaredError(_ predictions: ValueID, labels: ValueID) -> ValueID {
    let wide = rewriter.convert(rewriter.reshape(predictions, [batch]), to: lossElement)
    let difference = rewriter.subtract(wide, rewriter.convert(labels, to: lossElement))
    return mean(rewriter.multiply(difference, difference))
  }

  private mutating func column(_ logits: ValueID, _ index: Int) -> ValueID {
    let slice = rewriter.slice(
      logits, starts: [0, 0, index], shape: [batch, sequence, 1])
    return rewriter.reshape(slice, [batch, sequence])
  }
}
