/// What a record of a data set holds, and how much of it: the part that the model decides.
package enum RecordShape: Hashable, Sendable {
  /// A sample of BERT's pre-training.
  case pretraining(PretrainingShape)
  /// A question with a text, and where in it the answer lies: S tokens, token ids below
  /// `vocabularySize`, segment ids below `segmentCount`.
  case questionAnswering(sequenceLength: Int, vocabularySize: Int, segmentCount: Int)

  /// The features of a record that training reads, in the order of the model's input streams.
  /// Their names are those of BERT's published data and code.
  package var features: [TokenFeature] {
    switch self {
    case .pretraining(let shape):
      let length = shape.sequenceLength
      let places = TokenFeature.Extent.predictions(shape.predictionCount)
      return Self.tokenFeatures(length, shape.vocabularySize, shape.segmentCount) + [
        TokenFeature("masked_lm_positions", places, .position(sequenceLength: length)),
        TokenFeature("masked_lm_ids", places, .tokenID(vocabularySize: shape.vocabularySize)),
        TokenFeature("next_sentence_labels", .sample, .flag),
      ]
    case .questionAnswering(let length, let vocabularySize, let segmentCount):
      return Self.tokenFeatures(length, vocabularySize, segmentCount) + [
        TokenFeature("start_positions", .sample, .position(sequenceLength: length)),
        TokenFeature("end_positions", .sample, .position(sequenceLength: length)),
      ]
    }
  }

  /// The task in words, for messages.
  package var task: String {
    switch self {
    case .pretraining: "pre-training"
    case .questionAnswering: "question answering"
    }
  }

  /// What every BERT reads: a row of tokens, which of them count, and which text each is from.
  private static func tokenFeatures(
    _ length: Int, _ vocabularySize: Int, _ segmentCount: Int
  ) -> [TokenFeature] {
    let tokens = TokenFeature.Extent.tokens(length)
    return [
      TokenFeature("input_ids", tokens, .tokenID(vocabularySize: vocabularySize)),
      TokenFeature("input_mask", stream: "attention_mask", tokens, .flag),
      TokenFeature("segment_ids", stream: "token_type_ids", tokens, .segment(count: segmentCount)),
    ]
  }
}
