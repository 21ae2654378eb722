import Foundations
import GraphIR
import Operations
import Recipe

/// The losses of section "Losses" in `docs/numerics.md`, and the logits.
struct TaskResults {
  /// In f32; the total is their sum.
  var losses: [ValueID]
  /// Logits with the shape that users see.
  var logits: [(name: String, value: ValueID, shape: [Int])]
}

extension BertBuilder {
  /// The masked-LM head on the rows of the masked positions, "hidden_states", and the next-sentence head
  /// on the pooler's output, "pooled".
  mutating func pretrainingHeads(predictions: Int) -> TaskResults {
    let predictionLogits = predictionLogits(value("hidden_states"))
    let relationshipLogits = dense(value("pooled"), "cls.seq_relationship")
    return TaskResults(
      losses: [
        maskedLMLoss(predictionLogits, predictions: predictions),
        meanCrossEntropy(relationshipLogits, labels: value("next_sentence_labels")),
      ],
      logits: [
        ("prediction_logits", predictionLogits, [batch, predictions, model.vocabularySize]),
        ("seq_relationship_logits", relationshipLogits, [batch, 2]),
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
      rows, value(Self.wordEmbeddings), transposesRight: true,
      partials: partials)
    guard model.variant.usesPredictionBias else { return products }
    return rewriter.add(products, value("cls.predictions.bias"))
  }

  /// The rows of the masked positions, [micro-batch · predictions, hidden]: the head runs on these only.
  mutating func gatherMaskedPositions(predictions: Int) -> ValueID {
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
      value("hidden_states"), rewriter.reshape(rows, [batch * predictions]))
  }

  /// tanh of a dense layer on the first token's row.
  mutating func pooler() -> ValueID {
    let hidden = model.hiddenSize
    let first = rewriter.slice(
      rewriter.reshape(value("hidden_states"), [batch, sequence, hidden]), starts: [0, 0, 0],
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
  mutating func questionAnsweringHead() -> TaskResults {
    let logits = rewriter.reshape(
      dense(value("hidden_states"), "qa_outputs"), [batch, sequence, 2])
    let start = column(logits, 0)
    let end = column(logits, 1)
    return TaskResults(
      losses: [
        meanCrossEntropy(start, labels: value("start_positions")),
        meanCrossEntropy(end, labels: value("end_positions")),
      ],
      logits: [
        ("start_logits", start, [batch, sequence]), ("end_logits", end, [batch, sequence]),
      ])
  }

  /// A dense layer on the pooler's output, with dropout in between, as Hugging Face's
  /// BertForSequenceClassification.
  mutating func classificationHead(_ glue: GlueTask) -> TaskResults {
    let dropped = dropout(
      value("pooled"), probability: model.hiddenDropout,
      stream: DropoutStream.classifier(layers: model.layers))
    let logits = dense(dropped, "classifier")
    let loss =
      glue.isRegression
      ? meanSquaredError(logits, labels: value("labels"))
      : meanCrossEntropy(logits, labels: value("labels"))
    return TaskResults(
      losses: [loss], logits: [("logits", logits, [batch, glue.labelCount])])
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
