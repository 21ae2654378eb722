import Foundations
import GraphIR
import Operations
import Recipe

extension BertBuilder {
  /// The table of lookups and, tied, the decoder's weight.
  static let wordEmbeddings = "bert.embeddings.word_embeddings.weight"

  /// LayerNorm(word + position + token type) with dropout: the function of BertEmbeddings.
  mutating func embeddings() -> ValueID {
    let hidden = model.hiddenSize
    let words = rewriter.gatherRows(
      value(Self.wordEmbeddings),
      rewriter.reshape(value("input_ids"), [tokens]), paddingIndex: Self.paddingToken)
    let types = rewriter.gatherRows(
      value("bert.embeddings.token_type_embeddings.weight"),
      rewriter.reshape(value("token_type_ids"), [tokens]))
    let positions = rewriter.slice(
      value("bert.embeddings.position_embeddings.weight"), starts: [0, 0],
      shape: [sequence, hidden])
    let summed = rewriter.reshape(rewriter.add(words, types), [batch, sequence, hidden])
    let placed = rewriter.reshape(rewriter.add(summed, positions), [tokens, hidden])
    return dropout(
      layerNorm(placed, "bert.embeddings.LayerNorm"), probability: model.hiddenDropout,
      stream: DropoutStream.embeddings)
  }

  /// Hugging Face's `pad_token_id`: its embedding gets no gradient from lookups.
  static let paddingToken = 0

  /// What is added to attention scores: 0 where a token is attended to, −10,000 where it is padding.
  mutating func attentionBias() -> ValueID {
    let mask = rewriter.convert(
      rewriter.reshape(value("attention_mask"), [batch, 1, 1, sequence]), to: element)
    let absent = rewriter.subtract(rewriter.scalar(1, element), mask)
    return rewriter.multiply(absent, rewriter.scalar(Self.paddingBias, element))
  }

  /// TensorFlow BERT's value; it is far below any score and representable in f16.
  static let paddingBias = -10_000.0
}
