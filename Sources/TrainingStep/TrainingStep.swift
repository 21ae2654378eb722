import Autodiff
import Foundations
import GraphIR
import Operations
import Recipe

/// Adds a weight update to a model's module, as IR.
///
/// The module then also holds
/// - `@micro_batch`(parameters…, streams…, key, loss gradient) → (total, figures…, gradients…);
/// - `@gradients`, an entry: one micro-batch's figures and its gradients in f32, not scaled;
/// - `@replica_gradients`(parameters…, seed, weight update, loss scale) → (accumulators…, figures' sums…): the
///   micro-batches of one replica;
/// - `@training_step`, an entry: (parameters…, first moments…, second moments…, seed, weight update, learning
///   rate, loss scale) → (the state after the update…, figures…), figures being means over the global batch;
/// - one optimizer function for each shape and treatment of a parameter, and one that calls them for
///   each form of layer (`OptimizerFunctions`).
///
/// Figures are the losses and accuracies that the log is told (`TrainingModel.figures`).
///
/// What is done to each parameter is one call for all parameters of a layer, so that a layer more is a
/// few operations more.
///
/// Micro-batches are read in the order of the accumulation steps, and within one step in the order of the
/// replicas. Gradients are summed over both; the optimizer divides.
package struct TrainingStep: Sendable {
  /// The name of the function that differentiates the loss of one micro-batch.
  package static let microBatchFunction = "micro_batch"
  /// The name of the function that accumulates the micro-batches of one replica.
  package static let replicaFunction = "replica_gradients"

  let model: TrainingModel
  let recipe: TrainingRecipe.Program
  private(set) var module: Module

  private init(_ model: TrainingModel, _ recipe: TrainingRecipe.Program, _ module: Module) {
    self.model = model
    self.recipe = recipe
    self.module = module
  }

  /// The model's module with the training step.
  /// - Throws: `TesseraError` where an operation of the loss has no derivative.
  package static func adding(
    to model: TrainingModel, _ recipe: TrainingRecipe.Program
  ) throws -> Module {
    var differentiation = Differentiation(model.module)
    let active =
      model.parameters.map { _ in true } + model.streams.map { _ in false }
      + (model.takesKey ? [false] : [])
    let microBatch = try differentiation.gradient(
      of: model.lossFunction, newName: microBatchFunction, lossResult: 0,
      withRespectTo: active)
    var step = TrainingStep(model, recipe, differentiation.module)
    step.addGradientsEntry(microBatch)
    let replica = step.addReplicaFunction(microBatch)
    step.addEntry(replica)
    return step.module
  }

  /// [seed low, seed high, replica, micro-batch]: what all random draws of a micro-batch depend on.
  private func key(
    _ rewriter: inout Rewriter, seed: ValueID, replica: ValueID, microBatch: ValueID
  ) -> ValueID {
    rewriter.concatenate(
      [seed, rewriter.reshape(replica, [1]), rewriter.reshape(microBatch, [1])], axis: 0)
  }

  private mutating func addGradientsEntry(_ microBatch: Function) {
    var rewriter = Rewriter(functionNamed: EntryName.gradients)
    let parameters = addParameters(&rewriter, .parameter)
    let streams = model.streams.map {
      rewriter.addArgument($0.type, port: Port(name: $0.name, role: .batch))
    }
    let scalar = TensorType([], .i32)
    let seed = rewriter.addArgument(TensorType([2], .i32), port: Port(name: "seed", role: .seed))
    let number = rewriter.addArgument(
      scalar, port: Port(name: "micro_batch", role: .microBatch))
    let lossScale = addLossScale(&rewriter)
    var operands = parameters + streams
    if model.takesKey {
      operands.append(
        key(
          &rewriter, seed: seed, replica: rewriter.scalar(0, .i32), microBatch: number))
    }
    let results = rewriter.call(microBatch, operands + [lossScale])
    let figures = results[1...model.figures.count]
    let scaled = Array(results.dropFirst(1 + model.figures.count))
    var unscaling = UnscalingFunctions()
    let gradients = model.groups.flatMap { group in
      unscaling.unscale(&rewriter, Array(scaled[group]), lossScale, in: &module)
    }
    rewriter.return(
      figures + gradients,
      ports: model.figures + model.parameters.map { Port(name: $0.name, role: .gradient) })
    module.insert(rewriter.function)
  }

  private func addParameters(
    _ rewriter: inout Rewriter, _ role: PortRole, element: ElementType? = nil
  ) -> [ValueID] {
    model.parameters.map { parameter in
      rewriter.addArgument(
        TensorType(parameter.type.shape, element ?? parameter.type.element),
        port: Port(name: parameter.name, role: role))
    }
  }

  private func addLossScale(_ rewriter: inout Rewriter) -> ValueID {
    rewriter.addArgument(
      TensorType([], .f32), port: Port(name: "loss_scale", role: .lossScale))
  }

  private mutating func addReplicaFunction(_ microBatch: Function) -> Function {
    var rewriter = Rewriter(functionNamed: Self.replicaFunction)
    let parameters = model.parameters.map { rewriter.addArgument($0.type) }
    let seed = rewriter.addArgument(TensorType([2], .i32))
    let weightUpdate = rewriter.addArgument(TensorType([], .i32))
    let lossScale = rewriter.addArgument(TensorType([], .f32))
    let replica = rewriter.insert(.source(.replicaIndex), [])[0]
    let count = recipe.accumulationCount
    let first = rewriter.multiply(weightUpdate, rewriter.scalar(Double(count), .i32))
    // Accumulators have the parameters' own type, as in the original, whose gradients are summed before
    // its optimizer converts them.
    let zeros = model.parameters.map { rewriter.splat(0, $0.type) }
    let figureZeros = model.figures.map { _ in rewriter.scalar(0, .f32) }
    let sums = rewriter.repeat(count: count, zeros + figureZeros) { rewriter, iteration, carried in
      var operands = parameters
      for stream in model.streams {
        let infeed = Source.infeed(stream: stream.name, stream.type)
        operands.append(rewriter.insert(.source(infeed), [])[0])
      }
      if model.takesKey {
        let number = rewriter.add(first, iteration)
        operands.append(key(&rewriter, seed: seed, replica: replica, microBatch: number))
      }
      let results = rewriter.call(microBatch, operands + [lossScale])
      let figures = results[1...model.figures.count]
      let gradients = results.dropFirst(1 + model.figures.count)
      return zip(carried, Array(gradients) + figures).map { rewriter.add($0, $1) }
    }
    rewriter.return(sums)
    module.insert(rewriter.function)
    return rewriter.function
  }

  private mutating func addEntry(_ replica: Function) {
    var rewriter = Rewriter(functionNamed: EntryName.trainingStep)
    let parameters = addParameters(&rewriter, .parameter)
    let firstMoments = addParameters(&rewriter, .firstMoment, element: .f32)
    let secondMoments = addParameters(&rewriter, .secondMoment, element: .f32)
    let seed = rewriter.addArgument(TensorType([2], .i32), port: Port(name: "seed", role: .seed))
    let weightUpdate = rewriter.addArgument(
      TensorType([], .i32), port: Port(name: "weight_update", role: .weightUpdate))
    let learningRate = rewriter.addArgument(
      TensorType([], .f32), port: Port(name: "learning_rate", role: .learningRate))
    let lossScale = addLossScale(&rewriter)

    var sums = rewriter.call(replica, parameters + [seed, weightUpdate, lossScale])
    if recipe.replicas > 1 {
      sums = rewriter.insert(.collective(.allReduceSum), sums)
    }
    let globalCount = Double(recipe.accumulationCount * recipe.replicas)
    let figures = sums.dropFirst(parameters.count).map {
      rewriter.divide($0, rewriter.scalar(globalCount, .f32))
    }
    var state: (parameters: [ValueID], first: [ValueID], second: [ValueID]) = ([], [], [])
    var updates = OptimizerFunctions(recipe.optimizer, gradientCount: globalCount)
    for group in model.groups {
      let update = updates.function(for: Array(model.parameters[group]), in: &module)
      let tensors = [parameters, firstMoments, secondMoments, sums].flatMap { $0[group] }
      let updated = rewriter.call(update, tensors + [weightUpdate, learningRate, lossScale])
      state.parameters += updated.prefix(group.count)
      state.first += updated.dropFirst(group.count).prefix(group.count)
      state.second += updated.suffix(group.count)
    }
    func ports(_ role: PortRole) -> [Port] {
      model.parameters.map { Port(name: $0.name, role: role) }
    }
    rewriter.return(
      state.parameters + state.first + state.second + figures,
      ports: ports(.parameter) + ports(.firstMoment) + ports(.secondMoment) + model.figures)
    module.insert(rewriter.function)
  }
}
