import Bundle
import Foundations
import Operations
import Recipe
import Runtime

/// Ends a training at the first weight update after which a loss, a parameter or a moment is NaN or
/// infinite, and says which operation made the first such number.
///
/// A weight update is a function of the state before it and of its micro-batches, bit for bit. So the state
/// is copied before each, and a weight update that went wrong is done again with a look at every value;
/// only then does the guard cost more than the copy and one reading of the state. The copy takes as many
/// bytes as the state.
///
///     var numerics = try NumericsGuard(program, recipe.program, threads: threads, isOn: true)
///     numerics?.willUpdate(state)
///     // … the weight update …
///     if let numerics, let lost = numerics.lost(losses, state) {
///       throw try numerics.diagnose(
///         lost, weightUpdate: number, device, state, inputs: inputs, infeed: infeed)
///     }
package struct NumericsGuard {
  /// A number after a weight update that is NaN or infinite.
  package enum LostNumber: Hashable, Sendable {
    case loss(name: String, value: Double)
    case state(NonFiniteNumber)
  }

  private let program: Program
  private let recipe: TrainingRecipe.Program
  private let threads: Int
  /// The state before the weight update; nil before the first.
  private var before: ParameterState?

  /// - Parameters:
  ///   - threads: those that look for the operation, where it comes to that.
  ///   - isOn: whether the user wants the guard.
  /// - Returns: nil where the user does not want it.
  /// - Throws: `numerics-guard-needed` (exit 64) where the configuration asks for it and the user does not
  ///   want it.
  package init?(
    _ program: Program, _ recipe: TrainingRecipe.Program, threads: Int, isOn: Bool
  ) throws(TesseraError) {
    if !isOn && recipe.trapsOnFloatExceptions {
      throw TesseraError(
        .usage, code: .numericsGuardNeeded,
        "the bundle was compiled to stop where numbers are not finite",
        notes: ["the configuration has \"fp_exceptions\": true"],
        remedies: [
          "leave out --no-numerics-guard", "compile with --set fp_exceptions=false",
        ])
    }
    guard isOn else { return nil }
    self.program = program
    self.recipe = recipe
    self.threads = threads
  }

  /// Keeps the state as it is before a weight update.
  package mutating func willUpdate(_ state: ParameterState) {
    if let before {
      before.restore(from: state)
    } else {
      before = state.copy()
    }
  }

  /// The first of the losses, or else of the state's numbers, that is NaN or infinite; nil where none is.
  package func lost(
    _ losses: [(name: String, value: Double)], _ state: ParameterState
  ) -> LostNumber? {
    if let loss = losses.first(where: { !$0.value.isFinite }) {
      return .loss(name: loss.name, value: loss.value)
    }
    return state.firstNonFinite().map(LostNumber.state)
  }

  /// Does the weight update again, with a look at every value, and gives `state` the numbers that it had
  /// before: the last that are to be saved.
  ///
  /// - Parameters:
  ///   - weightUpdate: its number, from 1, for the message.
  ///   - device: what has run it.
  ///   - inputs: the arguments of the weight update beside the state.
  ///   - infeed: the source of its micro-batches, from the first on.
  /// - Returns: the error that ends the run.
  /// - Throws: `TesseraError` where memory is short; what `infeed` throws. The state has its numbers then
  ///   too.
  package func diagnose(
    _ lost: LostNumber, weightUpdate: Int, _ device: any Device, _ state: ParameterState,
    inputs: [Port: HostTensor], infeed: @escaping Infeed
  ) throws -> TesseraError {
    guard let before else {
      throw TesseraError(
        .internalError, code: .missingArgument,
        "the state before weight update \(weightUpdate) was not kept")
    }
    state.restore(from: before)
    defer { state.restore(from: before) }
    let entry = EntryName.trainingStep
    let search = try NonFiniteSearch(program, replicas: recipe.replicas, threads: threads)
    let finding = try search.run(
      entry, try device.arguments(of: entry, state: state, inputs: inputs), infeed: infeed)
    let lossScale = inputs.first { $0.key.role == .lossScale }?.value.floats.first
    let diagnostic = NonFiniteDiagnostic(
      lost: lost, weightUpdate: weightUpdate, finding: finding, lossScale: lossScale ?? 1,
      precision: recipe.precision
    ).diagnostic
    return TesseraError(.checkFailed, [diagnostic])
  }
}
