import Foundations
import GraphIR
import Interpreter
import Operations
import Recipe
import Testing
import TrainingStep

/// The numbers of the original's `test_optimizer_scaling`: one AdamW step with learning rate 1 on a single
/// weight of 1, whose gradient is −2 in every micro-batch.
@Suite struct OptimizerScalingTests {
  /// The weight after one step. The loss is −2 w, formed in f16 where `isHalf`.
  private func weightAfterOneStep(
    replicas: Int = 1, accumulationCount: Int = 1, lossScale: Double = 1, isHalf: Bool = false,
    gradient: Double = -2, optimizer: Optimizer = Optimizer(.adamW, weightDecay: 0)
  ) throws -> Double {
    let type = TensorType([1], .f32)
    var rewriter = Rewriter(functionNamed: "loss")
    let weight = rewriter.addArgument(type)
    let element: ElementType = isHalf ? .f16 : .f32
    let product = rewriter.multiply(
      rewriter.convert(weight, to: element), rewriter.scalar(gradient, element))
    let loss = rewriter.sum(rewriter.convert(product, to: .f32), axes: [0])
    rewriter.return([loss, loss])
    var module = Module()
    module.insert(rewriter.function)
    let model = TrainingModel(
      module: module, lossFunction: "loss", parameters: [.init(name: "w", type: type)],
      streams: [], figures: [Port(name: "loss", role: .loss)], takesKey: false)
    let step = try TrainingStep.adding(
      to: model,
      .sample(optimizer, replicas: replicas, accumulationCount: accumulationCount))
    try Verifier.check(step, after: "training-step")
    let results = try Interpreter(step, replicas: replicas).run(
      EntryName.trainingStep,
      [
        Tensor(type, splat: 1), Tensor(type, splat: 0), Tensor(type, splat: 0),
        Tensor(TensorType([2], .i32), splat: 0), Tensor(TensorType([], .i32), splat: 0),
        Tensor(TensorType([], .f32), splat: 1), Tensor(TensorType([], .f32), splat: lossScale),
      ])
    return results[0].values[0]
  }

  @Test(arguments: [1, 2], [1, 2])
  func batchingDoesNotScaleTheUpdate(replicas: Int, accumulationCount: Int) throws {
    for lossScale in [1.0, 2] {
      let weight = try weightAfterOneStep(
        replicas: replicas, accumulationCount: accumulationCount, lossScale: lossScale)
      #expect(abs(weight - 1.9999995) < 1e-7)
    }
  }

  @Test(arguments: [1.0, 32768])
  func lossScaleCancels(lossScale: Double) throws {
    #expect(abs(try weightAfterOneStep(lossScale: lossScale) - 1.9999995) < 1e-7)
  }

  /// 4e38 is infinite in f32, and ∞/∞ is no number.
  @Test func tooLargeALossScaleGivesNaN() throws {
    #expect(try weightAfterOneStep(lossScale: 4e38).isNaN)
  }

  /// 2e-38 times any loss is 0 in f16, so nothing is learnt.
  @Test func tooSmallALossScaleUnderflows() throws {
    #expect(try weightAfterOneStep(lossScale: 2e-38, isHalf: true) == 1)
  }

  /// The decay is not multiplied by the learning rate: with rate 1 and no gradient, 1 − 0.01.
  @Test func adamWDecaysByItself() throws {
    let weight = try weightAfterOneStep(
      gradient: 0, optimizer: Optimizer(.adamW, weightDecay: 0.01))
    #expect(weight == Double(Float(1) - Float(0.01)))
  }
}

extension TrainingRecipe.Program {
  /// A recipe of which the training step reads the optimizer and the batch.
  static func sample(
    _ optimizer: Optimizer, replicas: Int, accumulationCount: Int
  ) -> TrainingRecipe.Program {
    TrainingRecipe.Program(
      task: .questionAnswering, precision: .fp32, microBatchSize: 1, replicas: replicas,
      accumulationCount: accumulationCount, sequenceLength: 8,
      model: BertConfiguration(
        hiddenSize: 8, vocabularySize: 8, attentionHeads: 1, layers: 1, intermediateSize: 8),
      optimizer: optimizer, pipeline: PipelineMapping(stages: [[.embeddings]], devices: [0]),
      availableMemoryProportions: [0.2])
  }
}
