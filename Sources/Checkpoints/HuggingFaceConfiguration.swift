import Foundations
import Glibc

/// What a `config.json` of Hugging Face's says of a BERT model. Keys that are not there mean the values
/// that `BertConfig` has (transformers, configuration_bert.py).
package struct HuggingFaceConfiguration: Hashable, Sendable {
  /// Columns of every hidden state.
  package var hiddenSize = 768
  /// Encoder layers.
  package var layers = 12
  /// Attention heads of each layer.
  package var attentionHeads = 12
  /// Columns between the feed-forward layers.
  package var intermediateSize = 3072
  /// Rows of the word embeddings.
  package var vocabularySize = 30_522
  /// Rows of the position embeddings.
  package var maximumPositions = 512
  /// Rows of the token-type embeddings.
  package var tokenTypes = 2
  /// `hidden_act`: the name of the activation, such as `gelu`.
  package var activation = "gelu"
  /// What layer norm adds to the variance.
  package var layerNormEpsilon = 1e-12
  /// `absolute`, or a kind of position embedding that Tessera does not have.
  package var positionEmbeddingType = "absolute"
  /// `model_type`: the family of models.
  package var modelType = "bert"
  /// The probability with which elements of hidden states are dropped in training.
  package var hiddenDropout = 0.1
  /// The probability with which attention probabilities are dropped in training.
  package var attentionDropout = 0.1
  /// The standard deviation of initial weights.
  package var initializerRange = 0.02

  /// The configuration with BertConfig's own values: BERT base.
  package init() {}

  /// The configuration beside a checkpoint's file, or nil where there is none of Hugging Face's.
  /// - Throws: a code that begins with `json-`, or `wrong-type` (exit 65), where it cannot be read.
  package init?(besideCheckpoint file: String) throws(TesseraError) {
    let path = Self.folder(of: file) + "/config.json"
    guard access(path, R_OK) == 0 else { return nil }
    let bytes = try readBytes(path: path, limit: JSON.byteLimit)
    let json = try JSON.parse(bytes: bytes, file: path)
    // A run of Tessera's has a config.json of its own.
    if json["schema"] != nil { return nil }
    try self.init(json)
  }

  /// The folder that holds a file.
  package static func folder(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }

  /// - Throws: `wrong-type` (exit 65).
  private init(_ json: JSON.Value) throws(TesseraError) {
    func take<Value>(
      _ key: String, _ field: inout Value, _ read: (JSON.Value) -> Value?
    ) throws(TesseraError) {
      guard let value = json[key], !value.isNull else { return }
      guard let read = read(value) else {
        throw TesseraError(
          .badData, code: .wrongType, "\(key) cannot be \(value.phrase)", at: value.location)
      }
      field = read
    }
    func size(_ value: JSON.Value) -> Int? { value.integer.flatMap { $0 > 0 ? $0 : nil } }
    try take("hidden_size", &hiddenSize, size)
    try take("num_hidden_layers", &layers, size)
    try take("num_attention_heads", &attentionHeads, size)
    try take("intermediate_size", &intermediateSize, size)
    try take("vocab_size", &vocabularySize, size)
    try take("max_position_embeddings", &maximumPositions, size)
    try take("type_vocab_size", &tokenTypes, size)
    try take("hidden_act", &activation, \.string)
    try take("layer_norm_eps", &layerNormEpsilon, \.number)
    try take("position_embedding_type", &positionEmbeddingType, \.string)
    try take("model_type", &modelType, \.string)
    try take("hidden_dropout_prob", &hiddenDropout, \.number)
    try take("attention_probs_dropout_prob", &attentionDropout, \.number)
    try take("initializer_range", &initializerRange, \.number)
  }

  /// The text of a `config.json` that `from_pretrained` takes.
  /// - Parameter architecture: the class of the model, such as `BertForPreTraining`.
  package func text(architecture: String) -> String {
    JSON.Plain.object([
      .init("architectures", .array([.string(architecture)])),
      .init("attention_probs_dropout_prob", .real(attentionDropout)),
      .init("hidden_act", .string(activation)),
      .init("hidden_dropout_prob", .real(hiddenDropout)),
      .init("hidden_size", .integer(hiddenSize)),
      .init("initializer_range", .real(initializerRange)),
      .init("intermediate_size", .integer(intermediateSize)),
      .init("layer_norm_eps", .real(layerNormEpsilon)),
      .init("max_position_embeddings", .integer(maximumPositions)),
      .init("model_type", .string("bert")),
      .init("num_attention_heads", .integer(attentionHeads)),
      .init("num_hidden_layers", .integer(layers)),
      .init("pad_token_id", .integer(0)),
      .init("position_embedding_type", .string("absolute")),
      .init("type_vocab_size", .integer(tokenTypes)),
      .init("vocab_size", .integer(vocabularySize)),
    ]).text(.indented) + "\n"
  }
}

extension HuggingFaceCheckpoint {
  /// How many words the `vocab.txt` beside the checkpoint has, a line each; nil where there is none.
  /// - Throws: `cannot-open`, `cannot-read` (exit 66 or 74).
  package func vocabularyCount() throws(TesseraError) -> Int? {
    let path = HuggingFaceConfiguration.folder(of: file.path) + "/vocab.txt"
    guard access(path, R_OK) == 0 else { return nil }
    let bytes = try readBytes(path: path, limit: 64 << 20)
    let lines = bytes.lazy.filter { $0 == 0x0A }.count
    return lines + (bytes.last.map { $0 != 0x0A ? 1 : 0 } ?? 0)
  }
}
