/// Which of Hugging Face's BERT models a checkpoint is written for: the class says which heads there are
/// and whether the encoder's names begin with `bert.`.
package enum CheckpointHeads: String, Hashable, Sendable, CaseIterable {
  case pretraining
  case questionAnswering = "question-answering"
  case sequenceClassification = "sequence-classification"
  case encoder

  /// What a checkpoint with tensors of these canonical names is for.
  package init(names: [String]) {
    func has(_ prefix: String) -> Bool { names.contains { $0.hasPrefix(prefix) } }
    self =
      has("qa_outputs.")
      ? .questionAnswering
      : has("classifier.") ? .sequenceClassification : has("cls.") ? .pretraining : .encoder
  }

  /// The class of transformers.
  package var architecture: String {
    switch self {
    case .pretraining: "BertForPreTraining"
    case .questionAnswering: "BertForQuestionAnswering"
    case .sequenceClassification: "BertForSequenceClassification"
    case .encoder: "BertModel"
    }
  }

  /// What the weights of the TensorFlow class are named after.
  var tensorFlowModel: String {
    switch self {
    case .pretraining: "tf_bert_for_pre_training"
    case .questionAnswering: "tf_bert_for_question_answering"
    case .sequenceClassification: "tf_bert_for_sequence_classification"
    case .encoder: "tf_bert_model"
    }
  }

  /// Whether the model has a tensor of this canonical name.
  func holds(_ name: String) -> Bool {
    let isOfEncoder = name.hasPrefix("bert.")
    switch self {
    case .pretraining: return isOfEncoder || name.hasPrefix("cls.")
    // Hugging Face's class for question answering has no pooler.
    case .questionAnswering:
      return isOfEncoder && !name.hasPrefix("bert.pooler.") || name.hasPrefix("qa_outputs.")
    case .sequenceClassification: return isOfEncoder || name.hasPrefix("classifier.")
    case .encoder: return isOfEncoder
    }
  }

  /// The name in the class of PyTorch for a canonical one.
  func name(_ canonical: String) -> String {
    self == .encoder && canonical.hasPrefix("bert.")
      ? String(canonical.dropFirst("bert.".count)) : canonical
  }

  /// Weights of the heads, of which a checkpoint without that head has none.
  var headWeights: [String] {
    switch self {
    case .pretraining: ["cls.predictions.bias", "cls.seq_relationship.weight"]
    case .questionAnswering: ["qa_outputs.weight"]
    case .sequenceClassification: ["classifier.weight"]
    case .encoder: []
    }
  }
}
