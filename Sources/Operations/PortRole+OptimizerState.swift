extension PortRole {
  /// Whether the tensor is the optimizer's own, which only the weight update reads and writes.
  package var isOptimizerState: Bool {
    switch self {
    case .firstMoment, .secondMoment: true
    case .parameter, .batch, .learningRate, .lossScale, .seed, .weightUpdate, .microBatch, .replica,
      .loss, .accuracy, .gradient, .output:
      false
    }
  }
}
