import Foundations
import GraphIR
import Operations
import Recipe

/// BERT for a task as a graph: what the frontend hands to the rest of the compiler.
///
/// The module holds
/// - `@loss`(parameters…, batch…, key) → (total loss, losses…): one micro-batch in training, with
///   dropout on streams keyed by `key`; key and dropout are absent where nothing is dropped;
/// - `@evaluation`(parameters…, batch…) → (losses…, outputs…): an entry, without dropout;
/// - one function for each distinct form of encoder layer that they call once a layer.
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
    /// The names of the losses, in the order of the results of `@loss` after the total.
    package let lossNames: [String]
    /// The element type of weights and activations.
    package let element: ElementType

    /// The signature for a recipe; `element` is another type than its precision's.
    package init(_ recipe: TrainingRecipe.Program, element: ElementType? = nil) {
      self.element = element ?? (recipe.precision == .fp16 ? .f16 : .f32)
      parameters = ModelParameters(recipe.model, task: recipe.task).all
      streams = BatchStreams(recipe)
      switch recipe.task {
      case .pretraining: lossNames = ["mlm_loss", "nsp_loss"]
      case .questionAnswering: lossNames = ["start_loss", "end_loss"]
      case .sequenceClassification: lossNames = ["glue_loss"]
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
    let trainingLayer = addEncoderLayer(recipe, name: "encoder_layer", isTraining: drops)
    addLoss(recipe, layer: trainingLayer, isTraining: drops)
    let evaluationLayer =
      drops
      ? addEncoderLayer(recipe, name: "encoder_layer_evaluation", isTraining: false)
      : trainingLayer
    addEvaluation(recipe, layer: evaluationLayer)
  }

  /// The trained tensors, in the order in which every function takes them.
  package var parameters: [ModelParameter] { signature.parameters }
  /// The tensors of a micro-batch, which functions take after the parameters.
  package var streams: BatchStreams { signature.streams }
  /// The names of the losses, in the order of the results of `@loss` after the total.
  package var lossNames: [String] { signature.lossNames }
  /// The element type of weights and activations.
  package var element: ElementType { signature.element }

  /// Whether `@loss` takes the random key.
  package var takesKey: Bool {
    module[Self.lossFunction].map { $0.arguments.count > parameters.count + streams.all.count }
      ?? false
  }

  private mutating func addEncoderLayer(
    _ recipe: TrainingRecipe.Program, name: String, isTraining: Bool
  ) -> Function {
    var builder = BertBuilder(
      functionNamed: name, recipe, element: element, isTraining: isTraining)
    builder.addEncoderLayerArguments()
    let prefix = ModelParameters.encoderLayerPrefix(0)
    let ofFirstLayer = parameters.filter { $0.name.hasPrefix(prefix) }
    for parameter in ofFirstLayer {
      builder.addArgument(
        String(parameter.name.dropFirst(prefix.count)), TensorType(parameter.shape, element))
    }
    let output = builder.encoderLayer()
    builder.rewriter.return([output])
    module.insert(builder.rewriter.function)
    return builder.rewriter.function
  }

  private mutating func addLoss(
    _ recipe: TrainingRecipe.Program, layer: Function, isTraining: Bool
  ) {
    var builder = BertBuilder(
      functionNamed: Self.lossFunction, recipe, element: element, isTraining: isTraining)
    builder.addParameters(parameters, asPorts: false)
    for stream in streams.all { builder.addArgument(stream.name, stream.type) }
    if isTraining { builder.addArgument("key", TensorType([4], .i32)) }
    let results = builder.head(encoder(&builder, layer: layer)[recipe.model.layers])
    let losses = results.losses.map(\.value)
    let total = losses.dropFirst().reduce(losses[0]) { builder.rewriter.add($0, $1) }
    builder.rewriter.return([total] + losses)
    module.insert(builder.rewriter.function)
  }

  private mutating func addEvaluation(_ recipe: TrainingRecipe.Program, layer: Function) {
    var builder = BertBuilder(
      functionNamed: EntryName.evaluation, recipe, element: element, isTraining: false)
    builder.addParameters(parameters, asPorts: true)
    for stream in streams.all {
      builder.addArgument(
        stream.name, stream.type, port: Port(name: stream.name, role: .batch))
    }
    let states = encoder(&builder, layer: layer)
    let results = builder.head(states[recipe.model.layers])
    let shape = [recipe.microBatchSize, recipe.sequenceLength, recipe.model.hiddenSize]
    let hidden = states.enumerated().map { index, state in
      (name: "hidden_states.\(index)", value: builder.rewriter.reshape(state, shape))
    }
    let outputs = results.outputs + hidden
    builder.rewriter.return(
      results.losses.map(\.value) + outputs.map(\.value),
      ports: results.losses.map { Port(name: $0.name, role: .loss) }
        + outputs.map { Port(name: $0.name, role: .output) })
    module.insert(builder.rewriter.function)
  }

  /// The embeddings' output and that of each encoder layer.
  private func encoder(_ builder: inout BertBuilder, layer: Function) -> [ValueID] {
    let bias = builder.attentionBias()
    var states = [builder.embeddings()]
    for index in 0..<builder.model.layers {
      var operands = [states[index], bias]
      if builder.isTraining {
        let stream = Double(DropoutStream.firstOfLayer(index))
        operands += [builder.value("key"), builder.rewriter.scalar(stream, .i32)]
      }
      let prefix = ModelParameters.encoderLayerPrefix(index)
      operands += parameters.map(\.name).filter { $0.hasPrefix(prefix) }.map { builder.value($0) }
      states.append(builder.rewriter.call(layer, operands)[0])
    }
    return states
  }
}
