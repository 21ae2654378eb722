import Transforms

/// Every pass, by name: what `tesserac opt` and the pipeline choose from.
package enum PassRegistry {
  /// The passes, sorted by name.
  package static let all: [Pass] = [
    GradientAccumulation.pass,
    Canonicalization.pass,
    CommonSubexpressionElimination.pass,
    DeadCodeElimination.pass,
    ConstantFolding.pass,
    Fusion.pass,
    Inlining.pass,
    JoinSlices.pass,
    Offload.pass,
    Outlining.pass,
    Partition.pass,
    PipelineScheduling.pass,
    Recomputation.pass,
    ReplaceLayers.pass,
    Schedule.pass,
    Sharding.pass,
  ]
}
