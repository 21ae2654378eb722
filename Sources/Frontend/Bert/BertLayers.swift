import Foundations
import GraphIR
import Operations
import Recipe

/// A part of the model as a function, and what its callers hand it.
struct BertLayer {
  let function: Function
  /// The callers' values that it takes after activations, key and stream number, by name.
  let operandNames: [String]
}

/// The functions that `@loss` or `@evaluation` is made of. Each takes activations, the key where it
/// drops something out, its tensors of the micro-batch, and its parameters, in this order.
///
/// `partition` knows layers by the names of their functions.
struct BertLayers {
  let embeddings: BertLayer
  let encoderLayer: BertLayer
  /// Gathers the masked positions; in pre-training.
  private(set) var encoderOutput: BertLayer?
  /// Not in question answering.
  private(set) var pooler: BertLayer?
  /// Gives the losses, and accuracies and logits where the form says so.
  let head: BertLayer
  /// The names of the head's logits.
  let logitNames: [String]

  /// What is built.
  struct Form {
    /// Whether there is dropout.
    var drops: Bool
    /// Whether the head gives accuracies.
    var givesAccuracies: Bool
    /// Whether the head gives logits.
    var givesLogits: Bool
    /// What the names of layers that may have dropout end with.
    var suffix = ""
    /// What the name of the head ends with.
    var headSuffix = ""
  }

  /// All of them, in the order in which they run.
  var all: [BertLayer] {
    [embeddings, encoderLayer] + [encoderOutput, pooler].compactMap { $0 } + [head]
  }

  init(_ signature: BertGraph.Signature, _ recipe: TrainingRecipe.Program, _ form: Form) {
    let factory = Factory(signature: signature, recipe: recipe, form: form)
    embeddings = factory.embeddings()
    encoderLayer = factory.encoderLayer()
    let results: [String]
    switch recipe.task {
    case .pretraining(let predictions):
      encoderOutput = factory.encoderOutput(predictions: predictions)
      pooler = factory.pooler()
      (head, results) = factory.head(
        "heads", rows: recipe.microBatchSize * predictions, takesPooled: true,
        streams: ["masked_lm_ids", "next_sentence_labels"],
        parameters: ["cls.", BertBuilder.wordEmbeddings]
      ) { $0.pretrainingHeads(predictions: predictions) }
    case .questionAnswering:
      (head, results) = factory.head(
        "qa_head", rows: recipe.microBatchSize * recipe.sequenceLength, takesPooled: false,
        streams: ["start_positions", "end_positions"], parameters: ["qa_outputs."]
      ) { $0.questionAnsweringHead() }
    case .sequenceClassification(let glue):
      pooler = factory.pooler()
      (head, results) = factory.head(
        "glue_head", rows: nil, takesPooled: true, dropout: recipe.model.hiddenDropout,
        streams: ["labels"], parameters: ["classifier."]
      ) { $0.classificationHead(glue) }
    }
    logitNames = results
  }
}

/// Builds one layer's function at a time.
private struct Factory {
  let signature: BertGraph.Signature
  let recipe: TrainingRecipe.Program
  let form: BertLayers.Form

  private var tokens: Int { recipe.microBatchSize * recipe.sequenceLength }

  private func hidden(rows: Int) -> TensorType {
    TensorType([rows, recipe.model.hiddenSize], signature.element)
  }

  func embeddings() -> BertLayer {
    layer(
      "embeddings" + form.suffix, dropout: recipe.model.hiddenDropout,
      streams: ["input_ids", "token_type_ids"], parameters: ["bert.embeddings."]
    ) { [$0.embeddings()] }
  }

  /// The function of all encoder layers; callers take the operands by each layer's prefix.
  func encoderLayer() -> BertLayer {
    var builder = builder("encoder_layer" + form.suffix)
    builder.addEncoderLayerArguments()
    let prefix = ModelParameters.encoderLayerPrefix(0)
    let names = parameterNames([prefix]).map { String($0.dropFirst(prefix.count)) }
    for name in names { builder.addArgument(name, signature.type(of: prefix + name)) }
    let output = builder.encoderLayer()
    builder.rewriter.return([output])
    return BertLayer(function: builder.rewriter.function, operandNames: names)
  }

  func encoderOutput(predictions: Int) -> BertLayer {
    layer(
      "encoder_output", states: [("hidden_states", hidden(rows: tokens))],
      streams: ["masked_lm_positions"]
    ) { [$0.gatherMaskedPositions(predictions: predictions)] }
  }

  func pooler() -> BertLayer {
    layer(
      "pooler", states: [("hidden_states", hidden(rows: tokens))], parameters: ["bert.pooler."]
    ) { [$0.pooler()] }
  }

  /// - Parameters:
  ///   - rows: how many rows of the encoder it takes, as "hidden_states"; nil where it takes none.
  ///   - takesPooled: whether it takes the pooler's output, as "pooled".
  func head(
    _ name: String, rows: Int?, takesPooled: Bool, dropout: Double = 0, streams: [String],
    parameters: [String], _ body: (inout BertBuilder) -> TaskResults
  ) -> (layer: BertLayer, logits: [String]) {
    var states: [(name: String, type: TensorType)] = []
    if let rows { states.append(("hidden_states", hidden(rows: rows))) }
    if takesPooled { states.append(("pooled", hidden(rows: recipe.microBatchSize))) }
    var names: [String] = []
    let layer = layer(
      name + form.headSuffix, states: states, dropout: dropout, streams: streams,
      parameters: parameters
    ) { builder in
      let results = body(&builder)
      let figures = results.losses + results.accuracies
      guard form.givesLogits else { return figures }
      names = results.logits.map(\.name)
      return figures
        + results.logits.map { builder.rewriter.reshape($0.value, $0.shape) }
    }
    return (layer, names)
  }

  private func layer(
    _ name: String, states: [(name: String, type: TensorType)] = [], dropout: Double = 0,
    streams: [String] = [], parameters prefixes: [String] = [],
    _ body: (inout BertBuilder) -> [ValueID]
  ) -> BertLayer {
    let key = form.drops && dropout > 0 ? ["key"] : []
    let names = key + streams + parameterNames(prefixes)
    var builder = builder(name)
    for state in states { builder.addArgument(state.name, state.type) }
    for name in names { builder.addArgument(name, signature.type(of: name)) }
    let results = body(&builder)
    builder.rewriter.return(results)
    return BertLayer(function: builder.rewriter.function, operandNames: names)
  }

  private func builder(_ name: String) -> BertBuilder {
    BertBuilder(
      functionNamed: name, recipe, element: signature.element, isTraining: form.drops,
      givesAccuracies: form.givesAccuracies)
  }

  /// The parameters whose names begin so, in the model's order.
  private func parameterNames(_ prefixes: [String]) -> [String] {
    signature.parameters.map(\.name).filter { name in prefixes.contains { name.hasPrefix($0) } }
  }
}

extension BertGraph.Signature {
  /// The type of a parameter, a tensor of the micro-batch or the key.
  fileprivate func type(of name: String) -> TensorType {
    if let parameter = parameters.first(where: { $0.name == name }) {
      return TensorType(parameter.shape, element)
    }
    if let stream = streams.all.first(where: { $0.name == name }) { return stream.type }
    precondition(name == "key", "the model has no tensor '\(name)'")
    return BertBuilder.keyType
  }
}
