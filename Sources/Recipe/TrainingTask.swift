/// What a model is trained for.
package enum TrainingTask: Hashable, Sendable {
  /// Masked-language-model and next-sentence losses; each sequence has room for
  /// `maximumPredictions` masked positions.
  case pretraining(maximumPredictions: Int)
  /// SQuAD: the losses of an answer's start and end.
  case questionAnswering
  /// A task of GLUE: the class of a sequence, or a number for it.
  case sequenceClassification(GlueTask)
}

/// The part of BERT's pre-training that a sequence length belongs to. The published recipe trains
/// on 128 tokens first and on 384 (or 512) after that.
package enum PretrainingPhase: Hashable, Sendable {
  case one
  case two
  /// Any other sequence length: the number of samples must be given.
  case other

  /// The phase of the published recipe that trains on sequences of so many tokens.
  package init(sequenceLength: Int) {
    switch sequenceLength {
    case 128: self = .one
    case 384, 512: self = .two
    default: self = .other
    }
  }

  /// How many samples the published recipe trains on in this phase.
  package var defaultSampleCount: Int? {
    switch self {
    case .one: 460_849_152
    case .two: 34_239_360
    case .other: nil
    }
  }
}

extension TrainingTask {
  /// The task in words.
  package var phrase: String {
    switch self {
    case .pretraining: "pre-training"
    case .questionAnswering: "question answering"
    case .sequenceClassification: "sequence classification"
    }
  }
}
