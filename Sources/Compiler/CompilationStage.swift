/// The stages of a compilation after which the graph can be printed, in their order.
package enum CompilationStage: String, CaseIterable, Sendable {
  /// The model: loss and evaluation of a micro-batch.
  case frontend
  /// The weight update: derivatives, accumulation, replicas, optimizer.
  case trainingStep = "training-step"
}
