import Foundations
import GraphIR
import Interpreter
import Operations
import Recipe
import Synchronization
import Testing
import TrainingStep

/// What each replica and micro-batch sees.
@Suite struct ReplicaTests {
  /// The loss is the mean of w · x · dropout(1), so that the gradient shows data and dropout masks.
  private func training(replicas: Int, accumulationCount: Int) throws -> Module {
    let type = TensorType([64], .f32)
    var rewriter = Rewriter(functionNamed: "loss")
    let weight = rewriter.addArgument(type)
    let data = rewriter.addArgument(TensorType([], .i32))
    let key = rewriter.addArgument(TensorType([4], .i32))
    let dropped = rewriter.insert(
      .random(.dropout(probability: 0.5)), [weight, key, rewriter.scalar(3, .i32)])[0]
    let scaled = rewriter.multiply(dropped, rewriter.convert(data, to: .f32))
    let loss = rewriter.sum(scaled, axes: [0])
    rewriter.return([loss, loss])
    var module = Module()
    module.insert(rewriter.function)
    let model = TrainingModel(
      module: module, lossFunction: "loss", parameters: [.init(name: "w", type: type)],
      streams: [.init(name: "x", type: TensorType([], .i32))],
      figures: [Port(name: "loss", role: .loss)],
      takesKey: true)
    return try TrainingStep.adding(
      to: model,
      .sample(
        Optimizer(.adamW, weightDecay: 0), replicas: replicas,
        accumulationCount: accumulationCount))
  }

  @Test func replicasHaveTheirOwnDataAndMasks() throws {
    let module = try training(replicas: 2, accumulationCount: 3)
    let reads = Mutex<[String]>([])
    let interpreter = Interpreter(module, replicas: 2) { stream, replica, iteration in
      reads.withLock { $0.append("\(stream) \(replica) \(iteration)") }
      return Tensor(TensorType([], .i32), splat: Double(1 << (2 * iteration + replica)))
    }
    let type = TensorType([64], .f32)
    let seed = Tensor(TensorType([2], .i32), integers: [77, 0])
    let results = try interpreter.run(
      EntryName.trainingStep,
      [
        Tensor(type, splat: 1), Tensor(type, splat: 0), Tensor(type, splat: 0), seed,
        Tensor(TensorType([], .i32), splat: 5), Tensor(TensorType([], .f32), splat: 1),
        Tensor(TensorType([], .f32), splat: 1),
      ])
    #expect(
      reads.withLock { $0.sorted() }
        == ["x 0 0", "x 0 1", "x 0 2", "x 1 0", "x 1 1", "x 1 2"])
    // The first moment is a tenth of the mean gradient, of which each micro-batch gives the bit of its
    // own datum twice where its mask keeps the element.
    for element in 0..<64 {
      var sum = 0.0
      for iteration in 0..<3 {
        for replica in 0..<2 {
          let stream = RandomStream(
            seed: 77, stream: 3, replica: UInt32(replica), microBatch: UInt32(5 * 3 + iteration))
          if stream.word(element) >= 1 << 31 { sum += 2 * Double(1 << (2 * iteration + replica)) }
        }
      }
      #expect(abs(results[1].values[element] - 0.1 * sum / 6) < 1e-5)
    }
  }
}
