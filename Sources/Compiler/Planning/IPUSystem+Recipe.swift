import Foundations
import IPUTarget
import Recipe

extension IPUSystem {
  /// The name of the chip that programs are planned for where nobody names a system.
  package static let defaultName = "mk2"

  /// The system that a recipe is planned for: the named one, or as many Mk2 as it needs.
  ///
  /// - Throws: `unknown-target` for a name that is no system's, `too-few-ipus` where the system has fewer
  ///   than the recipe's replicas need.
  package init(named name: String?, for recipe: TrainingRecipe.Program) throws(TesseraError) {
    let name = name ?? Self.defaultName
    guard let system = IPUSystem(named: name) else {
      throw TesseraError(
        .usage, code: .unknownTarget, "there is no system '\(name)'",
        notes: ["systems are \(Self.names.joined(separator: ", "))"],
        remedies: name.nearest(among: Self.names).map { ["use --target \($0)"] } ?? [])
    }
    let ofReplica = recipe.pipeline.ipusPerReplica
    let (ipus, overflow) = recipe.replicas.multipliedReportingOverflow(by: ofReplica)
    guard !overflow, let fitting = IPUSystem(named: name, ipus: ipus) else {
      throw system.tooSmall(for: recipe)
    }
    self = fitting
  }

  private func tooSmall(for recipe: TrainingRecipe.Program) -> TesseraError {
    let ofReplica = recipe.pipeline.ipusPerReplica
    var remedies: [Remedy] = []
    let larger = Self.all.filter {
      $0.ipu.name == ipu.name && $0.ipus / ofReplica >= recipe.replicas
    }
    if let larger = larger.min(by: { $0.ipus < $1.ipus }) {
      remedies.append("use --target \(larger.name), which has \(larger.ipus)")
    }
    if ipus / ofReplica > 0 {
      remedies.append("set the number of replicas to \(ipus / ofReplica)")
    }
    return TesseraError(
      .doesNotFit, code: .tooFewIPUs,
      "\(recipe.replicas) replicas of \(ofReplica) IPUs need more than the \(ipus) of '\(name)'",
      remedies: remedies)
  }
}
