import Foundations
import GraphIR
import Operations
import Recipe

/// The losses and accuracies of sections "Losses" and "Accuracies" in `docs/numerics.md`, and the
/// logits.
struct TaskResults {
  /// In f32; the total is their sum.
  var losses: [ValueID] = []
  /// In f32, between 0 and 1; none where the builder does not give them.
  var accuracies: [ValueID] = []
  /// Logits with the shape that users see.
  var logits: [(name: String, value: ValueID, shape: [Int])]

  /// Adds the loss of a prediction, and its accuracy where there is one.
  mutating func add(_ figures: (loss: ValueID, accuracy: ValueID?)) {
    losses.append(figures.loss)
    if let accuracy = figures.accuracy { accuracies.append(accuracy) }
  }
}

extension BertBuilder {
  /// The masked-LM head on the rows of the masked positions, "hidden_states", and the next-sentence head
  /// on the pooler's output, "pooled".
  mutating func pretrainingHeads(predictions: Int) -> TaskResults {
    let predictionLogits = predictionLogits(value("hidden_states"))
    let relationshipLogits = dense(value("pooled"), "cls.seq_relationship")
    var results = TaskResults(logits: [
      ("prediction_logits", predictionLogits, [batch, predictions, model.vocabularySize]),
      ("seq_relationship_logits", relationshipLogits, [batch, 2]),
    ])
    results.add(maskedLM(predictionLogits, predictions: predictions))
    results.add(classification(relationshipLogits, labels: value("next_sentence_labels")))
    return results
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

  /// Σ mask · x / Σ mask over the micro-batch, with mask = (label ≠ 0) and x the cross entropy or the hit
  /// of each row; the log softmax is in the model's element type. A micro-batch without any label has 0,
  /// where the original has 0/0.
  private mutating func maskedLM(
    _ logits: ValueID, predictions: Int
  ) -> (loss: ValueID, accuracy: ValueID?) {
    let labels = rewriter.reshape(value("masked_lm_ids"), [batch * predictions])
    // Before the log softmax, so that the logits need not be kept beside it.
    let hits = givesAccuracies ? hits(logits, labels: labels) : nil
    let entropies = crossEntropies(logits, labels: labels)
    let isMasked = rewriter.compare(.notEqual, labels, rewriter.scalar(0, .i32))
    let mask = rewriter.convert(isMasked, to: lossElement)
    let total = rewriter.sum(rewriter.multiply(entropies, mask), axes: [0])
    let count = rewriter.maximum(
      rewriter.sum(mask, axes: [0]), rewriter.scalar(1, lossElement))
    let loss = rewriter.divide(total, count)
    return (
      loss,
      hits.map { hits in
        rewriter.divide(rewriter.sum(rewriter.multiply(hits, mask), axes: [0]), count)
      }
    )
  }

  /// The mean cross entropy and the mean hit of the rows; the cross entropy is from logits in f32.
  private mutating func classification(
    _ logits: ValueID, labels: ValueID
  ) -> (loss: ValueID, accuracy: ValueID?) {
    let accuracy = givesAccuracies ? mean(hits(logits, labels: labels)) : nil
    let wide = rewriter.convert(logits, to: lossElement)
    return (mean(crossEntropies(wide, labels: labels)), accuracy)
  }

  /// Start and end logits, [micro-batch, sequence] each; the total loss is the sum of both.
  mutating func questionAnsweringHead() -> TaskResults {
    let logits = rewriter.reshape(
      dense(value("hidden_states"), "qa_outputs"), [batch, sequence, 2])
    let start = column(logits, 0)
    let end = column(logits, 1)
    var results = TaskResults(logits: [
      ("start_logits", start, [batch, sequence]), ("end_logits", end, [batch, sequence]),
    ])
    results.add(classification(start, labels: value("start_positions")))
    results.add(classification(end, labels: value("end_positions")))
    return results
  }

  /// A dense layer on the pooler's output, with dropout in between, as Hugging Face's
  /// BertForSequenceClassification.
  mutating func classificationHead(_ glue: GlueTask) -> TaskResults {
    let dropped = dropout(
      value("pooled"), probability: model.hiddenDropout,
      stream: DropoutStream.classifier(layers: model.layers))
    let logits = dense(dropped, "classifier")
    var results = TaskResults(logits: [("logits", logits, [batch, glue.labelCount])])
    results.add(
      glue.isRegression
        ? (meanSquaredError(logits, labels: value("labels")), nil)
        : classification(logits, labels: value("labels")))
    return results
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
