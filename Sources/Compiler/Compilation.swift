import Backend
import Bundle
import Foundations
import Frontend
import GraphIR
import Operations
import Recipe
import TileProgram
import TrainingStep

/// From a recipe to a program, phase by phase of `PassPipeline`.
package struct Compilation: Sendable {
  /// What is compiled.
  package let recipe: TrainingRecipe
  /// The model's parameters, in the order in which the program lists them.
  package let parameters: [ModelParameter]
  /// The graph after the last phase.
  package let module: Module

  /// Compiles a recipe; `observe` sees each phase once its module was verified.
  /// - Throws: `TesseraError`: an internal error where a phase fails or leaves an invalid module, as
  ///   `PhaseFailure` with what a reproducer needs; and what `observe` throws.
  package init(
    _ recipe: TrainingRecipe, options: CompilationOptions = CompilationOptions(),
    observe: (FinishedPhase) throws -> Void = { _ in }
  ) throws {
    self.recipe = recipe
    parameters = ModelParameters(recipe.program.model, task: recipe.program.task).all
    let phases = PassPipeline.phases(for: recipe.program, options.phases)
    var module = options.start?.module ?? Module()
    var valid: Module?
    for number in (options.start.map { $0.phase + 1 } ?? 0)..<phases.count {
      let phase = phases[number]
      let before = module
      let clock = ContinuousClock()
      do {
        let duration = try clock.measure { try phase.work.run(on: &module, recipe.program) }
        if options.verification.covers(phase, isLast: number == phases.count - 1) {
          try Verifier.check(module, after: phase.name, changedFrom: valid)
          valid = module
        }
        let seconds =
          Double(duration.components.attoseconds) / 1e18 + Double(duration.components.seconds)
        try observe(
          FinishedPhase(number: number, name: phase.name, seconds: seconds, module: module))
      } catch let error as TesseraError where error.exitCode == .internalError {
        throw PhaseFailure(
          error: error, phase: number, last: number > 0 ? phases[number - 1].name : nil,
          before: before,
          remaining: phases[number...].map(\.description))
      }
    }
    self.module = module
  }

  /// The program that the bundle holds.
  package var program: Program {
    let element: ElementType = recipe.program.precision == .fp16 ? .f16 : .f32
    let listed = parameters.enumerated().map { index, parameter in
      Program.Parameter(
        name: parameter.name, type: TensorType(parameter.shape, element),
        initializer: ParameterEntry.Initializer(parameter.initializer),
        randomStream: UInt32(index))
    }
    return Program(emitting: module, parameters: listed)
  }

  /// The bundle, with the IR text as an optional section.
  /// - Throws: `TesseraError` where a part is larger than a bundle may hold.
  package func bundle(includesIR: Bool) throws -> Bundle {
    try bundle(program, tiles: nil, includesIR: includesIR)
  }

  /// The same where the program is known already, and what its tiles do may be.
  func bundle(_ program: Program, tiles: TileProgram?, includesIR: Bool) throws -> Bundle {
    try Bundle(
      producer: "tesserac \(TesseraVersion.current)", program: program,
      recipeProgram: recipe.encodedProgram(), recipeRun: recipe.encodedRun(),
      tileProgram: tiles, irText: includesIR ? module.text : nil)
  }
}

/// A fault of the compiler: what failed, and how to see it again.
package struct PhaseFailure: Error {
  /// What went wrong.
  package let error: TesseraError
  /// The number of the phase that failed.
  package let phase: Int
  /// The name of the phase before it; nil where it was the first.
  package let last: String?
  /// The module before it.
  package let before: Module
  /// The phase that failed and those that were still to run, as `tesserac opt` takes them.
  package let remaining: [String]
}

extension PassPipeline.Phase {
  fileprivate var description: String {
    if case .pass(let invocation) = work { invocation.description } else { name }
  }
}

extension PassPipeline.Work {
  fileprivate func run(on module: inout Module, _ recipe: TrainingRecipe.Program) throws {
    switch self {
    case .frontend: module = BertGraph(recipe).module
    case .trainingStep:
      module = try TrainingStep.adding(to: TrainingModel(module, recipe), recipe)
    case .pass(let invocation): try invocation.run(on: &module)
    }
  }
}

extension CompilationOptions.Verification {
  fileprivate func covers(_ phase: PassPipeline.Phase, isLast: Bool) -> Bool {
    switch self {
    case .each: return true
    case .off: return false
    case .phase:
      if case .pass = phase.work { return isLast }
      return true
    }
  }
}

extension TrainingModel {
  /// The frontend's model, however passes have changed its functions, as the training step takes it.
  package init(_ module: Module, _ recipe: TrainingRecipe.Program) {
    let graph = BertGraph.Signature(recipe)
    let arguments = module[BertGraph.lossFunction]?.arguments.count ?? 0
    self.init(
      module: module, lossFunction: BertGraph.lossFunction,
      parameters: graph.parameters.map {
        Parameter(
          name: $0.name, type: TensorType($0.shape, graph.element), layer: $0.layer)
      },
      streams: graph.streams.all.map { Stream(name: $0.name, type: $0.type) },
      figures: graph.figures,
      takesKey: arguments > graph.parameters.count + graph.streams.all.count)
  }
}

extension ParameterEntry.Initializer {
  fileprivate init(_ initializer: ParameterInitializer) {
    self =
      switch initializer {
      case .zeros: .zeros
      case .ones: .ones
      case .truncatedNormal(let deviation): .truncatedNormal(standardDeviation: deviation)
      }
  }
}
