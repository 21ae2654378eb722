import Foundations
import IPUTarget

/// The plans of a product whose right operand is trained, and of its gradients.
package struct MatmulTraining: Hashable, Sendable {
  /// The product.
  package var forward: MatmulPlan
  /// The left operand's gradient.
  package var backward: MatmulPlan
  /// The right operand's gradient.
  package var weightUpdate: MatmulPlan
  /// Whether forward and backward have the same blocks of weights on the same tiles.
  package var sharesBlocks: Bool
  /// Cycles that the plans' costs count, but that the weights' home spares.
  package var sparedCycles: Int

  /// The cycles of all three.
  package var cycles: Int {
    forward.cost.cycles + backward.cost.cycles + weightUpdate.cost.cycles - sparedCycles
  }
}

extension MatmulPlanner {
  /// Plans a product together with its gradients, each within `limit` temporary bytes where it can be.
  ///
  /// Either forward and backward are cut alike: rows into as many parts as rows, forward's columns into as
  /// many as backward's contracted extent, and the other way round, over tiles as over time. Then each
  /// tile reads the same block of weights in both. The weights' home is this layout: of the `rowParts`
  /// tiles that read a block, each holds its part of the block's rows, and receives only the others'. That
  /// spares both exchanges that part.
  ///
  /// Or each is planned alone, and the home is the layout of whichever it spares more cycles. The cheaper
  /// one of the two is taken; of equal ones, separate plans.
  ///
  /// The weight update is always planned alone. Cut alike, it would not have the same blocks, as its rows
  /// are cut at any element and those of weights in groups; and what its layout decides is only where
  /// gradients are accumulated, from where they go to the weights' home once a weight update.
  package mutating func planTogether(
    forward shape: MatmulShape, temporaryBytes limit: Int
  ) -> MatmulTraining {
    let question = Question(shape: shape, limit: limit)
    if let training = trainings[question] { return training }
    var training = separate(shape, limit)
    let isWithinLimit = training.forward.isWithinLimit && training.backward.isWithinLimit
    if isWithinLimit, shape.columnElementBytes == shape.element.byteCount {
      var search = SharedBlockSearch(
        ipu, shape, limit: limit, separate: training)
      training = search.run()
    }
    trainings[question] = training
    return training
  }

  /// Makes what was planned together the plans of the product and of its left operand's gradient.
  package mutating func adopt(
    _ training: MatmulTraining, forward shape: MatmulShape, temporaryBytes limit: Int
  ) {
    remember(training.backward, for: shape.backward, limit)
    remember(training.forward, for: shape, limit)
  }

  private mutating func separate(_ shape: MatmulShape, _ limit: Int) -> MatmulTraining {
    let forward = plan(shape, temporaryBytes: limit)
    let backward = plan(shape.backward, temporaryBytes: limit)
    return MatmulTraining(
      forward: forward, backward: backward,
      weightUpdate: plan(shape.weightUpdate, temporaryBytes: limit), sharesBlocks: false,
      sparedCycles: max(
        spared(forward, MatmulCostModel(ipu, shape)),
        spared(backward, MatmulCostModel(ipu, shape.backward))))
  }

  private func spared(_ plan: MatmulPlan, _ model: MatmulCostModel) -> Int {
    let block = plan.largestBlock(of: model.shape)
    return model.sparedCycles(
      block, homeBytes: model.homeBytes(block, rowParts: plan.rowParts), steps: plan.steps)
  }
}

extension MatmulCostModel {
  /// The least that a tile holds of the right block that it reads, where the `rowParts` tiles that read it
  /// have each their part of its rows.
  func homeBytes(_ block: MatmulBlock, rowParts: Int) -> Int {
    block.batch * block.contracted / rowParts * block.columns * shape.element.byteCount
  }
}
