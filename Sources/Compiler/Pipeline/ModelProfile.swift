import Foundations
import Frontend
import GraphIR
import Operations
import Recipe
import TrainingStep
import Transforms

extension PipelineProfile {
  /// The layers of a recipe's model, whose own stages do not count: the model is built and differentiated
  /// in one piece, and a cost model asked about each layer's functions.
  ///
  /// The optimizer's state is two moments in f32; that off the chip comes on it for the update of its
  /// tensor, which needs one f32 tensor more.
  /// - Throws: `TesseraError` where the model has no derivative, a fault of the compiler.
  package init(_ recipe: TrainingRecipe.Program) throws {
    try self.init(recipe) { EstimatedCosts($0) }
  }

  /// The same with another cost model.
  package init<Costs: CostModel>(
    _ recipe: TrainingRecipe.Program, costs makeCosts: (Module) -> Costs
  ) throws {
    let signature = BertGraph.Signature(recipe)
    var module = try Self.module(recipe)
    let chain = LayerChain(module, parameterCount: signature.parameters.count)
    try Schedule.pass.run(on: &module)
    var costs = makeCosts(module)
    var owned: Set<Int> = []
    var layers: [Layer] = []
    let lastEncoderLayer =
      chain.links.lastIndex { $0.name == StageLayer.encoderLayer.rawValue } ?? -1
    for (number, link) in chain.links.enumerated() {
      var layer = Layer(name: link.name)
      let forward = costs.cost(of: link.forward)
      layer.forwardCycles = forward.cycles.rounded()
      layer.keptBytes = Double(forward.keptBytes)
      layer.forwardTemporaryBytes = Double(
        costs.cost(of: link.primal).temporaryBytes + link.resultBytes)
      if let backward = link.backward {
        let cost = costs.cost(of: backward)
        layer.backwardCycles = cost.cycles.rounded()
        layer.backwardTemporaryBytes = Double(cost.temporaryBytes + link.gradientBytes)
      }
      layer.reads = link.reads
      layer.isAfterEncoder = number > lastEncoderLayer
      let read = link.reads.reduce(0) { $0 + chain.valueBytes[$1] }
      layer.isRecomputed =
        recipe.usesRecomputation
        && (link.name == StageLayer.encoderLayer.rawValue || forward.keptBytes > read)
      for parameter in link.parameters where owned.insert(parameter).inserted {
        let shape = signature.parameters[parameter].shape
        layer.own(TensorType(shape, signature.element), recipe)
      }
      layers.append(layer)
    }
    self.init(
      layers: layers, valueBytes: chain.valueBytes.map(Double.init),
      crossingBytes: chain.crossingBytes.map(Double.init),
      tied: signature.parameters.indices.compactMap { parameter in
        let readers = chain.links.indices.filter { chain.links[$0].parameters.contains(parameter) }
        return readers.count > 1 ? readers : nil
      },
      ipus: recipe.pipeline.ipusPerReplica, memoryBytes: IPUEstimate.tensorBytes,
      linkBytesPerCycle: IPUEstimate.linkBytesPerCycle)
  }

  /// The model in one piece, differentiated and cleaned up as its stages will be. Functions that were
  /// differentiated stay, to tell what forward functions keep.
  private static func module(_ recipe: TrainingRecipe.Program) throws -> Module {
    var module = BertGraph(recipe).module
    if recipe.replacesLayers, recipe.embeddingSerializationFactor > 1 {
      let factor = PassOptions([("factor", "\(recipe.embeddingSerializationFactor)")])
      try ReplaceLayers.pass.run(on: &module, factor)
    }
    let primals = module.functions
    module = try TrainingStep.adding(to: TrainingModel(module, recipe), recipe)
    for case .pass(let invocation) in PassPipeline.cleaningUp.map(\.work) {
      try invocation.run(on: &module)
    }
    for function in primals where module[function.name] == nil { module.insert(function) }
    return module
  }
}

extension PipelineProfile.Layer {
  /// Adds a weight.
  fileprivate mutating func own(_ type: TensorType, _ recipe: TrainingRecipe.Program) {
    let moment = TensorType(type.shape, .f32).byteCount
    let isOffChip =
      recipe.keepsOptimizerStateOffChip && moment >= recipe.minimumRemoteTensorSize
    let share = recipe.shardsReplicatedTensors ? recipe.replicas : 1
    let part = Double(moment / share)
    weightBytes += Double(type.byteCount)
    accumulatorBytes += Double(type.byteCount)
    if !isOffChip { stateBytes += 2 * part }
    updateBytes = max(updateBytes, isOffChip ? 3 * part : part)
  }
}
