import Foundations
import GraphIR
import Operations
import Recipe

/// BERT for a task as a graph: what the frontend hands to the rest of the compiler.
///
/// The module holds
/// - `@loss`(parameters…, batch…, key) → (total loss, losses…, accuracies…): one micro-batch in
///   training, with dropout on streams keyed by `key`; key and dropout are absent where nothing is
///   dropped, and accuracies where the recipe does not want them;
/// - `@evaluation`(parameters…, batch…) → (losses…, accuracies…, outputs…): an entry, without dropout;
/// - the functions of layers that both call (`BertLayers`): `@embeddings`, `@encoder_layer`,
///   `@encoder_output`, `@pooler`, `@heads`, `@qa_head`, `@glue_head`; what evaluation has in another
///   form, without dropout or with logits, ends with `_evaluation`.
package struct BertGraph: Sendable {
  /// Holds the functions.
  package private(set) var module = Module()
  /// What the functions take and give.
  package let signature: Signature

  /// What the functions of a recipe's graph take and give.
  package struct Signature: Sendable {
    /// The trained tensors, in the order in which every function takes them.
    package let parameters: [ModelParameter]
    /// The tensors of a micro-batch, which functions take after the parameters.
    package let streams: BatchStreams
    /// The losses, and where the recipe wants them the accuracies: the results of `@loss` after the
    /// total.
    package let figures: [Port]
    /// The losses and accuracies, with which the results of `@evaluation` begin.
    let evaluationFigures: [Port]
    /// The element type of weights and activations.
    package let element: ElementType

    /// The signature for a recipe; `element` is another type than its precision's.
    package init(_ recipe: TrainingRecipe.Program, element: ElementType? = nil) {
      self.element = element ?? (recipe.precision == .fp16 ? .f16 : .f32)
      parameters = ModelParameters(recipe.model, task: recipe.task).all
      streams = BatchStreams(recipe)
      let (losses, accuracies) = Self.figureNames(of: recipe.task)
      let lossPorts = losses.map { Port(name: $0, role: .loss) }
      evaluationFigures = lossPorts + accuracies.map { Port(name: $0, role: .accuracy) }
      figures = recipe.reportsAccuracy ? evaluationFigures : lossPorts
    }

    /// What is computed of the predictions for a task. A regression has no accuracy.
    private static func figureNames(
      of task: TrainingTask
    ) -> (losses: [String], accuracies: [String]) {
      switch task {
      case .pretraining: (["mlm_loss", "nsp_loss"], ["mlm_acc", "nsp_acc"])
      case .questionAnswering: (["start_loss", "end_loss"], ["start_acc", "end_acc"])
      case .sequenceClassification(let glue):
        (["glue_loss"], glue.isRegression ? [] : ["glue_acc"])
      }
    }
  }

  /// The name of the function that computes the losses of a micro-batch in training.
  package static let lossFunction = "loss"

  /// Builds the graph of a recipe.
  /// - Parameter element: another element type than the precision's: f64, in which the interpreter checks
  ///   derivatives.
  package init(_ recipe: TrainingRecipe.Program, element: ElementType? = nil) {
    signature = Signature(recipe, element: element)
    let drops = recipe.model.hiddenDropout > 0 || recipe.model.attentionDropout > 0
    let training = BertLayers(
      signature, recipe,
      BertLayers.Form(
        drops: drops, givesAccuracies: recipe.reportsAccuracy, givesLogits: false))
    add(training)
    addLoss(recipe, layers: training, drops: drops)
    let evaluation = BertLayers(
      signature, recipe,
      BertLayers.Form(
        drops: false, givesAccuracies: true, givesLogits: true,
        suffix: drops ? "_evaluation" : "", headSuffix: "_evaluation"))
    add(evaluation)
    addEvaluation(recipe, layers: evaluation)
  }

  /// Layers that training and evaluation share are the same functions.
  private mutating func add(_ layers: BertLayers) {
    for layer in layers.all { module.insert(layer.function) }
  }

  /// The trained tensors, in the order in which every function takes them.
  package var parameters: [ModelParameter] { signature.parameters }
  /// The tensors of a micro-batch, which functions take after the parameters.
  package var streams: BatchStreams { signature.streams }
  /// The losses, and where the recipe wants them the accuracies: the results of `@loss` after the total.
  package var figures: [Port] { signature.figures }
  /// The element type of weights and activations.
  package var element: ElementType { signature.element }

  /// Whether `@loss` takes the random key.
  package var takesKey: Bool {
    module[Self.lossFunction].map { $0.arguments.count > parameters.count + streams.all.count }
      ?? false
  }

  private mutating func addLoss(
    _ recipe: TrainingRecipe.Program, layers: BertLayers, drops: Bool
  ) {
    var builder = BertBuilder(
      functionNamed: Self.lossFunction, recipe, element: element, isTraining: drops)
    builder.addParameters(parameters, asPorts: false)
    for stream in streams.all { builder.addArgument(stream.name, stream.type) }
    if drops { builder.addArgument("key", BertBuilder.keyType) }
    let states = encoder(&builder, layers)
    let results = head(&builder, layers, states[recipe.model.layers]).results
    let losses = zip(figures, results).filter { $0.0.role == .loss }.map(\.1)
    let total = losses.dropFirst().reduce(losses[0]) { builder.rewriter.add($0, $1) }
    builder.rewriter.return([total] + results)
    module.insert(builder.rewriter.function)
  }

  private mutating func addEvaluation(_ recipe: TrainingRecipe.Program, layers: BertLayers) {
    var builder = BertBuilder(
      functionNamed: EntryName.evaluation, recipe, element: element, isTraining: false)
    builder.addParameters(parameters, asPorts: true)
    for stream in streams.all {
      builder.addArgument(
        stream.name, stream.type, port: Port(name: stream.name, role: .batch))
    }
    let states = encoder(&builder, layers)
    let (results, pooled) = head(&builder, layers, states[recipe.model.layers])
    let figures = signature.evaluationFigures
    var outputs = Array(zip(layers.logitNames, results.dropFirst(figures.count)))
    if let pooled { outputs.append(("pooler_output", pooled)) }
    let shape = [recipe.microBatchSize, recipe.sequenceLength, recipe.model.hiddenSize]
    for (index, state) in states.enumerated() {
      outputs.append(("hidden_states.\(index)", builder.rewriter.reshape(state, shape)))
    }
    builder.rewriter.return(
      results.prefix(figures.count) + outputs.map(\.1),
      ports: figures + outputs.map { Port(name: $0.0, role: .output) })
    module.insert(builder.rewriter.function)
  }

  /// The embeddings' output and that of each encoder layer.
  private func encoder(_ builder: inout BertBuilder, _ layers: BertLayers) -> [ValueID] {
    let bias = builder.attentionBias()
    var states = builder.call(layers.embeddings, [])
    for index in 0..<builder.model.layers {
      var operands = [states[index], bias]
      if builder.isTraining {
        let stream = Double(DropoutStream.firstOfLayer(index))
        operands += [builder.value("key"), builder.rewriter.scalar(stream, .i32)]
      }
      states += builder.call(
        layers.encoderLayer, operands, prefix: ModelParameters.encoderLayerPrefix(index))
    }
    return states
  }

  /// The results of the head's function, and the pooler's output where there is one.
  private func head(
    _ builder: inout BertBuilder, _ layers: BertLayers, _ sequenceOutput: ValueID
  ) -> (results: [ValueID], pooled: ValueID?) {
    let rows = layers.encoderOutput.map { builder.call($0, [sequenceOutput])[0] }
    guard let pooler = layers.pooler else {
      return (builder.call(layers.head, [rows ?? sequenceOutput]), nil)
    }
    let pooled = builder.call(pooler, [sequenceOutput])[0]
    return (builder.call(layers.head, (rows.map { [$0] } ?? []) + [pooled]), pooled)
  }
}
