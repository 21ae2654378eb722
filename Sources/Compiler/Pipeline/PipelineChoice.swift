import Foundations
import Frontend
import Recipe

/// The stages that `--pipeline auto` takes, and why.
package struct PipelineChoice: Sendable {
  /// What the choice was made by.
  package let profile: PipelineProfile
  /// Where the layers are cut.
  package let cut: PipelineCut
  /// What that costs.
  package let estimate: CutEstimate

  /// Chooses stages for a recipe, whose own do not count but for the number of IPUs.
  /// - Throws: `too-few-layers` where there are more stages than layers.
  package init(_ recipe: TrainingRecipe.Program) throws {
    try self.init(PipelineProfile(recipe))
  }

  /// Chooses stages for layers with known costs.
  /// - Throws: `too-few-layers` where there are more stages than layers, or layers that share a weight
  ///   cannot lie on one IPU.
  package init(_ profile: PipelineProfile) throws(TesseraError) {
    guard let cut = PipelineSearch.best(for: profile) else {
      throw TesseraError(
        .badData, code: .tooFewLayers,
        "\(profile.layers.count) layers do not make stages for \(profile.ipus) IPUs",
        notes: [
          "layers are \(profile.layers.map(\.name).joined(separator: ", "))",
          "each IPU has a stage; where the heads share a weight with the embeddings, the first IPU "
            + "has two",
        ],
        remedies: ["use fewer IPUs: fewer numbers in device_mapping"])
    }
    self.profile = profile
    self.cut = cut
    estimate = profile.estimate(cut)
  }

  /// Whether each IPU has room for its stages.
  package var fits: Bool { estimate.bytes <= profile.memoryBytes }

  /// The stages as a recipe has them.
  package var mapping: PipelineMapping {
    PipelineMapping(
      stages: cut.ranges(of: profile.layers.count).map { range in
        profile.layers[range].compactMap { StageLayer(rawValue: $0.name) }
      }, devices: cut.devices)
  }

  // MARK: Why not another

  /// A cut that differs by one layer.
  package struct Neighbour: Sendable {
    /// The stage after the border that the layer moves over.
    package var stage: Int
    /// Whether the layer moves to the stage before; else it comes from there.
    package var movesLeft: Bool
    /// The layer that moves.
    package var layer: String
    /// What the other cut costs.
    package var estimate: CutEstimate
    /// Whether each IPU has room in it.
    package var fits: Bool
  }

  /// The cuts that move one layer over the border of two stages, where that is possible.
  package var neighbours: [Neighbour] {
    cut.starts.indices.dropFirst().flatMap { stage in
      [1, -1].compactMap { step in
        var other = cut
        other.starts[stage] += step
        guard other.starts[stage] > other.starts[stage - 1],
          other.starts[stage] < profile.layers.count, profile.isPossible(other)
        else { return nil }
        let estimate = profile.estimate(other)
        return Neighbour(
          stage: stage, movesLeft: step == 1,
          layer: profile.layers[step == 1 ? cut.starts[stage] : cut.starts[stage] - 1].name,
          estimate: estimate, fits: estimate.bytes <= profile.memoryBytes)
      }
    }
  }
}
