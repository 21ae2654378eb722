import Backend
import Bundle
import Foundations
import Frontend
import GraphIR
import Operations
import Recipe
import TrainingStep

/// From a recipe to a program: the pipeline, read from top to bottom.
package struct Compilation: Sendable {
  /// What is compiled.
  package let recipe: TrainingRecipe
  /// The model's parameters, in the order in which the program lists them.
  package let parameters: [ModelParameter]
  /// The graph after the last stage.
  package let module: Module

  /// Compiles a recipe; `observe` sees the graph after each stage, once it was verified.
  /// - Throws: `TesseraError`: an internal error where a stage leaves an invalid graph, and what
  ///   `observe` throws.
  package init(
    _ recipe: TrainingRecipe,
    observe: (CompilationStage, Module) throws -> Void = { _, _ in }
  ) throws {
    func finish(_ stage: CompilationStage, _ module: Module) throws {
      try Verifier.check(module, after: stage.rawValue)
      try observe(stage, module)
    }
    self.recipe = recipe

    let graph = BertGraph(recipe.program)
    parameters = graph.parameters
    try finish(.frontend, graph.module)

    var module = try TrainingStep.adding(to: TrainingModel(graph), recipe.program)
    // What was differentiated is called no longer; the entries call its forward and backward functions.
    module.removeUnreachable()
    try finish(.trainingStep, module)
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
    try Bundle(
      producer: "tesserac \(TesseraVersion.current)", program: program,
      recipeProgram: recipe.encodedProgram(), recipeRun: recipe.encodedRun(),
      irText: includesIR ? module.text : nil)
  }
}

extension TrainingModel {
  /// The frontend's graph as the training step takes it.
  package init(_ graph: BertGraph) {
    self.init(
      module: graph.module, lossFunction: BertGraph.lossFunction,
      parameters: graph.parameters.map {
        NamedType(name: $0.name, type: TensorType($0.shape, graph.element))
      },
      streams: graph.streams.all.map { NamedType(name: $0.name, type: $0.type) },
      lossNames: graph.lossNames, takesKey: graph.takesKey)
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
