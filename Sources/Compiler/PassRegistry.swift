import Transforms

/// Every pass, by name: what `tesserac opt` and the pipeline choose from.
package enum PassRegistry {
  /// The passes, sorted by name.
  package static let all: [Pass] = [
    Canonicalization.pass,
    CommonSubexpressionElimination.pass,
    DeadCodeElimination.pass,
    ConstantFolding.pass,
    Fusion.pass,
    Inlining.pass,
    JoinSlices.pass,
    Outlining.pass,
    Partition.pass,
    Recomputation.pass,
    ReplaceLayers.pass,
    Schedule.pass,
  ]
}
