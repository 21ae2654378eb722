import Recipe
import Transforms

/// The phases of a compilation, to be read from top to bottom.
package enum PassPipeline {
  /// What a phase does.
  package enum Work: Sendable {
    /// The frontend builds the model: loss and evaluation of a micro-batch.
    case frontend
    /// The loss becomes the weight update: derivatives, accumulation, replicas, optimizer.
    case trainingStep
    /// A pass changes the module.
    case pass(PassInvocation)
  }

  /// One phase; it ends with a module that can be printed, and continued from.
  package struct Phase: Sendable {
    /// What it does.
    package let work: Work
    /// Why it stands where it stands.
    package let reason: String

    /// The phase's name, as `--print-ir-after` knows it.
    package var name: String {
      switch work {
      case .frontend: "frontend"
      case .trainingStep: "training-step"
      case .pass(let invocation): invocation.pass.name
      }
    }

    fileprivate init(_ work: Work, _ reason: String) {
      self.work = work
      self.reason = reason
    }

    fileprivate init(_ pass: Pass, _ reason: String, _ options: PassOptions = PassOptions()) {
      self.init(.pass(PassInvocation(pass, options)), reason)
    }
  }

  /// The phases for a recipe, without those that the settings leave out.
  package static func phases(
    for recipe: TrainingRecipe.Program, _ settings: PhaseSettings = PhaseSettings()
  ) -> [Phase] {
    allPhases(for: recipe, settings).filter { !settings.disabledPasses.contains($0.name) }
  }

  private static func allPhases(
    for recipe: TrainingRecipe.Program, _ settings: PhaseSettings
  ) -> [Phase] {
    var phases = [Phase(.frontend, "everything begins with the model")]
    if recipe.replacesLayers, recipe.embeddingSerializationFactor > 1 {
      phases.append(
        Phase(
          ReplaceLayers.pass,
          "what is replaced before it is differentiated has gradients of the new form",
          PassOptions([("factor", "\(recipe.embeddingSerializationFactor)")])))
    }
    if recipe.pipeline.stages.count > 1 {
      phases.append(
        Phase(
          Partition.pass,
          "derivatives are made of whole functions, so that stages must be functions before",
          recipe.pipeline.partitionOptions(settings)))
    }
    phases.append(
      Phase(
        .trainingStep, "derivatives are made of whole functions, before anything is shared"))
    if recipe.usesRecomputation {
      phases.append(
        Phase(
          Recomputation.pass,
          "it finds forward and backward calls as the derivative made them, and dead code "
            + "elimination then removes what is kept no longer",
          settings.recomputationOptions))
    }
    phases += cleaningUp
    if recipe.pipeline.stages.count > 1 {
      phases.append(
        Phase(
          GradientAccumulation.pass,
          "gradients have their last form, and functions are not yet shared in other ways"))
      phases.append(
        Phase(
          PipelineScheduling.pass,
          "what belongs to a stage is in its functions now, and it looks for single additions to sums",
          PassOptions([("schedule", recipe.pipeline.schedule.rawValue)])))
    }
    if recipe.shardsReplicatedTensors, recipe.replicas > 1 {
      phases.append(
        Phase(
          Sharding.pass,
          "parameters of a shape still share one update, and what is done to it as a whole is done",
          PassOptions([
            ("replicas", "\(recipe.replicas)"), ("min-bytes", "\(recipe.minimumRemoteTensorSize)"),
          ])))
    }
    if recipe.keepsOptimizerStateOffChip {
      phases.append(
        Phase(
          Offload.pass,
          "parameters of a shape still share one update, which then loads and stores",
          PassOptions([("min-bytes", "\(recipe.minimumRemoteTensorSize)")])))
    }
    phases.append(
      Phase(
        Fusion.pass,
        "rules for single operations do not look into chains, and what repeats is then found with "
          + "its chains"))
    phases += [
      recipe.usesOutlining
        ? Phase(
          Outlining.pass,
          "all that repeats is there now, and no pass after it has to look into more")
        : Phase(
          Inlining.pass, "late, so that passes before it do the work of a layer once",
          PassOptions([("keep-stages", "true")])),
      Phase(Schedule.pass, "the order counts once all operations are there"),
    ]
    return phases
  }

  /// What follows the derivatives, whatever the stages are.
  static let cleaningUp: [Phase] = [
    Phase(
      JoinSlices.pass,
      "sums of padded gradients are joined before other phases take them apart"),
    Phase(ConstantFolding.pass, "constants show the rules of the next phase what is neutral"),
    Phase(
      Canonicalization.pass, "equal values get equal operations, which the next phase merges"),
    Phase(
      CommonSubexpressionElimination.pass,
      "derivative functions make constants and shapes anew for each rule"),
    Phase(
      DeadCodeElimination.pass,
      "what was differentiated is called no longer, and merged values leave readers behind"),
  ]

  /// The names that a phase can have: the two that are no passes, then every pass.
  package static let names: [String] = {
    ["frontend", "training-step"] + PassRegistry.all.map(\.name)
  }()
}

extension PipelineMapping {
  /// The stages and their IPUs as `partition` takes them.
  fileprivate func partitionOptions(_ settings: PhaseSettings) -> PassOptions {
    var options = PassOptions([
      ("stages", stages.map { $0.map(\.rawValue).joined(separator: ",") }.joined(separator: ";")),
      ("devices", devices.map(String.init).joined(separator: ",")),
    ])
    if !settings.layers.isEmpty { options["layers"] = settings.layers.joined(separator: ";") }
    return options
  }
}

extension PhaseSettings {
  /// How `recompute` chooses.
  fileprivate var recomputationOptions: PassOptions {
    guard let recomputationBound else {
      return PassOptions([("mode", Recomputation.Mode.interleaved.rawValue)])
    }
    return PassOptions([
      ("mode", Recomputation.Mode.withinBytes.rawValue), ("bytes", "\(recomputationBound)"),
    ])
  }
}
