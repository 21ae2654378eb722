import Bundle
import Checkpoints
import Foundations
import Recipe

/// How a checkpoint meets the model of a bundle, found out without loading it.
package struct CheckpointFit {
  /// What becomes of each parameter and of each tensor.
  package let report: CheckpointReport
  /// Why the checkpoint cannot be loaded; nil where it can.
  package let failure: TesseraError?

  /// Compares a checkpoint with a bundle's parameters, and its `config.json` with the bundle's model.
  /// - Throws: `input-output` (exit 74), and (65) where `config.json` is damaged.
  package init(
    _ checkpoint: HuggingFaceCheckpoint, _ bundle: LoadedBundle, resizesVocabulary: Bool
  ) throws(TesseraError) {
    let parameters = bundle.program.parameters.map {
      WantedParameter(name: $0.name, shape: bundle.program.types[$0.type].shape)
    }
    let layout = checkpoint.layout(of: parameters)
    var report = try checkpoint.report(
      for: layout.parts.map { WantedParameter(name: $0.name, shape: $0.shape) },
      leavingOut: layout.neutral, resizesVocabulary: resizesVocabulary)
    var failure = checkpoint.failure(of: report)
    do {
      report.warnings = try checkpoint.compareConfiguration(with: bundle.recipe.program.model)
    } catch  where error.exitCode == .incompatible {
      // Both are told: what config.json says explains why shapes differ.
      failure = TesseraError(
        .incompatible, error.diagnostics + (failure?.diagnostics ?? []))
    }
    self.report = report
    self.failure = failure
  }
}
