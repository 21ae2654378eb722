import GraphIR

/// How a compilation runs, beside its recipe.
package struct CompilationOptions: Sendable {
  /// When the module is verified.
  package enum Verification: String, CaseIterable, Sendable {
    /// After each phase.
    case each
    /// After the frontend, after the training step and at the end.
    case phase
    /// Never.
    case off
  }

  /// When the module is verified.
  package var verification = Verification.each
  /// Where to begin instead of at the first phase: with the module that the phase of this number left.
  package var start: (phase: Int, module: Module)?
  /// What is changed about the phases.
  package var phases = PhaseSettings()

  /// The usual: all phases, each verified.
  package init() {}
}

/// A phase that a compilation went through.
package struct FinishedPhase: Sendable {
  /// Its number, from 0.
  package let number: Int
  /// Its name.
  package let name: String
  /// How long it took, verification left out.
  package let seconds: Double
  /// The module that it left.
  package let module: Module
}
