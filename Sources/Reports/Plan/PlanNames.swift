import Bundle
import Foundations
import Operations
import Recipe
import TileProgram

/// What functions, steps and tensors of a tile program are called before a person.
struct PlanNames {
  let program: Program
  let recipe: TrainingRecipe.Program
  let tiles: TileProgram

  /// What the functions of the model's parts begin with, and what they are in words.
  private static let parts: [(prefix: String, words: String)] = [
    ("encoder_output", "the encoder's output"), ("encoder_layer", "encoder layer"),
    ("embedding", "the embeddings"), ("pooler", "the pooler"), ("projection", "the heads"),
    ("heads", "the heads"), ("qa_head", "the answer's head"),
  ]
  private static let layerPrefix = "encoder_layer"

  /// When something happens, from the entry's step to the innermost function's: "the backward pass of
  /// encoder layer 13".
  func phrase(_ path: [IPUMemory.Moment]) -> String {
    let names = path.map { program.functions[$0.function].name }
    let stage = path.lastIndex { program.functions[$0.function].placement != nil }
    if let index = names.indices.last(where: { part(of: names[$0]) != nil }) {
      let layer = index > 0 ? layer(of: path[index - 1]) : nil
      return "\(pass(of: names)) of \(words(for: names[index], layer))"
    }
    if let stage, let number = program.functions[path[stage].function].placement?.stage {
      return "\(pass(of: names)) of stage \(number)"
    }
    if names.contains(where: { $0.contains("_update") }) {
      return "the weight update (\(names.last ?? ""))"
    }
    return names.last.map { "the function \($0)" } ?? "the program"
  }

  private func pass(of names: [String]) -> String {
    names.contains { $0.contains("_backward") } ? "the backward pass" : "the forward pass"
  }

  private func part(of name: String) -> (prefix: String, words: String)? {
    Self.parts.first { name.hasPrefix($0.prefix) }
  }

  private func words(for name: String, _ layer: Int?) -> String {
    guard let part = part(of: name) else { return name }
    guard part.prefix == Self.layerPrefix else { return part.words }
    return layer.map { "\(part.words) \($0)" } ?? "an \(part.words)"
  }

  /// The number of the encoder layer whose function a step of a stage's function calls: forward passes call
  /// layers in order, backward passes the last one first.
  private func layer(of moment: IPUMemory.Moment) -> Int? {
    let function = program.functions[moment.function]
    guard let stage = function.placement?.stage,
      recipe.pipeline.stages.indices.contains(stage),
      program.operations.indices.contains(moment.operation),
      case .control(.call(let callee)) = program.operations[moment.operation].operation
    else { return nil }
    let calls = program.blocks[function.body].operations.filter {
      if case .control(.call(callee)) = program.operations[$0].operation { true } else { false }
    }
    guard let place = calls.firstIndex(of: moment.operation) else { return nil }
    let first = recipe.pipeline.encoderLayerStages.firstIndex(of: stage) ?? 0
    let isBackward = function.name.contains("_backward")
    return first + (isBackward ? calls.count - 1 - place : place)
  }

  /// A tensor that lives on a tile: "weight of bert.encoder.layer.3.attention.output.dense.weight",
  /// "temporary 1024×4096 f16 of matmul in encoder layer 7".
  ///
  /// - Parameter path: when it lives, as `phrase(_:)` takes it.
  func phrase(_ tensor: IPUMemory.LiveTensor, at path: [IPUMemory.Moment]) -> String {
    let kind = tensor.category.words
    guard let function = tiles.functions[tensor.function] else { return kind }
    if tensor.function == tiles.entry, let port = port(of: tensor.tensor) {
      return "\(kind) of \(port)"
    }
    let type = function.tensors[tensor.tensor].type
    let shape = type.shape.map(String.init).joined(separator: "×")
    let maker = tensor.operation.flatMap(name(of:)).map { " of \($0)" } ?? ""
    return "\(kind) \(shape) \(type.element.rawValue)\(maker) in \(place(tensor.function, path))"
  }

  private func name(of operation: Int) -> String? {
    guard program.operations.indices.contains(operation) else { return nil }
    if case .control(.call(let callee)) = program.operations[operation].operation {
      return program.function(named: callee)?.placement.map { "stage \($0.stage)" } ?? callee
    }
    let mnemonic = program.operations[operation].operation.mnemonic
    return mnemonic.split(separator: ".").last.map(String.init)
  }

  private func place(_ function: Int, _ path: [IPUMemory.Moment]) -> String {
    let name = program.functions[function].name
    guard let index = path.firstIndex(where: { $0.function == function }) else { return name }
    if part(of: name) != nil {
      return words(for: name, index > 0 ? layer(of: path[index - 1]) : nil)
    }
    return program.functions[function].placement.map { "stage \($0.stage)" } ?? name
  }

  /// The parameter, or other name, by which the host knows an argument or a result of the entry.
  private func port(of tensor: Int) -> String? {
    guard let entry = tiles.functions[tiles.entry] else { return nil }
    let ports = program.functions[tiles.entry]
    func name(_ places: [TileStep.Place], _ ports: [Port?]) -> String? {
      places.firstIndex { $0.tensor == tensor }.flatMap {
        ports.indices.contains($0) ? ports[$0]?.name : nil
      }
    }
    return name(entry.arguments, ports.arguments) ?? name(entry.results, ports.results)
  }
}

extension TileTensor.Category {
  /// One tensor of the class.
  var words: String {
    switch self {
    case .activation: "activation"
    case .weight: "weight"
    case .accumulator: "accumulator"
    case .optimizerState: "optimizer state"
    case .stash: "stash"
    case .temporary: "temporary"
    case .constant: "constant"
    }
  }
}

extension IPUMemory.Class {
  /// The class in words, as tables have it.
  var words: String {
    switch self {
    case .tensor(let category):
      switch category {
      case .activation: "activations"
      case .weight: "weights"
      case .accumulator: "accumulators"
      case .optimizerState: "optimizer state"
      case .stash: "stash"
      case .temporary: "temporary"
      case .constant: "constants"
      }
    case .vertexCode: "vertex code"
    case .exchangeCode: "exchange code"
    case .controlCode: "control code"
    case .reserved: "reserved"
    case .gaps: "gaps"
    }
  }
}
